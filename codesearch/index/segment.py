"""A segment: an immutable folder with the postings, vectors, names and kinds of some chunks, and their numbers."""

from __future__ import annotations

import mmap
import os
import stat
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.arrays import read_arrays, save_arrays
from codesearch.discovery.stamp import Stamp
from codesearch.errors import IndexDamaged, UpdateIndex
from codesearch.index import postings
from codesearch.index.postings import Postings, TermCounts
from codesearch.index.rows import LARGEST_NUMBER, Run, SegmentFile, SegmentRecord
from codesearch.index.vectors import Ties, Vectors
from codesearch.models.encoder import Embeddings
from codesearch.opening import open_beneath

SEGMENT_CHUNKS = 1 << 16
"""Chunks a segment holds at most: rows then fit 16 bits, and building one takes about 0.6 GB of memory."""

LARGE_FILE = 4_000_000
"""Bytes. Reading so many and computing their checksum takes 1 to 4 ms."""

Ids = npt.NDArray[np.int64]
NO_IDS: Ids = np.zeros(0, np.int64)
_ARRAYS = "chunks.safetensors"
_VECTORS = "vectors.faiss"
_FILES = (_ARRAYS, _VECTORS)
_NAMES = "name_"
_KINDS = "kind_"
"""Begin the names of the arrays of the postings of names and kinds."""


@dataclass(frozen=True, slots=True)
class ChunkKeys:
    """What a segment knows of its chunks beside their terms and vectors, one entry a chunk."""

    ids: Ids
    """Ascending."""
    ties: Ties
    """From path and place in the file: orders chunks of equal score in the same way in every index."""
    kinds: Sequence[Sequence[str]]
    """The chunk's own kind and those of the definitions in it."""
    names: Sequence[Sequence[str]]
    """Keys (codesearch.index.terms.name_key) of the names that a chunk defines."""


