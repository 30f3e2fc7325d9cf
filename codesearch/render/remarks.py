"""What is to be said about the hits of a question as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codesearch.quantities import count

if TYPE_CHECKING:
    from codesearch.cluster.router import ClusterResult
    from codesearch.search.hit import SearchResult
    from codesearch.workspace import Workspace

_MIN_SCORE = 0.001
"""Below it a score is not worth naming."""
_SHORTEST_MISSPELT = 5
"""Characters; to a shorter name, many others are alike."""
_LEAST_ALIKE = 0.8
"""Of 1, by difflib: two letters of ten may differ."""


class Correction(NamedTuple):
    """That a name is defined nowhere, and which it may have been meant for."""

    message: str
    hint: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.message}; {self.hint}"


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


def misspelt(question: str, workspace: Workspace) -> Correction | None:
    """For a question that is a name which is defined nowhere, while one that is spelled alike is."""
    from codesearch.search.question import QuestionKind, parse_question

    asked = parse_question(question)
    if asked.kind is not QuestionKind.IDENTIFIER or asked.locations or len(asked.text) < _SHORTEST_MISSPELT:
        return None
    indexes = [member.index for member in workspace.members]
    if any(index.defines(asked.text) for index in indexes):
        return None
    near = dict.fromkeys(name for index in indexes for name in index.nearest_names(asked.text, _LEAST_ALIKE))
    return Correction(f"{asked.text} is not defined here", f"did you mean {', '.join(near)}?") if near else None


def _first(fitting: int) -> str:
    return "the first hit matches" if fitting == 1 else f"the first {fitting:,} hits match"
