"""The current text of chunks, read from their files, and the line of each that answers best.

A chunk is never shown with text that is not its own: if its file has changed, the file is chunked again and the same
definition taken from it, or the chunk is dropped.
"""

from __future__ import annotations

import os
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.chunking.shown import shown_text
from codesearch.discovery.source import SourceText, read_source
from codesearch.discovery.stamp import Stamp
from codesearch.index.letters import fold
from codesearch.index.rows import plain

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Chunk, Definition
    from codesearch.exact.pattern import Pattern
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.hit import Hit


CACHED_CHARACTERS = 8_000_000
"""Of files that are kept between the searches of a process: about 200 files."""
SCANNED_LINES = 400
"""Lines of a chunk that are scanned for the best one; only whole files and long types have more."""
MAX_READ_SIZE = 100_000_000
"""Bytes of a file that is read for a snippet; larger files are only indexed if the user raises the limit."""
MAX_RECHUNKED_SIZE = 1_000_000
"""Characters of a changed file that is chunked again during a search; that takes about 0.1 s."""
MAX_RECHUNKED_FILES = 20
"""Changed files that are chunked again during one search."""


@dataclass(frozen=True)
class File:
    """A file as it was read; without text if it could not be read."""

    stamp: Stamp | None
    digest: bytes
    text: str
    shown: str
    """The text as it is shown."""

    def lines(self, first: int, last: int) -> Sequence[str]:
        """The lines from `first` to `last`, counted from 1; fewer at the end of the file."""
        return self.shown_between(first, last).split("\n") if first < len(self._line_starts) else ()

    def shown_between(self, first: int, last: int) -> str:
        """The same lines as one text, without a trailing newline."""
        starts = self._line_starts
        if first >= len(starts):
            return ""
        return self.shown[starts[first - 1] : starts[min(last, len(starts) - 1)] - 1]

    def text_of(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline; "" if the file has changed since it was indexed."""
        return self.shown_between(chunk.start_line, chunk.end_line) if self.digest == chunk.file_digest else ""

    @cached_property
    def _line_starts(self) -> npt.NDArray[np.int64]:
        """Where each line starts, and where one after the last would; only 0 if there is no text."""
        if not self.shown:
            return np.zeros(1, np.int64)
        encoding, kind = ("ascii", np.uint8) if self.shown.isascii() else ("utf-32-le", np.uint32)
        characters = np.frombuffer(self.shown.encode(encoding, "surrogatepass"), kind)
        return np.concatenate(([0], np.flatnonzero(characters == ord("\n")) + 1, [len(self.shown) + 1]))


class CurrentChunk(NamedTuple):
    """A chunk in the current text of its file."""

    chunk: StoredChunk
    lines: Sequence[str]
    is_moved: bool = False
    """The file changed since it was indexed, and the same definition was found in it."""


_UNREADABLE = File(None, b"", "", "")


class Snippets:
    """Reads files below a folder, following no links, and caches them."""

    def __init__(self, root: Path, share: float = 1) -> None:
        """`share` is the share of CACHED_CHARACTERS to keep, where files of many folders are."""
        self.root = root
        self._cached = round(CACHED_CHARACTERS * share)
        self._files: OrderedDict[str, File] = OrderedDict()
        """The most recently used last."""
        self._characters = 0
        """Of the files that are kept."""
        self._lock = Lock()
        self._chunks: dict[bytes, Sequence[Chunk]] = {}
        """The chunks of changed files, by digest."""

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline; "" if the file has changed since it was indexed."""
        return self.file(chunk.path).text_of(chunk)

    def texts(self, chunks: Sequence[StoredChunk]) -> Sequence[str]:
        """The text of each chunk."""
        files = {path: self.file(path) for path in dict.fromkeys(chunk.path for chunk in chunks)}
        return [files[chunk.path].text_of(chunk) for chunk in chunks]

    def current(self, chunk: StoredChunk) -> CurrentChunk | None:
        """The chunk itself, or the same definition in a file that changed; None if it is gone."""
        file = self.file(chunk.path)
        if file.digest == chunk.file_digest:
            lines = _chunk_lines(file, chunk)
            return CurrentChunk(chunk, lines) if lines else None
        found = self._find_definition(chunk, file)
        return CurrentChunk(found, _chunk_lines(file, found), is_moved=True) if found else None

    def forget_changes(self) -> None:
        """Drop the chunks of changed files, at the start of each search; MAX_RECHUNKED_FILES applies per search."""
        self._chunks.clear()

    def _find_definition(self, chunk: StoredChunk, file: File) -> StoredChunk | None:
        """The definition of the same kind and name in a file that changed, if there is exactly one."""
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
        return chunk._replace(signature=plain(again.signature), start_line=again.start_line, end_line=again.end_line)

    def definitions(self, path: str) -> Sequence[Definition]:
        """The definitions in the text that a file has now; none for too many or too large files."""
        return [definition for chunk in self._chunks_of(path, self.file(path)) for definition in chunk.definitions]

    def _chunks_of(self, path: str, file: File) -> Sequence[Chunk]:
        if file.digest in self._chunks:
            return self._chunks[file.digest]
        if not file.text or len(file.text) > MAX_RECHUNKED_SIZE or len(self._chunks) >= MAX_RECHUNKED_FILES:
            return ()
        from codesearch.index import guarded
        from codesearch.languages.detect import detect

        chunks = guarded.chunk_text(path, file.text, detect(path, file.text)).chunks
        self._chunks[file.digest] = chunks
        return chunks

    def file(self, path: str) -> File:
        """The file at a path, read again if its stamp has changed."""
        try:
            stamp = Stamp.of(os.lstat(f"{self.root}/{path}"))
        except OSError:
            return _UNREADABLE
        with self._lock:
            kept = self._files.get(path)
            if kept and kept.stamp == stamp:
                self._files.move_to_end(path)
                return kept
        file = _read(self.root, path)
        self._keep(path, file)
        return file

    def _keep(self, path: str, file: File) -> None:
        with self._lock:
            self._characters += len(file.shown) - len(self._files.pop(path, _UNREADABLE).shown)
            self._files[path] = file
            while self._characters > self._cached and len(self._files) > 1:
                _, dropped = self._files.popitem(last=False)
                self._characters -= len(dropped.shown)


def _chunk_lines(file: File, chunk: StoredChunk) -> Sequence[str]:
    return file.lines(chunk.start_line, chunk.end_line)


def source_lines(path: Path) -> Sequence[str]:
    """The lines of a file as numbered in its chunks; none if it can't be read or exceeds MAX_READ_SIZE."""
    shown = _read(path.parent, path.name).shown
    return shown.split("\n") if shown else ()


def _read(root: Path, path: str) -> File:
    source = read_source(root, path, MAX_READ_SIZE, find_skip_reason=False)
    if not isinstance(source, SourceText):
        return _UNREADABLE
    return File(source.stamp, source.digest, source.text, shown_text(path, source.text))


def best_line(
    lines: Sequence[str], first: int, term_weights: Mapping[str, float], pattern: Pattern | None = None
) -> int:
    """The number of the line with the highest term weight, given that of the first; the first if no line has a term.

    With a pattern, of the lines that match, if any does.
    """
    matching = [i for i, line in enumerate(lines) if pattern.matches(line)][:SCANNED_LINES] if pattern else []
    folded = fold("\n".join([lines[i] for i in matching] or lines[:SCANNED_LINES]))
    scores = _line_scores(folded, {term: weight for term, weight in term_weights.items() if weight > 0})
    best = max(scores, key=lambda line: (scores[line], -line), default=0)
    return first + (matching[best] if matching else best)


def with_own_lines(hits: Sequence[Hit], term_weights: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits, none of which shows a line that one before it shows if it has another: a type and its method may have
    the same best line."""
    taken: dict[tuple[int, str], set[int]] = defaultdict(set)
    return tuple(_with_own_line(hit, taken[hit.index, hit.path], term_weights) for hit in hits)


def _with_own_line(hit: Hit, taken: set[int], term_weights: Mapping[str, float]) -> Hit:
    """The hit at a line that is not taken, which then is."""
    if hit.best_line in taken:
        lines = ["" if i in taken else line for i, line in enumerate(hit.snippet.split("\n"), hit.start_line)]
        own = best_line(lines, hit.start_line, term_weights)
        left = (
            [own]
            if lines[own - hit.start_line]
            else [i for i, line in enumerate(lines, hit.start_line) if line.strip()]
        )
        hit = replace(hit, best_line=left[0]) if left else hit
    taken.add(hit.best_line)
    return hit


def _line_scores(text: str, term_weights: Mapping[str, float]) -> dict[int, float]:
    """For each line of a text that has any of the terms, the sum of the weights of those that it has."""
    scores: dict[int, float] = {}
    for term, weight in term_weights.items():
        line, seen, at = 0, 0, text.find(term)
        while at >= 0:
            line += text.count("\n", seen, at)
            scores[line] = scores.get(line, 0.0) + weight
            seen = text.find("\n", at)
            at = text.find(term, seen) if seen >= 0 else -1
    return scores
