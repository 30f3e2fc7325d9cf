"""A segment: an immutable folder with the numbers, postings, vectors, names and kinds of some chunks.

It also has the signatures of their files, whose chunks are all in one segment.
"""

from __future__ import annotations

import mmap
import os
import shutil
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy as copy_of
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.arrays import read_arrays, save_arrays
from codesearch.discovery.stamp import Stamp
from codesearch.errors import IndexDamaged, UpdateIndex
from codesearch.index import postings
from codesearch.index.cache import ReadCache
from codesearch.index.postings import Matches, Postings
from codesearch.index.rows import LARGEST_NUMBER, Run, SegmentFile, SegmentRecord
from codesearch.index.signatures import Signatures
from codesearch.index.vectors import Ties, Vectors
from codesearch.opening import open_beneath

if TYPE_CHECKING:
    from codesearch.exact.trigrams import Required

SEGMENT_CHUNKS = 1 << 16
"""Maximum number of chunks: rows then fit 16 bits, and a first index of Linux by two workers takes 0.8 GB in all."""

LARGE_FILE = 4_000_000
"""Bytes. Reading as many and computing their checksum takes 1 to 4 ms."""

CACHED_WORDS = 16
"""Words whose matches are cached at least, as one question reads them three times."""
_CACHED_MATCHES = 1 << 23
"""Rows of all cached words together, were each word in all rows of the segment (25 MB; a word is in 1 % of them). The
questions of a session share words: finding those that were asked before took a question of 20,000 chunks .5 ms of 6."""
_MOST_CACHED_WORDS = 4096

Ids = npt.NDArray[np.int64]
NO_IDS: Ids = np.zeros(0, np.int64)
_ARRAYS = "chunks.safetensors"
_VECTORS = "vectors.faiss"
_FILES = (_ARRAYS, _VECTORS)
_NAMES = "name_"
_KINDS = "kind_"
"""Prefixes of the arrays of the postings of names and kinds."""


class ChunkKeys(NamedTuple):
    """What identifies a segment's chunks, one entry per chunk."""

    ids: Ids
    """Chunk numbers, ascending."""
    ties: Ties
    """Hashes of path and position in the file: order chunks of equal score in the same way in every index."""


class SegmentPostings(NamedTuple):
    """The postings of a segment's chunks."""

    terms: Postings
    names: Postings
    """Of the keys (codesearch.index.terms.name_key) of the names that a chunk defines."""
    kinds: Postings
    """Of the kind of a chunk and those of the definitions in it."""


class MappedFile(NamedTuple):
    """A memory-mapped file of a segment."""

    data: mmap.mmap
    checksum: int
    """Of the content that was written."""
    is_trusted: bool
    """Whether to skip the checksum: the file is large, and has the times and inode of the file that was written."""

    @classmethod
    def open(cls, folder: Path, name: str, expected: SegmentFile, verify: bool) -> MappedFile:
        """Raises OSError, or ValueError if its size differs."""
        with os.fdopen(open_beneath(folder.parent, f"{folder.name}/{name}"), "rb") as file:
            stamp = Stamp.of(os.fstat(file.fileno()))
            if stamp.size != expected.stamp.size:
                raise ValueError(f"{name} has {stamp.size} bytes where {expected.stamp.size} were written")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        is_large = stamp.size >= LARGE_FILE
        return cls(data, expected.checksum, is_large and not verify and stamp == expected.stamp)

    def check(self) -> None:
        """Raises ValueError if the content is not what was written."""
        if not self.is_trusted and zlib.crc32(self.data) != self.checksum:
            raise ValueError("it does not match its checksum")


@dataclass(frozen=True, slots=True)
class NameCount:
    """The number of chunks that define a name, and of those that contain it."""

    defining: int
    containing: int

    def __add__(self, other: NameCount) -> NameCount:
        return NameCount(self.defining + other.defining, self.containing + other.containing)


