"""Staging: processed files are collected until their chunks fill a segment, invisible to readers until published."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from codesearch.discovery.tree import FoundFile
from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.postings import TermCounts
from codesearch.index.rows import ChunkRow, DefinitionRow, FileRow
from codesearch.index.segment import SEGMENT_CHUNKS, ChunkKeys
from codesearch.index.signatures import Signatures
from codesearch.index.store import Store
from codesearch.index.terms import name_key
from codesearch.index.vectors import Vectors
from codesearch.index.work import UNREAD, BatchResult

_SEPARATOR = re.compile(r"::|\.(?=\w)")
"""A qualified name (Perl's `package Foo::Bar`) is also looked up by its last part."""
_MAX_BATCH_CHUNKS = 8192
"""Maximum number of chunks in a batch, so that a segment never overflows."""
_MANY_DEFINITIONS = 200_000
"""A segment is full with so many, which take 0.1 GB of memory until it is written, or twice that while another one is.
A full segment of Linux has 60,000 to 200,000, one of headers that programs have written 700,000."""


class StagedFile(NamedTuple):
    """A file's row, and its chunks and definitions, whose chunk numbers start at 0 and not at `row.first_chunk`."""

    row: FileRow
    chunks: tuple[ChunkRow, ...]
    definitions: tuple[DefinitionRow, ...]
    signature: bytes

    def names_by_chunk(self) -> list[set[str]]:
        """For each chunk, the keys of the name that it has and of those that it defines, except empty ones."""
        names: list[set[str]] = [set() for _ in self.chunks]
        heads: dict[int, str] = {}
        for definition in self.definitions:
            key = name_key(definition.name)
            names[definition.chunk].add(key)
            if not definition.name.isidentifier():
                names[definition.chunk].add(name_key(_SEPARATOR.split(definition.name)[-1]))
            heads.setdefault(definition.chunk, key)
        for chunk in self.chunks:
            if chunk.head != chunk.id:
                names[chunk.id].add(heads[chunk.head])
            elif chunk.kind == "file":
                names[chunk.id].add(name_key(self.row.path.rpartition("/")[2]))
        for chunk_names in names:
            chunk_names.discard("")
        return names

    def kinds_by_chunk(self) -> list[set[str]]:
        """For each chunk, its kind and those of its definitions."""
        kinds = [{chunk.kind} for chunk in self.chunks]
        for definition in self.definitions:
            kinds[definition.chunk].add(definition.kind)
        return kinds


class StagedFiles(NamedTuple):
    """The files of a segment, and the term counts and vectors of their chunks, by batch."""

    files: Sequence[StagedFile]
    counts: Sequence[TermCounts]
    vectors: Sequence[Vectors]

    def write(self, layout: Layout, store: Store) -> None:
        """Write a segment and insert its files into the database as staged, in the caller's transaction."""
        if self.counts:
            number = store.next_segment()
            folder = layout.segment(number)
            vectors = Vectors.joined(self.vectors)
            record = segment.write(folder, number, self._keys(), self.counts, vectors, self._signatures())
            store.add_segment(record, live=False)
        placed = [(file, file.row.first_chunk, store.add_file(file.row, live=False)) for file in self.files]
        store.add_chunks(chunk.numbered(first, number) for file, first, number in placed for chunk in file.chunks)
        store.add_definitions(row.numbered(first) for file, first, _ in placed for row in file.definitions)

    def _keys(self) -> ChunkKeys:
        ids = np.concatenate([np.arange(f.row.first_chunk, f.row.first_chunk + f.row.chunks) for f in self.files])
        ties = [tie_breaker(file.row.path, i) for file in self.files for i in range(len(file.chunks))]
        names = [chunk_names for file in self.files for chunk_names in file.names_by_chunk()]
        kinds = [chunk_kinds for file in self.files for chunk_kinds in file.kinds_by_chunk()]
        return ChunkKeys(ids, np.asarray(ties, np.uint64), kinds, names)

    def _signatures(self) -> Signatures:
        files = [file for file in self.files if file.chunks]
        return Signatures.of([file.row.first_chunk for file in files], [file.signature for file in files])


class Staging:
    """The files for the next segment, whose chunks are numbered from `next_chunk`."""

    def __init__(self, next_chunk: int) -> None:
        self.next_chunk = next_chunk
        self._clear()

    @property
    def is_full(self) -> bool:
        """Whether another batch might not fit the segment, or memory."""
        return self._chunks >= SEGMENT_CHUNKS - _MAX_BATCH_CHUNKS or self._definitions >= _MANY_DEFINITIONS

    def add(self, batch: BatchResult, vectors: Vectors, files: Mapping[str, FoundFile]) -> None:
        """Add a batch and number its chunks; `files` are the discovered files by path."""
        for file in batch.files:
            stamp = files[file.row.path].stamp if file.row.stamp == UNREAD else file.row.stamp
            row = file.row._replace(stamp=stamp, first_chunk=self.next_chunk)
            self.next_chunk += len(file.chunks)
            self._definitions += len(file.definitions)
            self._files.append(StagedFile(row, file.chunks, file.definitions, file.signature))
        if len(batch.counts.sizes):
            self._counts.append(batch.counts)
            self._vectors.append(vectors)
            self._chunks += len(batch.counts.sizes)

    def take(self) -> StagedFiles:
        """The files that were added since the last call."""
        taken = StagedFiles(self._files, self._counts, self._vectors)
        self._clear()
        return taken

    def _clear(self) -> None:
        self._files: list[StagedFile] = []
        self._counts: list[TermCounts] = []
        self._vectors: list[Vectors] = []
        self._chunks = 0
        self._definitions = 0


def tie_breaker(path: str, position: int) -> int:
    """A 64-bit hash that orders chunks of equal score; it depends only on path and position in the file."""
    text = f"{path}\0{position}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
