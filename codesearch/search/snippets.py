"""The text of chunks, read from the files as they stand, and the line of each that answers best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.index.terms import terms

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk


class Snippets:
    """Reads each file at most once. A file that is gone or unreadable has no lines."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines: dict[str, Sequence[str]] = {}

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline."""
        return "\n".join(self.lines(chunk))

    def lines(self, chunk: StoredChunk) -> Sequence[str]:
        """The chunk's lines as they stand on disk."""
        if chunk.path not in self._lines:
            self._lines[chunk.path] = source_lines(self._root / chunk.path)
        return self._lines[chunk.path][chunk.start_line - 1 : chunk.end_line]

    def is_stale(self, chunk: StoredChunk) -> bool:
        """True where the file is gone or is not the one that was indexed, by its size and time."""
        try:
            stat = (self._root / chunk.path).stat()
        except OSError:
            return True
        return (stat.st_size, stat.st_mtime_ns) != (chunk.file_size, chunk.file_mtime_ns)


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
    scores = [sum(term_weights.get(term, 0.0) for term in set(terms(line))) for line in lines]
    top = max(scores, default=0.0)
    return first + scores.index(top) if top > 0 else first
