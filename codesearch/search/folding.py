"""One hit for what stands in several files: the same text, an older copy of a definition, a translation of a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codesearch.search.editions import is_page, originals
from codesearch.search.hit import Place

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.snippets import Current, Snippets

ORIGINAL_SHARE = 0.5
"""An original is shown for its editions where it scores at least this share of the best of them: a question in German
is answered by the German page."""


@dataclass(slots=True)
class Shown:
    """Candidates that are shown, best first, with the scores and places of those that they are shown for."""

    hits: dict[int, Current] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    copies: dict[int, list[Place]] = field(default_factory=dict)
    outdated: int = 0
    """Better ones that no longer stand in their files."""


def fold(
    best_first: Sequence[int],
    scores: Mapping[int, float],
    chunks: Sequence[StoredChunk],
    fitting: Collection[int],
    snippets: Snippets,
    k: int,
) -> Shown:
    """The `k` best candidates that still stand in their files, one of those that are the same to a reader.

    No edition is shown for another that fits the question's operators better.
    """
    shown = Shown()
    leaders = _leaders(best_first, scores, chunks, fitting)
    first_with: dict[tuple[str, ...], int] = {}
    told: set[tuple[int, str]] = set()
    for i in best_first:
        if len(shown.hits) == k:
            break
        current = snippets.current(chunks[i])
        if current is None:
            shown.outdated += 1
            continue
        leader = leaders.get(i, i)
        leading = snippets.current(chunks[leader]) if leader != i else current
        if leading is None:
            leader, leading = i, current
        leader = first_with.setdefault(tuple(leading.lines), leader)
        if leader not in shown.hits:
            shown.hits[leader] = leading
            shown.scores[leader] = scores[i]
        path = current.chunk.path
        if path != shown.hits[leader].chunk.path and (leader, path) not in told:
            told.add((leader, path))
            place = Place(path, current.chunk.start_line, current.chunk.end_line)
            shown.copies.setdefault(leader, []).append(place)
    return shown


def _leaders(
    best_first: Sequence[int], scores: Mapping[int, float], chunks: Sequence[StoredChunk], fitting: Collection[int]
) -> dict[int, int]:
    """For candidates in editions of one page, or of one definition: the candidate that is shown for them."""
    original_of = originals(dict.fromkeys(chunks[i].path for i in best_first))
    groups: dict[tuple[str, bool, str, str], list[int]] = {}
    for i in best_first if original_of else ():
        path = chunks[i].path
        what = ("", "") if is_page(path) else (chunks[i].kind, chunks[i].qualified_name)
        groups.setdefault((original_of.get(path, path), i in fitting, *what), []).append(i)
    found: dict[int, int] = {}
    for (original, *_), group in groups.items():
        near = (i for i in group if scores[i] >= ORIGINAL_SHARE * scores[group[0]])
        leader = next((i for i in near if chunks[i].path == original), group[0])
        found.update((i, leader) for i in group if chunks[i].path != chunks[leader].path)
    return found
