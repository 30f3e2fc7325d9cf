"""Which chunks have a line that matches a pattern."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codesearch.search.grep import grep

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.index.snapshot import Snapshot, StoredChunk
    from codesearch.search.filters import DefinitionRule
    from codesearch.search.hit import Filters


class _Lines(Protocol):
    """What lies between two lines of a file, both included."""

    @property
    def start_line(self) -> int: ...
    @property
    def end_line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class MatchingChunks:
    """The chunks with a line that matches."""

    ids: Sequence[int]
    """Their numbers, in order."""
    lines: Mapping[str, Sequence[int]]
    """The numbers of the lines that match, in order, by the path of their file."""

    def focused(
        self, chunk: StoredChunk, candidates: list[StoredChunk], accepts: DefinitionRule | None
    ) -> list[StoredChunk]:
        """Those of the candidates from a chunk that have such a line, or else what of the chunk has."""
        lines = self.lines.get(chunk.path, ())
        kept = [candidate for candidate in candidates if _hold(candidate, lines)]
        if not kept and accepts:
            accepted = (row for row in chunk.definitions if accepts(chunk.path, row))
            kept = [chunk.focused_on(row) for row in accepted if _hold(row, lines)]
        return kept or [chunk]


def matching_chunks(
    snapshot: Snapshot, root: Path, pattern: Pattern, filters: Filters, *, is_fresh: bool = False
) -> MatchingChunks:
    """The chunks with a line that matches, of what the filters accept; see grep()."""
    found = list(grep(snapshot, root, pattern, filters, is_fresh=is_fresh))
    lines = {matches.file.id: [line.number for line in matches.lines] for matches in found}
    rows = snapshot.chunk_rows([matches.file for matches in found])
    return MatchingChunks(
        ids=sorted(row.id for row in rows if _hold(row, lines[row.file])),
        lines={matches.file.path: lines[matches.file.id] for matches in found},
    )


def _hold(part: _Lines, lines: Sequence[int]) -> bool:
    """Whether one of the lines, which are in order, is in a part of the file."""
    at = bisect_left(lines, part.start_line)
    return at < len(lines) and lines[at] <= part.end_line
