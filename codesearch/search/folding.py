"""Fold duplicates into one hit: the same text, older copies of a definition, translations of a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codesearch.search.editions import is_page, originals
from codesearch.search.hit import Place

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from codesearch.search.candidates import Candidates
    from codesearch.search.reader import Readers
    from codesearch.search.snippets import CurrentChunk

ORIGINAL_SHARE = 0.5
"""An original represents its editions if it scores at least this share of the best of them; a question in German
still gets the German page."""


@dataclass(slots=True)
class FoldedResult:
    """Candidates to show, best first, with the duplicates folded into them."""

    hits: dict[int, CurrentChunk] = field(default_factory=dict)
    best: dict[int, int] = field(default_factory=dict)
    """The best of the candidates that each hit stands for."""
    copies: dict[int, list[Place]] = field(default_factory=dict)
    outdated: int = 0
    """Candidates skipped because their file no longer contains them."""


def fold(
    best_first: Sequence[int],
    scores: Mapping[int, float],
    candidates: Candidates,
    fitting: Collection[int],
    readers: Readers,
    k: int,
    is_place: npt.NDArray[np.bool_],
) -> FoldedResult:
    """The `k` best candidates that their files still contain, with duplicates folded.

    Editions are folded only if all or none of them fit the question's operators (`fitting`), and if the question does
    not name their places.
    """
    shown = FoldedResult()
    represented = _representatives(best_first, scores, candidates, fitting)
    leaders = {i: leader for i, leader in represented.items() if not is_place[i]}
    first_with: dict[tuple[str, ...], int] = {}
    recorded: set[tuple[int, int]] = set()

    def current(i: int) -> CurrentChunk | None:
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
            shown.best[leader] = i
        file = int(candidates.file[i])
        if file != candidates.file[leader] and (leader, file) not in recorded:
            recorded.add((leader, file))
            chunk = found.chunk
            place = Place(chunk.path, chunk.start_line, chunk.end_line, int(candidates.reader[i]))
            shown.copies.setdefault(leader, []).append(place)
    return shown


def _representatives(
    best_first: Sequence[int], scores: Mapping[int, float], candidates: Candidates, fitting: Collection[int]
) -> dict[int, int]:
    """Maps candidates that are editions of a page or a definition to the candidate that is shown for them."""
    paths: dict[int, dict[str, None]] = {}
    for i in best_first:
        paths.setdefault(int(candidates.reader[i]), {})[candidates.chunks[i].path] = None
    original_of = {reader: originals(found_paths) for reader, found_paths in paths.items()}
    groups: dict[tuple[int, str, bool, str, str], list[int]] = {}
    for i in best_first if any(original_of.values()) else ():
        chunk, reader = candidates.chunks[i], int(candidates.reader[i])
        definition = ("", "") if is_page(chunk.path) else (chunk.kind, chunk.qualified_name)
        original = original_of[reader].get(chunk.path, chunk.path)
        groups.setdefault((reader, original, i in fitting, *definition), []).append(i)
    found: dict[int, int] = {}
    for (_, original, *_), group in groups.items():
        near = (i for i in group if scores[i] >= ORIGINAL_SHARE * scores[group[0]])
        leader = next((i for i in near if candidates.chunks[i].path == original), group[0])
        found.update((i, leader) for i in group if candidates.file[i] != candidates.file[leader])
    return found
