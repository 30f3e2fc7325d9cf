"""The text of chunks, read from the files as they stand, and the line of each that answers best."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk


CACHED_FILES = 64
"""Files whose lines are kept between the searches of one process."""
SCANNED_LINES = 400
"""Lines of a chunk that are looked through for the best one; only files and long types have more."""


class Snippets:
    """Reads files and keeps the lines of the last few. A file that is gone or unreadable has no lines."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[str, tuple[tuple[int, int], Sequence[str]]] = {}

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline."""
        return "\n".join(self.lines(chunk))

    def lines(self, chunk: StoredChunk) -> Sequence[str]:
        """The chunk's lines as they stand on disk."""
        stamp = self._stamp(chunk.path)
        kept = self._kept.get(chunk.path)
        if kept is None or kept[0] != stamp:
            if len(self._kept) >= CACHED_FILES:
                self._kept.clear()
            kept = self._kept[chunk.path] = (stamp, source_lines(self._root / chunk.path))
        return kept[1][chunk.start_line - 1 : chunk.end_line]

    def is_stale(self, chunk: StoredChunk) -> bool:
        """True where the file is gone or is not the one that was indexed, by its size and time."""
        return self._stamp(chunk.path) != (chunk.file_size, chunk.file_mtime_ns)

    def _stamp(self, path: str) -> tuple[int, int]:
        """Size and time of a file, −1 where it is gone."""
        try:
            stat = os.stat(f"{self._root}/{path}")  # noqa: PTH116 - called for every hit
        except OSError:
            return -1, -1
        return stat.st_size, stat.st_mtime_ns


def source_lines(path: Path) -> Sequence[str]:
    """The lines of a file as they are numbered in its chunks, however large it is; none where it can't be read."""
    from codesearch.discovery.source import SourceText, read_source

    try:
        source = read_source(path.parent, path.name, path.stat().st_size)
    except OSError:
        return ()
    return source.text.split("\n") if isinstance(source, SourceText) else ()


def best_line(lines: Sequence[str], first: int, term_weights: Mapping[str, float]) -> int:
    """The 1-based number of the line with the rarest words of the question; the first line where none has any."""
    weighted = [(term, weight) for term, weight in term_weights.items() if weight > 0]
    best, top = 0, 0.0
    for i, line in enumerate(lines[:SCANNED_LINES]):
        folded = line.lower()
        score = sum(weight for term, weight in weighted if term in folded)
        if score > top:
            best, top = i, score
    return first + best
