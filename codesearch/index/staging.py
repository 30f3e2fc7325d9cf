"""Finished files wait here until their chunks fill a segment; what is staged is no reader's business yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from codesearch.discovery.discover import FoundFile
from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.postings import TermCounts
from codesearch.index.segment import SEGMENT_CHUNKS
from codesearch.index.store import FileRow, Store
from codesearch.index.work import BatchResult
from codesearch.models.encoder import Embeddings

_LARGEST_BATCH = 8192
"""Chunks that one batch may bring at most, so that a segment never overflows."""


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
            first = self.next_chunk
            self.next_chunk += len(file.chunks)
            listed = found[file.path]
            row = FileRow(
                file.path,
                file.size or listed.size,
                file.mtime_ns or listed.mtime_ns,
                file.digest,
                file.language,
                file.skipped,
                file.fallback,
                first,
                len(file.chunks),
            )
            self._files.append((row, file.chunks))
        if len(batch.counts.sizes):
            self._counts.append(batch.counts)
            self._embeddings.append(embeddings)
            self._chunks += len(batch.counts.sizes)

    def write(self) -> None:
        """Write what waits as a segment and enter its files, inside the caller's transaction."""
        if self._chunks:
            ids = np.concatenate([np.arange(f.first_chunk, f.first_chunk + f.chunks) for f, _ in self._files])
            number = self._store.next_segment()
            embeddings = np.concatenate(self._embeddings)
            record = segment.write(self._layout.segment(number), number, ids, self._counts, embeddings)
            self._store.add_segment(record, live=False)
        for file, chunks in self._files:
            number = self._store.add_file(file, live=False)
            self._store.add_chunks([(file.first_chunk + i, number, *chunk) for i, chunk in enumerate(chunks)])
        self._clear()

    def _clear(self) -> None:
        self._files: list[tuple[FileRow, Sequence[tuple[str, str, str, str, str, int, int]]]] = []
        self._counts: list[TermCounts] = []
        self._embeddings: list[Embeddings] = []
        self._chunks = 0