class Segment:
    """A segment opened for reading, with its files memory-mapped. Raises FileNotFoundError or IndexDamaged.

    The checksum of the arrays is verified at once, that of the vectors on first use. Large files that have the times
    and inode of those that were written are only read with `verify`.
    """

    def __init__(
        self, folder: Path, record: SegmentRecord, deletions: Sequence[Run] = (), *, verify: bool = False
    ) -> None:
        self.folder = folder
        self.record = record
        words = min(_CACHED_MATCHES // max(record.chunks, 1), _MOST_CACHED_WORDS)
        self._matches = ReadCache[tuple[str, ...], Matches](max(words, CACHED_WORDS))
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
            self.signatures = Signatures.read(arrays)
            self._check(mapped.is_trusted)
        except (OSError, ValueError, KeyError) as error:
            if isinstance(error, FileNotFoundError) and not folder.exists():
                raise
            raise _damaged(folder, error) from error
        self._delete(deletions)

    def without(self, deletions: Sequence[Run]) -> Segment:
        """The same segment with other deletions, not opened anew."""
        other = copy_of(self)
        other._delete(deletions)
        return other

    def _delete(self, deletions: Sequence[Run]) -> None:
        self.live = self._rows_outside(deletions)
        self.has_deletions = not self.live.all()

    def _rows_outside(self, runs: Sequence[Run]) -> npt.NDArray[np.bool_]:
        """Which rows are in none of the runs."""
        if not runs:
            return np.ones(len(self.ids), np.bool_)
        firsts = np.asarray([run.first for run in runs], np.int64)
        begins = np.searchsorted(self.ids, firsts)
        ends = np.searchsorted(self.ids, firsts + np.asarray([run.chunks for run in runs], np.int64))
        depth = np.bincount(begins, minlength=len(self.ids) + 1) - np.bincount(ends, minlength=len(self.ids) + 1)
        return np.asarray(np.cumsum(depth)[: len(self.ids)] == 0)

    @cached_property
    def vectors(self) -> Vectors:
        """The chunks' vectors. Raises IndexDamaged."""
        try:
            vectors = Vectors.read(self._vectors_file.data, self.folder / _VECTORS)
            if len(vectors) != len(self.ids):
                raise ValueError("the number of vectors differs from the number of chunks")
            self._vectors_file.check()
        except ValueError as error:
            raise _damaged(self.folder, error) from error
        return vectors

    @property
    def live_chunks(self) -> int:
        """The number of chunks that have not been deleted."""
        return int(np.count_nonzero(self.live))

    def files_with(self, required: Required) -> Ids:
        """The first chunks of the live files that may contain what is required, in order."""
        firsts = self.signatures.firsts[self.signatures.candidates(required)]
        return np.asarray(firsts[self.live[np.searchsorted(self.ids, firsts)]])

    def may_contain(self, firsts: Ids, trigrams: npt.NDArray[np.uint32]) -> tuple[Ids, npt.NDArray[np.bool_]]:
        """Of files given by their first chunks, the positions of those here, and which may have each trigram."""
        positions, files = _found_in(self.signatures.firsts, firsts)
        return positions, self.signatures.may_contain(files, trigrams)

    def live_signatures(self) -> list[tuple[int, bytes]]:
        """First chunk and signature of each live file."""
        return self.signatures.only(self.live[np.searchsorted(self.ids, self.signatures.firsts)])

    def rows_of_kinds(self, kinds: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which rows have one of the kinds, or contain a definition that has."""
        mask = np.zeros(len(self.ids), np.bool_)
        for kind in kinds:
            mask[self.kinds.find(kind).rows] = True
        return mask

    def count_kinds(self) -> dict[str, int]:
        """The number of live chunks that have, or contain a definition of, each kind."""
        kinds = [term.decode("utf-8", "replace") for term in self.kinds.vocabulary.terms()]
        counts = {kind: int(np.count_nonzero(self.live[self.kinds.find(kind).rows])) for kind in kinds}
        return {kind: count for kind, count in counts.items() if count}

    def matches(self, terms: tuple[str, ...]) -> Matches:
        """The rows that contain any of the terms; see Postings.find_any."""
        (found,) = self._matches.get([terms], lambda missing: [self.postings.find_any(one) for one in missing])
        return found

    def keep_matches(self, found: Mapping[tuple[str, ...], Matches]) -> None:
        """Keep what was found here together with other segments, for `matches`."""
        self._matches.keep(found)

    def frequency(self, terms: tuple[str, ...]) -> int:
        """The number of live chunks that contain any of the terms."""
        rows = (self.matches(terms) if terms[1:] else self.postings.find(terms[0])).rows
        return int(np.count_nonzero(self.live[rows])) if self.has_deletions else len(rows)

    def count_names(self) -> Iterator[tuple[str, NameCount]]:
        """The key of each name that is defined, with the numbers of live chunks."""
        live = self.live if self.has_deletions else None
        defining = dict(zip(self.names.vocabulary.terms(), self.names.counts(live).tolist(), strict=True))
        for term, containing in zip(self.postings.vocabulary.terms(), self.postings.counts(live).tolist(), strict=True):
            if count := defining.get(term):
                yield term.decode("utf-8", "replace"), NameCount(count, containing)

    def keys(self, rows: Ids) -> ChunkKeys:
        """Numbers and ties of some rows."""
        return ChunkKeys(self.ids[rows], self.ties[rows])

    def contains(self, chunks: Ids) -> npt.NDArray[np.bool_]:
        """Which of the chunks, live or deleted, have a row here."""
        return np.isin(chunks, self.ids)

    def rows_of(self, ids: Ids) -> tuple[Ids, Ids]:
        """The positions in `ids` of the chunks that this segment contains, and their rows."""
        return _found_in(self.ids, ids)

    def _check(self, is_trusted: bool) -> None:
        """Raises ValueError unless the arrays are consistent. Skips the postings of a trusted file, which is large."""
        ids = self.ids
        if [array.dtype.str[1:] for array in (ids, self.ties)] != ["i8", "u8"] or ids.ndim != 1:
            raise ValueError("its arrays have other types")
        if not (len(ids) == len(self.ties) == self.record.chunks):
            raise ValueError("the number of chunks differs from the recorded one")
        if len(ids) and not (ids[0] > 0 and ids[-1] <= LARGEST_NUMBER and (ids[1:] > ids[:-1]).all()):
            raise ValueError("its chunks are not in order")
        self.signatures.check(ids)
        if not is_trusted:
            for postings in (self.postings, self.names, self.kinds):
                postings.check(len(ids))


def _found_in(ascending: Ids, numbers: Ids) -> tuple[Ids, Ids]:
    """The positions in `numbers` of those that are in an ascending array, and their positions in that array."""
    places = np.searchsorted(ascending, numbers)
    places[places == len(ascending)] = 0
    positions = np.flatnonzero(ascending[places] == numbers) if len(ascending) else NO_IDS
    return positions, places[positions]


def write(
    folder: Path,
    number: int,
    keys: ChunkKeys,
    segment_postings: SegmentPostings,
    vectors: Vectors,
    signatures: Signatures,
) -> SegmentRecord:
    """Write a segment of chunks and the signatures of their files. Raises OSError."""
    remove(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    arrays: Mapping[str, npt.NDArray[Any]] = {
        "ids": keys.ids,
        "ties": keys.ties,
        **segment_postings.terms.arrays(),
        **segment_postings.names.arrays(_NAMES),
        **segment_postings.kinds.arrays(_KINDS),
        **signatures.arrays(),
    }
    save_arrays(folder / _ARRAYS, arrays)
    vectors.save(folder / _VECTORS)
    return SegmentRecord(number, len(keys.ids), *map(_sync, files(folder)))


def merge(folder: Path, number: int, segments: Sequence[Segment]) -> SegmentRecord:
    """Write a segment with the live chunks of others, without reading their text. Raises OSError or IndexDamaged."""
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

    def merged(parts: Sequence[Postings]) -> Postings:
        return postings.merge(list(zip(parts, renumbered, strict=True)), len(ids))

    segment_postings = SegmentPostings(
        terms=merged([segment.postings for segment in order]),
        names=merged([segment.names for segment in order]),
        kinds=merged([segment.kinds for segment in order]),
    )
    ties = np.concatenate([part.ties for part in parts])
    keys = ChunkKeys(ids[by_id], ties[by_id])
    vectors = Vectors.merged([(segment.vectors, rows) for segment, rows in zip(order, kept, strict=True)])
    signed = sorted(file for segment in order for file in segment.live_signatures())
    signatures = Signatures.of(signed)
    return write(folder, number, keys, segment_postings, vectors.reordered(by_id), signatures)


def copy(folder: Path, record: SegmentRecord, source: Path) -> SegmentRecord:
    """Copy the segment in the folder `source`. Raises OSError, or IndexDamaged if it is not what was written."""
    remove(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    for old, new in zip(files(source), files(folder), strict=True):
        shutil.copyfile(old, new)
    arrays, vectors = map(_sync, files(folder))
    if (arrays.checksum, vectors.checksum) != (record.arrays.checksum, record.vectors.checksum):
        raise _damaged(source, "it does not match its checksum")
    return record._replace(arrays=arrays, vectors=vectors)


def with_current_stamps(folder: Path, record: SegmentRecord) -> SegmentRecord:
    """The record with the current stamps of the segment's files. Raises OSError."""
    arrays, vectors = (Stamp.of(file.stat()) for file in files(folder))
    return record._replace(arrays=record.arrays._replace(stamp=arrays), vectors=record.vectors._replace(stamp=vectors))


def files(folder: Path) -> list[Path]:
    """The files of a segment: arrays, then vectors."""
    return [folder / name for name in _FILES]


def remove(folder: Path) -> None:
    """Delete the files of a segment that is not referenced any more, and its folder if it is then empty.

    Of a link in its place, the link is deleted and not its target. What can't be deleted, for instance because a reader
    has it open on Windows, is left for a later update.
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


def _sync(file: Path) -> SegmentFile:
    """Restrict a new file to its owner and flush it to disk."""
    with file.open("rb+") as opened:
        if hasattr(os, "fchmod"):
            os.fchmod(opened.fileno(), 0o600)
        os.fsync(opened.fileno())
        return SegmentFile(Stamp.of(os.fstat(opened.fileno())), zlib.crc32(opened.read()))


def _damaged(folder: Path, why: object) -> IndexDamaged:
    if isinstance(why, OSError):
        why = why.strerror or "it can't be read"
    return IndexDamaged(f"part of the index is damaged ({folder.name}: {why})", UpdateIndex(folder.parent.parent))
