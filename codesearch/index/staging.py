"""Finished files wait here until their chunks fill a segment; what is staged is no reader's business yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from codesearch.discovery.discover import FoundFile
from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.postings import TermCounts
from codesearch.index.rows import ChunkRow, FileRow
from codesearch.index.segment import SEGMENT_CHUNKS, ChunkKeys
from codesearch.index.store import Store
from codesearch.index.terms import name_key
from codesearch.index.work import UNREAD, BatchResult
from codesearch.models.encoder import Embeddings

_LARGEST_BATCH = 8192
"""Chunks that one batch may bring at most, so that a segment never overflows."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file with the first of its chunks' numbers, and its chunks, which have none yet."""

    row: FileRow
    chunks: tuple[ChunkRow, ...]


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
            self._files.append(StagedFile(row, file.chunks))
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
            self._store.add_chunks(
                replace(chunk, id=file.row.first_chunk + i, file=number) for i, chunk in enumerate(file.chunks)
            )
        self._clear()

    def _keys(self) -> ChunkKeys:
        chunks = [chunk for file in self._files for chunk in file.chunks]
        ids = np.concatenate([np.arange(f.row.first_chunk, f.row.first_chunk + f.row.chunks) for f in self._files])
        ties = [tie(file.row.path, i) for file in self._files for i in range(len(file.chunks))]
        names = [sorted({*map(name_key, _names(chunk))} - {""}) for chunk in chunks]
        return ChunkKeys(ids, np.asarray(ties, np.uint64), [chunk.kind for chunk in chunks], names)

    def _clear(self) -> None:
        self._files: list[StagedFile] = []
        self._counts: list[TermCounts] = []
        self._embeddings: list[Embeddings] = []
        self._chunks = 0


def tie(path: str, place: int) -> int:
    """Orders chunks of equal score by nothing but their path and their place in the file: 64 bits."""
    text = f"{path}\0{place}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _names(chunk: ChunkRow) -> Iterator[str]:
    yield chunk.name
    yield from chunk.defines.split("\n")
