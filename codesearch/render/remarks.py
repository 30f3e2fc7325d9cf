"""What is to be said about the hits of a question as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.quantities import count

if TYPE_CHECKING:
    from codesearch.cluster.router import ClusterResult
    from codesearch.search.hit import SearchResult

_MIN_SCORE = 0.001
"""Below it a score is not worth naming."""


def remarks(result: SearchResult, min_score: float = 0.0, since: str = "") -> Iterator[str]:
    """Sentences without a full stop. `min_score` and `since` are restrictions of the search."""
    if result.outdated:
        yield f"{count(result.outdated, 'hit')} omitted: the files have changed since they were indexed"
    fitting = sum(not hit.is_beyond for hit in result.hits)
    if result.hits and not fitting:
        yield f"no hit matches {result.operators}; showing the nearest"
    elif fitting < len(result.hits):
        yield f"only {_first(fitting)} {result.operators}; the rest are the nearest"
    if result.hits and not result.is_close:
        yield "no good match; showing the nearest"
    elif not result.hits and since:
        yield f"nothing that changed since {since} matches"
    elif not result.hits and result.nearest_score >= _MIN_SCORE:
        yield f"no hit scores at least {min_score}; the best score is {result.nearest_score:.3f}"


def cluster_remarks(found: ClusterResult) -> Iterator[str]:
    """What is to be said about the groups of a cluster that were asked."""
    if found.missing:
        yield f"{len(found.missing)} of {found.groups} groups did not answer; hits from their repositories are missing"


def _first(fitting: int) -> str:
    return "the first hit matches" if fitting == 1 else f"the first {fitting:,} hits match"
