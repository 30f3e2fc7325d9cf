"""The rows of an index's database: their values, their checksums, and the limits that are checked when they are read.

Checksums detect accidental damage. They are no proof of origin, as the author of a crafted database can compute them,
so every value is checked before it is used.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.discovery.stamp import Stamp
from codesearch.opening import acts_on_terminal, is_beneath

LARGEST_NUMBER = 1 << 60
"""Of a chunk's or file's number or a size in bytes: larger than any real value; sums of a few fit 64 bits."""
LARGEST_SEGMENT_FILE = 1 << 32
MOST_LINES = 1 << 31
_LONGEST_PATH = 4096
_LONGEST_DIGEST = 64
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Values = tuple[object, ...]


class FileRow(NamedTuple):
    """A file as it was when it was read."""

    path: str
    stamp: Stamp
    digest: bytes
    language: str
    skipped: str
    """Why a file that was read has no chunks; empty otherwise."""
    fallback: str
    """Why the file was chunked into windows of lines; empty if it was chunked by syntax."""
    first_chunk: int
    chunks: int
    encoding: str = ""
    """The name of its encoding; empty if it was not decoded."""
    outputs: int = 0
    """The number of outputs of a notebook, which are not indexed."""
    id: int = 0

    def values(self) -> Values:
        """The values of FILE_COLUMNS."""
        stamp = self.stamp
        return (
            *(self.path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, self.digest),
            *(self.language, self.skipped, self.fallback, self.first_chunk, self.chunks, self.encoding, self.outputs),
        )

    @classmethod
    def read(cls, row: Sequence[object]) -> FileRow:
        """From the values of FILE_COLUMNS, checksum and id. Raises ValueError if they are damaged or invalid."""
        *_, stored_checksum, number = row
        path, size, mtime, ctime, inode, digest, *others = _checked(row[:-2], stored_checksum)
        language, skipped, fallback, first, count, encoding, outputs = others
        if not (
            isinstance(path, str)
            and isinstance(digest, bytes)
            and len(digest) <= _LONGEST_DIGEST
            and _are_numbers((size, first, count, outputs, number))
            and isinstance(inode, int)
            and isinstance(mtime, int)
            and isinstance(ctime, int)
            and _are_texts((language, skipped, fallback, encoding))
            and is_plain_path(path)
        ):
            raise ValueError("a file's row is invalid")
        stamp = Stamp(size, mtime, ctime, inode)  # type: ignore[arg-type]
        return cls(path, stamp, digest, language, skipped, fallback, first, count, encoding, outputs, number)  # type: ignore[arg-type]


class ChunkRow(NamedTuple):
    """A chunk without its text."""

    id: int
    file: int
    kind: str
    head: int
    """The number of the chunk whose first definition this one is named after: its own, or that of the first part of a
    long definition."""
    definitions: int
    """The number of definitions in it."""
    start_line: int
    end_line: int

    def numbered(self, first: int, file: int) -> ChunkRow:
        """This row, whose numbers count from 0, in the file with a number and chunks from `first`."""
        return ChunkRow(
            first + self.id, file, self.kind, first + self.head, self.definitions, self.start_line, self.end_line
        )

    @classmethod
    def read(cls, row: Sequence[object]) -> ChunkRow:
        """From the values of CHUNK_COLUMNS and checksum. Raises ValueError if they are damaged or invalid."""
        values = _checked(row[:-1], row[-1])
        number, file, kind, head, definitions, start, end = values
        if not (
            _are_numbers((number, file, head, definitions, start, end))
            and _are_texts((kind,))
            and 1 <= start <= end <= MOST_LINES  # type: ignore[operator]
        ):
            raise ValueError("a chunk's row is invalid")
        return cls._make(values)


class DefinitionRow(NamedTuple):
    """A definition, the `place`-th of its chunk, counted from 0."""

    chunk: int
    place: int
    kind: str
    name: str
    qualified_name: str
    signature: str
    documentation: str
    """Its beginning, on one line."""
    start_line: int
    end_line: int

    def numbered(self, first: int) -> DefinitionRow:
        """This row, whose chunk's number counts from 0, where chunks count from `first`."""
        return DefinitionRow(first + self.chunk, *self[1:])

    @classmethod
    def read(cls, row: Sequence[object]) -> DefinitionRow:
        """From the values of DEFINITION_COLUMNS and checksum. Raises ValueError if they are damaged or invalid."""
        values = _checked(row[:-1], row[-1])
        chunk, place, kind, name, qualified, signature, documentation, start, end = values
        if not (
            _are_numbers((chunk, place, start, end))
            and _are_texts((kind, name, qualified, signature, documentation))
            and 1 <= start <= end <= MOST_LINES  # type: ignore[operator]
        ):
            raise ValueError("a definition's row is invalid")
        return cls._make(values)


class Run(NamedTuple):
    """Chunks with consecutive numbers."""

    first: int
    chunks: int


