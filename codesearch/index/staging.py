"""Finished files wait here until their chunks fill a segment; what is staged is no reader's business yet."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from codesearch.discovery.tree import FoundFile
from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.postings import TermCounts
from codesearch.index.rows import ChunkRow, DefinitionRow, FileRow
from codesearch.index.segment import SEGMENT_CHUNKS, ChunkKeys
from codesearch.index.store import Store
from codesearch.index.terms import name_key
from codesearch.index.work import UNREAD, BatchResult
from codesearch.models.encoder import Embeddings

_SEPARATOR = re.compile(r"::|\.(?=\w)")
"""A name may hold its owner (Perl's `package Foo::Bar`), and is looked up by its last part too."""
_LARGEST_BATCH = 8192
"""Chunks that one batch may bring at most, so that a segment never overflows."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file with the first of its chunks' numbers, and its chunks and definitions, which are numbered from 0."""

    row: FileRow
    chunks: tuple[ChunkRow, ...]
    definitions: tuple[DefinitionRow, ...]

    def names_by_chunk(self) -> list[set[str]]:
        """Keys of what each chunk is named after and defines."""
        names: list[set[str]] = [set() for _ in self.chunks]
        heads: dict[int, str] = {}
        for definition in self.definitions:
            key = name_key(definition.name)
            names[definition.chunk] |= {key, name_key(_SEPARATOR.split(definition.name)[-1])}
            heads.setdefault(definition.chunk, key)
        for chunk in self.chunks:
            if chunk.head != chunk.id:
                names[chunk.id].add(heads[chunk.head])
            elif chunk.kind == "file":
                names[chunk.id].add(name_key(self.row.path.rpartition("/")[2]))
        return names

    def kinds_by_chunk(self) -> list[set[str]]:
        """The kind of each chunk, and those of what it defines."""
        kinds = [{chunk.kind} for chunk in self.chunks]
        for definition in self.definitions:
            kinds[definition.chunk].add(definition.kind)
        return kinds


class Staging:
    """What waits for the next segment."""

    def __init__(self, layout: Layout, store: Store) -> None:
        self._layout, self._store = layout, store
        self.next_chunk = store.next_chunk()
        self._clear()

    @property
    def is_full(self) -> bool:
        """Whether another batch might not fit the segment."""
        return self._chunks >= SEGMENT_CHUNKS - _LARGEST_BATCH

    def take(self, batch: BatchResult, embeddings: Embeddings, found: Mapping[str, FoundFile]) -> None:
        """Number a batch's chunks and keep them for the next segment."""
        for file in batch.files:
            stamp = found[file.row.path].stamp if file.row.stamp == UNREAD else file.row.stamp
            row = replace(file.row, stamp=stamp, first_chunk=self.next_chunk)
            self.next_chunk += len(file.chunks)
            self._files.append(StagedFile(row, file.chunks, file.definitions))
        if len(batch.counts.sizes):
            self._counts.append(batch.counts)
            self._embeddings.append(embeddings)
            self._chunks += len(batch.counts.sizes)

    def write(self) -> None:
        """Write what waits as a segment and enter its files, inside the caller's transaction."""
        if self._chunks:
            number = self._store.next_segment()
            embeddings = np.concatenate(self._embeddings)
            record = segment.write(self._layout.segment(number), number, self._keys(), self._counts, embeddings)
            self._store.add_segment(record, live=False)
        for file in self._files:
            number = self._store.add_file(file.row, live=False)
            first = file.row.first_chunk
            self._store.add_chunks(
                replace(chunk, id=first + chunk.id, head=first + chunk.head, file=number) for chunk in file.chunks
            )
            self._store.add_definitions(replace(one, chunk=first + one.chunk) for one in file.definitions)
        self._clear()

    def _keys(self) -> ChunkKeys:
        ids = np.concatenate([np.arange(f.row.first_chunk, f.row.first_chunk + f.row.chunks) for f in self._files])
        ties = [tie(file.row.path, i) for file in self._files for i in range(len(file.chunks))]
        names = [sorted(some - {""}) for file in self._files for some in file.names_by_chunk()]
        kinds = [sorted(some) for file in self._files for some in file.kinds_by_chunk()]
        return ChunkKeys(ids, np.asarray(ties, np.uint64), kinds, names)

    def _clear(self) -> None:
        self._files: list[StagedFile] = []
        self._counts: list[TermCounts] = []
        self._embeddings: list[Embeddings] = []
        self._chunks = 0


def tie(path: str, place: int) -> int:
    """Orders chunks of equal score by nothing but their path and their place in the file: 64 bits."""
    text = f"{path}\0{place}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
