"""The text of chunks, read from the files as they stand, and the line of each that answers best.

A chunk is never shown with other lines than those that were indexed: where its file has changed, the file is chunked
again and the same definition taken from it, or the chunk is left out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.discovery.source import SourceText, read_source
from codesearch.discovery.stamp import Stamp

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Chunk
    from codesearch.index.snapshot import StoredChunk


CACHED_FILES = 64
"""Files whose lines are kept between the searches of one process."""
SCANNED_LINES = 400
"""Lines of a chunk that are looked through for the best one; only files and long types have more."""
LARGEST_FILE = 100_000_000
"""Bytes of a file that is read to show a part of it; larger ones are indexed only where a user sets such a limit."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read; without lines where it could not be."""

    stamp: Stamp | None
    digest: bytes
    text: str
    lines: Sequence[str]


_UNREADABLE = File(None, b"", "", ())


class Snippets:
    """Reads files below a folder, through no link, and keeps the last few. Threads may share it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, File] = {}

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline; nothing where they are not those that were indexed."""
        current = self.current(chunk)
        return "\n".join(self.lines(current)) if current else ""

    def lines(self, chunk: StoredChunk) -> Sequence[str]:
        """The lines of a chunk that current() returned."""
        return self._file(chunk.path).lines[chunk.start_line - 1 : chunk.end_line]

    def current(self, chunk: StoredChunk) -> StoredChunk | None:
        """The chunk as its file stands: itself, or its definition in a file that changed; None where it is gone."""
        file = self._file(chunk.path)
        if file.digest != chunk.file_digest:
            return self._found_again(chunk, file)
        return chunk if chunk.start_line <= len(file.lines) else None

    def is_stale(self, chunk: StoredChunk) -> bool:
        """Whether the chunk's file is not the one that was indexed."""
        return self._file(chunk.path).digest != chunk.file_digest

    def _found_again(self, chunk: StoredChunk, file: File) -> StoredChunk | None:
        """The one definition of the same kind and name in a file that changed."""
        if not chunk.name and chunk.kind != "file":
            return None
        same = [
            found
            for found in _chunks(chunk.path, file.text)
            if (found.kind, found.name, found.qualified_name) == (chunk.kind, chunk.name, chunk.qualified_name)
        ]
        if len(same) != 1:
            return None
        (found,) = same
        return replace(chunk, signature=found.signature, start_line=found.start_line, end_line=found.end_line)

    def _file(self, path: str) -> File:
        """The file at a path, read again when its stamp is another."""
        try:
            stamp = Stamp.of(os.lstat(f"{self._root}/{path}"))
        except OSError:
            return _UNREADABLE
        kept = self._files.get(path)
        if kept is None or kept.stamp != stamp:
            if len(self._files) >= CACHED_FILES:
                self._files.clear()
            kept = self._files[path] = _read(self._root, path)
        return kept


def source_lines(path: Path) -> Sequence[str]:
    """The lines of a file as they are numbered in its chunks, however large it is; none where it can't be read."""
    return _read(path.parent, path.name).lines


def _read(root: Path, path: str) -> File:
    source = read_source(root, path, LARGEST_FILE)
    if not isinstance(source, SourceText):
        return _UNREADABLE
    return File(source.stamp, source.digest, source.text, source.text.split("\n"))


def _chunks(path: str, text: str) -> Sequence[Chunk]:
    from codesearch.chunking.chunker import chunk_text
    from codesearch.languages.detect import detect

    return chunk_text(path, text, detect(path, text)).chunks if text else ()


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
