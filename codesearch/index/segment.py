"""A segment: an immutable folder with the postings and vectors of some chunks, and the chunks' numbers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.arrays import map_arrays, save_arrays
from codesearch.errors import IndexDamaged
from codesearch.index import postings
from codesearch.index.layout import update_command
from codesearch.index.postings import Postings, TermCounts
from codesearch.index.vectors import Vectors
from codesearch.models.encoder import Embeddings

SEGMENT_CHUNKS = 1 << 16
"""Chunks a segment holds at most: rows then fit 16 bits, and building one takes about 0.6 GB of memory."""

Ids = npt.NDArray[np.int64]
NO_IDS: Ids = np.zeros(0, np.int64)
_ARRAYS = "chunks.safetensors"
_VECTORS = "vectors.faiss"


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """What the database knows of a segment."""

    number: int
    chunks: int
    size: int
    """Bytes of all its files, to notice a damaged one without reading it."""


class Segment:
    """A segment opened for reading, its files mapped. Raises FileNotFoundError or IndexDamaged."""

    def __init__(self, folder: Path, record: SegmentRecord, deleted: Ids) -> None:
        self.folder = folder
        self.record = record
        arrays = _load_arrays(folder, record)
        self.ids: Ids = arrays["ids"]
        try:
            self.postings = Postings(arrays)
        except KeyError as error:
            raise _damaged(folder, f"it has no {error}") from error
        gone = np.searchsorted(self.ids, deleted)
        gone = gone[(gone < len(self.ids)) & (self.ids[np.minimum(gone, len(self.ids) - 1)] == deleted)]
        self.live = np.ones(len(self.ids), np.bool_)
        self.live[gone] = False
        self.has_deletions = bool(len(gone))

    @cached_property
    def vectors(self) -> Vectors:
        """Raises IndexDamaged."""
        try:
            vectors = Vectors.open(self.folder / _VECTORS)
        except (OSError, ValueError) as error:
            raise _damaged(self.folder, error) from error
        if len(vectors) != len(self.ids):
            raise _damaged(self.folder, "the vectors are not those of its chunks")
        return vectors

    @property
    def live_chunks(self) -> int:
        """Chunks that have not been deleted."""
        return int(self.live.sum())

    def holds(self, chunk: int) -> bool:
        """Whether a chunk, live or deleted, has a row here."""
        row = int(np.searchsorted(self.ids, chunk))
        return row < len(self.ids) and int(self.ids[row]) == chunk

    def rows_of(self, ids: Ids) -> tuple[Ids, Ids]:
        """Positions in `ids` that this segment holds, and their rows."""
        rows = np.searchsorted(self.ids, ids)
        rows[rows == len(self.ids)] = 0
        held = np.flatnonzero(self.ids[rows] == ids) if len(self.ids) else np.zeros(0, np.int64)
        return held, rows[held]


def write(folder: Path, number: int, ids: Ids, batches: Sequence[TermCounts], embeddings: Embeddings) -> SegmentRecord:
    """Write a segment of new chunks. Raises OSError."""
    return _write(folder, number, ids, postings.build(batches), Vectors.of(embeddings))


def merge(folder: Path, number: int, segments: Sequence[Segment]) -> SegmentRecord:
    """Write a segment with the live chunks of others, without reading any text again."""
    order = sorted(segments, key=lambda segment: int(segment.ids[0]) if len(segment.ids) else 0)
    kept = [np.flatnonzero(segment.live) for segment in order]
    ids = np.concatenate([segment.ids[rows] for segment, rows in zip(order, kept, strict=True)])
    by_id = np.argsort(ids, kind="stable")
    position = np.empty(len(ids), np.int64)
    position[by_id] = np.arange(len(ids))
    renumbered, begin = [], 0
    for segment, rows in zip(order, kept, strict=True):
        numbers = np.full(len(segment.ids), -1, np.int64)
        numbers[rows] = position[begin : begin + len(rows)]
        renumbered.append(numbers)
        begin += len(rows)
    merged = postings.merge(
        [(segment.postings, numbers) for segment, numbers in zip(order, renumbered, strict=True)], len(ids)
    )
    vectors = Vectors.merged([(segment.vectors, rows) for segment, rows in zip(order, kept, strict=True)])
    return _write(folder, number, ids[by_id], merged, vectors.reordered(by_id))


def remove(folder: Path) -> None:
    """Delete a segment that nothing refers to; one that a reader still holds open goes at a later update."""
    shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, number: int, ids: Ids, lexical: Postings, vectors: Vectors) -> SegmentRecord:
    remove(folder)
    folder.mkdir(parents=True)
    save_arrays(folder / _ARRAYS, {"ids": ids, **lexical.arrays()})
    vectors.save(folder / _VECTORS)
    files = list(folder.iterdir())
    for file in files:
        _sync(file)
    return SegmentRecord(number, len(ids), sum(file.stat().st_size for file in files))


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load_arrays(folder: Path, record: SegmentRecord) -> dict[str, npt.NDArray[Any]]:
    size = sum(entry.stat().st_size for entry in os.scandir(folder))
    if size != record.size:
        raise _damaged(folder, f"{size} bytes where {record.size} were written")
    try:
        arrays, _ = map_arrays(folder / _ARRAYS)
        if len(arrays["ids"]) != record.chunks:
            raise ValueError("the number of chunks is another")
        return arrays
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, why: object) -> IndexDamaged:
    return IndexDamaged(
        f"part of the index is damaged ({folder.name}: {why})", f"run: {update_command(folder.parent.parent)}"
    )