@dataclass(frozen=True, slots=True)
class SegmentPostings:
    """Which of a segment's rows hold which terms, define which names, and are or hold which kinds."""

    terms: Postings
    names: Postings
    kinds: Postings


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A file of a segment, mapped."""

    data: mmap.mmap
    checksum: int
    is_as_written: bool
    """It is large, and by time and inode the file that was written: reading all of it would take longer than asking."""

    @classmethod
    def open(cls, folder: Path, name: str, expected: SegmentFile, verify: bool) -> MappedFile:
        """Raises OSError, or ValueError where its size is another."""
        with os.fdopen(open_beneath(folder.parent, f"{folder.name}/{name}"), "rb") as file:
            stamp = Stamp.of(os.fstat(file.fileno()))
            if stamp.size != expected.stamp.size:
                raise ValueError(f"{name} has {stamp.size} bytes where {expected.stamp.size} were written")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        is_large = stamp.size >= LARGE_FILE
        return cls(data, expected.checksum, is_large and not verify and stamp == expected.stamp)

    def check(self) -> None:
        """Raises ValueError where the content is not what was written."""
        if not self.is_as_written and zlib.crc32(self.data) != self.checksum:
            raise ValueError("it does not match its checksum")


class Segment:
    """A segment opened for reading, its files mapped. Raises FileNotFoundError or IndexDamaged.

    The arrays are compared with their checksum at once, the vectors when they are first used; but for large files that
    are just those that were written, by time and inode, unless `verify` asks for it.
    """

    def __init__(
        self, folder: Path, record: SegmentRecord, deletions: Sequence[Run] = (), *, verify: bool = False
    ) -> None:
        self.folder = folder
        self.record = record
        try:
            self._vectors_file = MappedFile.open(folder, _VECTORS, record.vectors, verify)
            mapped = MappedFile.open(folder, _ARRAYS, record.arrays, verify)
            mapped.check()
            arrays, _ = read_arrays(mapped.data, _ARRAYS)
            self.ids: Ids = arrays["ids"]
            self.ties: Ties = arrays["ties"]
            self.postings = Postings(arrays)
            self.names = Postings(arrays, _NAMES)
            self.kinds = Postings(arrays, _KINDS)
            self._check(mapped.is_as_written)
        except (OSError, ValueError, KeyError) as error:
            if isinstance(error, FileNotFoundError) and not folder.exists():
                raise
            raise _damaged(folder, error) from error
        self.live = self._not_in(deletions)
        self.has_deletions = not self.live.all()

    def _not_in(self, runs: Sequence[Run]) -> npt.NDArray[np.bool_]:
        """Which rows lie in none of the runs."""
        firsts = np.asarray([run.first for run in runs], np.int64)
        begins = np.searchsorted(self.ids, firsts)
        ends = np.searchsorted(self.ids, firsts + np.asarray([run.chunks for run in runs], np.int64))
        depth = np.bincount(begins, minlength=len(self.ids) + 1) - np.bincount(ends, minlength=len(self.ids) + 1)
        return np.asarray(np.cumsum(depth)[: len(self.ids)] == 0)

    @cached_property
    def vectors(self) -> Vectors:
        """Raises IndexDamaged."""
        try:
            vectors = Vectors.read(self._vectors_file.data, self.folder / _VECTORS)
            if len(vectors) != len(self.ids):
                raise ValueError("the vectors are not those of its chunks")
            self._vectors_file.check()
        except ValueError as error:
            raise _damaged(self.folder, error) from error
        return vectors

    @property
    def live_chunks(self) -> int:
        """Chunks that have not been deleted."""
        return int(np.count_nonzero(self.live))

    def rows_of_kinds(self, kinds: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which rows are of one of the kinds, or hold a definition that is."""
        mask = np.zeros(len(self.ids), np.bool_)
        for kind in kinds:
            mask[self.kinds.find(kind)[0]] = True
        return mask

    def count_kinds(self) -> dict[str, int]:
        """How many live chunks there are of each kind."""
        counts = {term: int(np.count_nonzero(self.live[self.kinds.find(term)[0]])) for term in self._kind_names()}
        return {kind: count for kind, count in counts.items() if count}

    def _kind_names(self) -> list[str]:
        return [term.decode("utf-8", "replace") for term in self.kinds.terms()]

    def frequency(self, term: str) -> int:
        """How many live chunks hold a term."""
        rows, _ = self.postings.find(term)
        return int(np.count_nonzero(self.live[rows])) if self.has_deletions else len(rows)

    def keys(self, rows: Ids) -> ChunkKeys:
        """What is known of some rows; their kinds and names are in postings."""
        return ChunkKeys(self.ids[rows], self.ties[rows], (), ())

    def holds(self, chunks: Ids) -> npt.NDArray[np.bool_]:
        """Which of some chunks, live or deleted, have a row here."""
        return np.isin(chunks, self.ids)

    def rows_of(self, ids: Ids) -> tuple[Ids, Ids]:
        """Positions in `ids` that this segment holds, and their rows."""
        rows = np.searchsorted(self.ids, ids)
        rows[rows == len(self.ids)] = 0
        held = np.flatnonzero(self.ids[rows] == ids) if len(self.ids) else np.zeros(0, np.int64)
        return held, rows[held]

    def _check(self, is_as_written: bool) -> None:
        """Raises ValueError unless the arrays fit each other. Of those as written, only what is read anyway is read."""
        ids = self.ids
        if [array.dtype.str[1:] for array in (ids, self.ties)] != ["i8", "u8"] or ids.ndim != 1:
            raise ValueError("its arrays are of other types")
        if not (len(ids) == len(self.ties) == self.record.chunks):
            raise ValueError("the number of chunks is another")
        if len(ids) and not (ids[0] > 0 and ids[-1] <= LARGEST_NUMBER and (ids[1:] > ids[:-1]).all()):
            raise ValueError("its chunks are not in order")
        if not is_as_written:
            for postings in (self.postings, self.names, self.kinds):
                postings.check(len(ids))


