"""Staging: processed files are collected until their chunks fill a segment, invisible to readers until published."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from codesearch.discovery.tree import FoundFile
from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.postings import PostingsBuilder, TermImpacts
from codesearch.index.rows import FileRow, SegmentRecord, Values, with_checksum
from codesearch.index.segment import SEGMENT_CHUNKS, ChunkKeys, SegmentPostings
from codesearch.index.signatures import Signatures
from codesearch.index.store import Store
from codesearch.index.terms import name_key
from codesearch.index.vectors import Vectors
from codesearch.index.work import UNREAD, BatchResult, FileResult

_SEPARATOR = re.compile(r"::|\.(?=\w)")
"""A qualified name (Perl's `package Foo::Bar`) is also looked up by its last part."""
_MAX_BATCH_CHUNKS = 8192
"""Maximum number of chunks in a batch, so that a segment never overflows."""
_MANY_DEFINITIONS = 200_000
"""A segment is full with so many, which take 0.1 GB of memory until it is written, or twice that while another one is.
A full segment of Linux has 60,000 to 200,000, one of headers that programs have written 700,000."""


class StagedFiles:
    """The files of a segment: their rows as they are stored, and what the segment is made from.

    Numbers, checksums and keys are computed as batches arrive, while other processes work: at the end they are idle.
    """

    def __init__(self) -> None:
        self._files: list[FileRow] = []
        self._chunks: list[Values] = []
        self._definitions: list[Values] = []
        self._ties: list[int] = []
        self._terms, self._names, self._kinds = PostingsBuilder(), PostingsBuilder(), PostingsBuilder()
        self._vectors: list[Vectors] = []
        self._signed: list[tuple[int, bytes]] = []

    @property
    def is_full(self) -> bool:
        """Whether another batch might not fit the segment, or memory."""
        return len(self._chunks) >= SEGMENT_CHUNKS - _MAX_BATCH_CHUNKS or len(self._definitions) >= _MANY_DEFINITIONS

    def add(self, files: Sequence[FileResult], terms: TermImpacts, vectors: Vectors) -> None:
        """Add files, whose rows have their numbers, and the terms and vectors of their chunks."""
        for file in files:
            self._add_rows(file)
        if len(terms.sizes):
            self._terms.add(terms)
            self._names.add_keys([names for file in files for names in _names_by_chunk(file)])
            self._kinds.add_keys([kinds for file in files for kinds in _kinds_by_chunk(file)])
            self._vectors.append(vectors)

    def _add_rows(self, file: FileResult) -> None:
        row, first = file.row, file.row.first_chunk
        self._files.append(row)
        self._chunks += (with_checksum(chunk.numbered(first, row.id)) for chunk in file.chunks)
        self._definitions += (with_checksum(definition.numbered(first)) for definition in file.definitions)
        self._ties += (tie_breaker(row.path, i) for i in range(len(file.chunks)))
        if file.chunks:
            self._signed.append((first, file.signature))

    def write(self, layout: Layout, store: Store) -> None:
        """Write a segment and insert its files into the database as staged, in the caller's transaction."""
        if self._chunks:
            store.add_segment(self._write_segment(layout, store.next_segment()), live=False)
        store.add_files(self._files, live=False)
        store.add_chunks(self._chunks)
        store.add_definitions(self._definitions)

    def _write_segment(self, layout: Layout, number: int) -> SegmentRecord:
        keys = ChunkKeys(np.asarray([row[0] for row in self._chunks], np.int64), np.asarray(self._ties, np.uint64))
        postings = SegmentPostings(self._terms.build(), self._names.build(), self._kinds.build())
        signatures = Signatures.of(self._signed)
        return segment.write(layout.segment(number), number, keys, postings, Vectors.joined(self._vectors), signatures)


class Staging:
    """The files for the next segment, numbered from `next_file`, and their chunks from `next_chunk`."""

    def __init__(self, next_chunk: int, next_file: int) -> None:
        self.next_chunk = next_chunk
        self._next_file = next_file
        self._staged = StagedFiles()

    @property
    def is_full(self) -> bool:
        """Whether the segment should be written before another batch is added."""
        return self._staged.is_full

    def add(self, batch: BatchResult, vectors: Vectors, files: Mapping[str, FoundFile]) -> None:
        """Add a batch and number its files and chunks; `files` are the discovered files by path."""
        numbered = []
        for file in batch.files:
            stamp = files[file.row.path].stamp if file.row.stamp == UNREAD else file.row.stamp
            row = file.row._replace(stamp=stamp, first_chunk=self.next_chunk, id=self._next_file)
            numbered.append(file._replace(row=row))
            self.next_chunk += len(file.chunks)
            self._next_file += 1
        self._staged.add(numbered, batch.terms, vectors)

    def take(self) -> StagedFiles:
        """The files that were added since the last call."""
        taken, self._staged = self._staged, StagedFiles()
        return taken


def _names_by_chunk(file: FileResult) -> list[set[str]]:
    """For each chunk, the keys of the name that it has and of those that it defines, except empty ones."""
    names: list[set[str]] = [set() for _ in file.chunks]
    heads: dict[int, str] = {}
    for definition in file.definitions:
        key = name_key(definition.name)
        names[definition.chunk].add(key)
        if not definition.name.isidentifier():
            names[definition.chunk].add(name_key(_SEPARATOR.split(definition.name)[-1]))
        heads.setdefault(definition.chunk, key)
    for chunk in file.chunks:
        if chunk.head != chunk.id:
            names[chunk.id].add(heads[chunk.head])
        elif chunk.kind == "file":
            names[chunk.id].add(name_key(file.row.path.rpartition("/")[2]))
    for chunk_names in names:
        chunk_names.discard("")
    return names


def _kinds_by_chunk(file: FileResult) -> list[set[str]]:
    """For each chunk, its kind and those of its definitions."""
    kinds = [{chunk.kind} for chunk in file.chunks]
    for definition in file.definitions:
        kinds[definition.chunk].add(definition.kind)
    return kinds


def tie_breaker(path: str, position: int) -> int:
    """A 64-bit hash that orders chunks of equal score; it depends only on path and position in the file."""
    text = f"{path}\0{position}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
