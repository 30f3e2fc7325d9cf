"""The text of chunks, read from the files as they stand, and the line of each that answers best.

A chunk is never shown with other lines than those that were indexed: where its file has changed, the file is chunked
again and the same definition taken from it, or the chunk is left out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.discovery.options import NOTEBOOK_ENDING
from codesearch.discovery.source import SourceText, read_source
from codesearch.discovery.stamp import Stamp
from codesearch.index.letters import fold
from codesearch.index.rows import plain

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Chunk, Definition
    from codesearch.index.snapshot import StoredChunk


CACHED_FILES = 64
"""Files whose lines are kept between the searches of one process."""
SCANNED_LINES = 400
"""Lines of a chunk that are looked through for the best one; only files and long types have more."""
LARGEST_FILE = 100_000_000
"""Bytes of a file that is read to show a part of it; larger ones are indexed only where a user sets such a limit."""
LARGEST_CHUNKED = 1_000_000
"""Bytes of a changed file that is chunked again for a question, which takes 0.1 s or so."""
MOST_CHUNKED = 20
"""Changed files that are chunked again for one question."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was read; without lines where it could not be."""

    stamp: Stamp | None
    digest: bytes
    text: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Current:
    """A chunk as its file stands."""

    chunk: StoredChunk
    lines: Sequence[str]
    is_moved: bool = False
    """The file changed since it was indexed, and the same definition was found in it."""


_UNREADABLE = File(None, b"", "", ())


class Snippets:
    """Reads files below a folder, through no link, and keeps the last few."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, File] = {}
        self._chunks: dict[bytes, Sequence[Chunk]] = {}
        """Of changed files, by their digest."""

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline; nothing where they are not those that were indexed."""
        file = self._file(chunk.path)
        return "\n".join(_cut(file, chunk)) if file.digest == chunk.file_digest else ""

    def current(self, chunk: StoredChunk) -> Current | None:
        """The chunk as its file stands: itself, or its definition in a file that changed; None where it is gone."""
        file = self._file(chunk.path)
        if file.digest == chunk.file_digest:
            return Current(chunk, _cut(file, chunk)) if chunk.start_line <= len(file.lines) else None
        found = self._found_again(chunk, file)
        return Current(found, _cut(file, found), is_moved=True) if found else None

    def forget_changes(self) -> None:
        """Begin a question: so many changed files are chunked for each."""
        self._chunks.clear()

    def _found_again(self, chunk: StoredChunk, file: File) -> StoredChunk | None:
        """The one definition of the same kind and name in a file that changed."""
        if not chunk.name:
            return None
        named: list[Chunk | Definition] = []
        for found in self._chunks_of(chunk.path, file):
            named += found.definitions if chunk.kind != "file" else [found]
        wanted = chunk.kind, chunk.name, chunk.qualified_name
        same = [found for found in named if (found.kind, found.name, found.qualified_name) == wanted]
        if len(same) != 1:
            return None
        (again,) = same
        return replace(chunk, signature=plain(again.signature), start_line=again.start_line, end_line=again.end_line)

    def _chunks_of(self, path: str, file: File) -> Sequence[Chunk]:
        if file.digest in self._chunks:
            return self._chunks[file.digest]
        if not file.text or len(file.text) > LARGEST_CHUNKED or len(self._chunks) >= MOST_CHUNKED:
            return ()
        from codesearch.index import guarded
        from codesearch.languages.detect import detect

        chunks = guarded.chunk_text(path, file.text, detect(path, file.text)).chunks
        self._chunks[file.digest] = chunks
        return chunks

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


def _cut(file: File, chunk: StoredChunk) -> Sequence[str]:
    return file.lines[chunk.start_line - 1 : chunk.end_line]


def source_lines(path: Path) -> Sequence[str]:
    """The lines of a file as they are numbered in its chunks, however large it is; none where it can't be read."""
    return _read(path.parent, path.name).lines


def _read(root: Path, path: str) -> File:
    source = read_source(root, path, LARGEST_FILE)
    if not isinstance(source, SourceText):
        return _UNREADABLE
    return File(source.stamp, source.digest, source.text, _lines_to_read(path, source.text))


def _lines_to_read(path: str, text: str) -> Sequence[str]:
    """The lines of a text, those of a notebook as they were written in its cells."""
    if path.lower().endswith(NOTEBOOK_ENDING):
        from codesearch.chunking import notebook, syntax

        with suppress(syntax.Unparsable):
            return notebook.cell_lines(text)
    return text.split("\n")


def best_line(lines: Sequence[str], first: int, term_weights: Mapping[str, float]) -> int:
    """The 1-based number of the line with the rarest words of the question; the first line where none has any."""
    weighted = [(term, weight) for term, weight in term_weights.items() if weight > 0]
    best, top = 0, 0.0
    for i, line in enumerate(lines[:SCANNED_LINES]):
        folded = fold(line)
        score = sum(weight for term, weight in weighted if term in folded)
        if score > top:
            best, top = i, score
    return first + best
