"""One hit for what stands in several files: the same text, an older copy of a definition, a translation of a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codesearch.search.editions import is_page, originals
from codesearch.search.hit import Place

if TYPE_CHECKING:
    from codesearch.search.candidates import Candidates
    from codesearch.search.reader import IndexReader
    from codesearch.search.snippets import Current

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
    candidates: Candidates,
    fitting: Collection[int],
    readers: Sequence[IndexReader],
    k: int,
) -> Shown:
    """The `k` best candidates that still stand in their files, one of those that are the same to a reader.

    No edition is shown for another that fits the question's operators better.
    """
    shown = Shown()
    leaders = _leaders(best_first, scores, candidates, fitting)
    first_with: dict[tuple[str, ...], int] = {}
    told: set[tuple[int, int]] = set()

    def current(i: int) -> Current | None:
        return readers[int(candidates.reader[i])].current(candidates.chunks[i])

    for i in best_first:
        if len(shown.hits) == k:
            break
        found = current(i)
        if found is None:
            shown.outdated += 1
            continue
        leader = leaders.get(i, i)
        leading = current(leader) if leader != i else found
        if leading is None:
            leader, leading = i, found
        leader = first_with.setdefault(tuple(leading.lines), leader)
        if leader not in shown.hits:
            shown.hits[leader] = leading
            shown.scores[leader] = scores[i]
        file = int(candidates.file[i])
        if file != candidates.file[leader] and (leader, file) not in told:
            told.add((leader, file))
            chunk = found.chunk
            place = Place(chunk.path, chunk.start_line, chunk.end_line, int(candidates.reader[i]))
            shown.copies.setdefault(leader, []).append(place)
    return shown


def _leaders(
    best_first: Sequence[int], scores: Mapping[int, float], candidates: Candidates, fitting: Collection[int]
) -> dict[int, int]:
    """For candidates in editions of one page, or of one definition: the candidate that is shown for them."""
    paths: dict[int, dict[str, None]] = {}
    for i in best_first:
        paths.setdefault(int(candidates.reader[i]), {})[candidates.chunks[i].path] = None
    original_of = {reader: originals(some) for reader, some in paths.items()}
    groups: dict[tuple[int, str, bool, str, str], list[int]] = {}
    for i in best_first if any(original_of.values()) else ():
        chunk, reader = candidates.chunks[i], int(candidates.reader[i])
        what = ("", "") if is_page(chunk.path) else (chunk.kind, chunk.qualified_name)
        original = original_of[reader].get(chunk.path, chunk.path)
        groups.setdefault((reader, original, i in fitting, *what), []).append(i)
    found: dict[int, int] = {}
    for (_, original, *_), group in groups.items():
        near = (i for i in group if scores[i] >= ORIGINAL_SHARE * scores[group[0]])
        leader = next((i for i in near if candidates.chunks[i].path == original), group[0])
        found.update((i, leader) for i in group if candidates.file[i] != candidates.file[leader])
    return found