def write(
    folder: Path, number: int, keys: ChunkKeys, batches: Sequence[TermCounts], embeddings: Embeddings
) -> SegmentRecord:
    """Write a segment of new chunks. Raises OSError."""
    held = SegmentPostings(postings.build(batches), postings.of_names(keys.names), postings.of_names(keys.kinds))
    return _write(folder, number, keys, held, Vectors.of(embeddings))


def merge(folder: Path, number: int, segments: Sequence[Segment]) -> SegmentRecord:
    """Write a segment with the live chunks of others, without reading any text again."""
    order = sorted(segments, key=lambda segment: int(segment.ids[0]) if len(segment.ids) else 0)
    kept = [np.flatnonzero(segment.live) for segment in order]
    parts = [segment.keys(rows) for segment, rows in zip(order, kept, strict=True)]
    ids = np.concatenate([part.ids for part in parts])
    by_id = np.argsort(ids, kind="stable")
    position = np.empty(len(ids), np.int64)
    position[by_id] = np.arange(len(ids))
    renumbered, begin = [], 0
    for segment, rows in zip(order, kept, strict=True):
        numbers = np.full(len(segment.ids), -1, np.int64)
        numbers[rows] = position[begin : begin + len(rows)]
        renumbered.append(numbers)
        begin += len(rows)
    merged = (
        postings.merge([(held, numbers) for held, numbers in zip(some, renumbered, strict=True)], len(ids))
        for some in (
            [segment.postings for segment in order],
            [segment.names for segment in order],
            [segment.kinds for segment in order],
        )
    )
    ties = np.concatenate([part.ties for part in parts])
    keys = ChunkKeys(ids[by_id], ties[by_id], (), ())
    vectors = Vectors.merged([(segment.vectors, rows) for segment, rows in zip(order, kept, strict=True)])
    return _write(folder, number, keys, SegmentPostings(*merged), vectors.reordered(by_id))


def as_it_lies(folder: Path, record: SegmentRecord) -> SegmentRecord:
    """The record with the stamps of the files as they are now. Raises OSError."""
    arrays, vectors = (Stamp.of(file.stat()) for file in files(folder))
    return replace(record, arrays=replace(record.arrays, stamp=arrays), vectors=replace(record.vectors, stamp=vectors))


def files(folder: Path) -> list[Path]:
    """The files that a segment is made of."""
    return [folder / name for name in _FILES]


def remove(folder: Path) -> None:
    """Delete the files of a segment that nothing refers to, and its folder where nothing else lies in it.

    A link in its place is deleted, not what it leads to. What a reader still holds open goes at a later update.
    """
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            folder.unlink()
            return
        for file in files(folder):
            file.unlink(missing_ok=True)
        folder.rmdir()
    except OSError:
        return


def _write(folder: Path, number: int, keys: ChunkKeys, held: SegmentPostings, vectors: Vectors) -> SegmentRecord:
    remove(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    arrays: Mapping[str, npt.NDArray[Any]] = {
        "ids": keys.ids,
        "ties": keys.ties,
        **held.terms.arrays(),
        **held.names.arrays(_NAMES),
        **held.kinds.arrays(_KINDS),
    }
    save_arrays(folder / _ARRAYS, arrays)
    vectors.save(folder / _VECTORS)
    return SegmentRecord(number, len(keys.ids), *map(_finish, files(folder)))


def _finish(file: Path) -> SegmentFile:
    """See that a file that was written is its owner's alone and on the disk."""
    with file.open("rb+") as opened:
        if hasattr(os, "fchmod"):
            os.fchmod(opened.fileno(), 0o600)
        os.fsync(opened.fileno())
        return SegmentFile(Stamp.of(os.fstat(opened.fileno())), zlib.crc32(opened.read()))


def _damaged(folder: Path, why: object) -> IndexDamaged:
    if isinstance(why, OSError):
        why = why.strerror or "it can't be read"
    return IndexDamaged(f"part of the index is damaged ({folder.name}: {why})", UpdateIndex(folder.parent.parent))