class FileExtent(NamedTuple):
    """How much there is of a file."""

    path: str
    size: int
    chunks: int


class FileStamp(NamedTuple):
    """The stamp of an indexed file, and the id of its row."""

    path: str
    stamp: Stamp
    id: int


class FileGroup(NamedTuple):
    """The files with the same language, encoding, reason to be skipped and reason to be chunked into lines."""

    language: str
    encoding: str
    skipped: str
    fallback: str
    files: int
    chunks: int
    outputs: int

    @classmethod
    def without(cls, file: FileRow) -> FileGroup:
        """What removing a file adds to its group."""
        return cls(file.language, file.encoding, file.skipped, file.fallback, -1, -file.chunks, -file.outputs)

    def plus(self, other: FileGroup) -> FileGroup:
        """Both groups as one, if they differ only in their numbers."""
        numbers = (self.files + other.files, self.chunks + other.chunks, self.outputs + other.outputs)
        return FileGroup(*self[:4], *numbers)


class FileCounts(NamedTuple):
    """Numbers of files and their chunks."""

    files: int
    chunks: int


class SegmentFile(NamedTuple):
    """Stamp and checksum of a file of a segment when it was written."""

    stamp: Stamp
    checksum: int

    def values(self) -> Values:
        """The values of its columns."""
        return self.stamp.size, self.stamp.mtime_ns, self.stamp.ctime_ns, self.stamp.inode, self.checksum

    @classmethod
    def read(cls, values: Sequence[object]) -> SegmentFile:
        """From the values of its columns. Raises ValueError if they are invalid."""
        *stamp, checksum = values
        if not all(isinstance(value, int) for value in values) or not 0 <= stamp[0] <= LARGEST_SEGMENT_FILE:  # type: ignore[operator]
            raise ValueError("a segment's row is invalid")
        return cls(Stamp(*stamp), checksum)  # type: ignore[arg-type]


class SegmentRecord(NamedTuple):
    """A segment in the database: its number of chunks, and its two files."""

    number: int
    chunks: int
    arrays: SegmentFile
    vectors: SegmentFile

    def values(self) -> Values:
        """The values of SEGMENT_COLUMNS."""
        return self.number, self.chunks, *self.arrays.values(), *self.vectors.values()

    @classmethod
    def read(cls, row: Sequence[object]) -> SegmentRecord:
        """From the values of SEGMENT_COLUMNS. Raises ValueError if they are invalid."""
        number, chunks, *files = row
        if not _are_numbers((number, chunks)):
            raise ValueError("a segment's row is invalid")
        return cls(number, chunks, SegmentFile.read(files[:5]), SegmentFile.read(files[5:]))  # type: ignore[arg-type]


class State(NamedTuple):
    """One published state of an index: its settings, live segments and deletions, and the totals of its live files."""

    meta: Mapping[str, str]
    segments: Sequence[SegmentRecord]
    deletions: Sequence[Run]
    files: int
    files_checksum: int
    """Sum of the checksums of the files' rows."""
    chunks: int


FILE_COLUMNS = (
    "path, size, mtime_ns, ctime_ns, inode, digest, language, skipped, fallback, first_chunk, chunks, encoding, outputs"
)
CHUNK_COLUMNS = ", ".join(ChunkRow._fields)
DEFINITION_COLUMNS = ", ".join(DefinitionRow._fields)
SEGMENT_COLUMNS = (
    "number, chunks, arrays_size, arrays_mtime_ns, arrays_ctime_ns, arrays_inode, arrays_checksum,"
    " vectors_size, vectors_mtime_ns, vectors_ctime_ns, vectors_inode, vectors_checksum"
)


def with_checksum(values: Sequence[object]) -> Values:
    """The values of a row as they are stored."""
    return (*values, checksum(values))


def checksum(values: Sequence[object]) -> int:
    """CRC-32 of values; the same in every version of Python."""
    return zlib.crc32(ascii(tuple(values)).encode())


def is_plain_path(path: str) -> bool:
    """Whether a path may be in an index: relative, below the root, not git's, without control characters."""
    return (
        0 < len(path) <= _LONGEST_PATH
        and is_beneath(path)
        and not acts_on_terminal(path)
        and VCS_FOLDERS.isdisjoint(path.split("/"))
    )


def plain(text: str) -> str:
    """A name or signature as a row may contain it: on one line, control characters replaced by U+FFFD."""
    return text if text.isprintable() else _CONTROL.sub("\ufffd", text)


def _checked(values: Sequence[object], stored_checksum: object) -> Sequence[object]:
    if checksum(values) != stored_checksum:
        raise ValueError("a row does not match its checksum")
    return values


def _are_numbers(values: Sequence[Any]) -> bool:
    return set(map(type, values)) == {int} and bool(min(values) >= 0 and max(values) <= LARGEST_NUMBER)


def _are_texts(values: Sequence[object]) -> bool:
    return set(map(type, values)) == {str} and not _CONTROL.search("".join(values))  # type: ignore[arg-type]
