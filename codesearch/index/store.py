"""Reading and writing the rows of an index's SQLite database, the only record of what is indexed.

Files and segments are `live` (visible to readers) or staged (written by an update that has not been published). Chunks
are accessed through their file or by number, so they have no such state. Deletions are runs of chunk numbers whose rows
are still in a segment.

Each row has a checksum, and the published state as a whole has one, the seal, over settings, live segments, deletions,
and the number and checksums of the live files. A mismatch raises IndexDamaged on reading.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from codesearch.discovery.stamp import Stamp
from codesearch.index import groups, options, skips
from codesearch.index.database import IDENTITY, Database, database_error
from codesearch.index.layout import FORMAT, JOURNAL_ENDINGS
from codesearch.index.rows import (
    CHUNK_COLUMNS,
    DEFINITION_COLUMNS,
    FILE_COLUMNS,
    LARGEST_NUMBER,
    SEGMENT_COLUMNS,
    ChunkRow,
    DefinitionRow,
    FileCounts,
    FileExtent,
    FileGroup,
    FileRow,
    FileStamp,
    Run,
    SegmentRecord,
    State,
    Values,
    checksum,
    with_checksum,
)

_VALUES_PER_LIST = 500
"""Values in one IN (…), below SQLite's limit of 999 variables."""
_SEAL = "seal"
_LISTS = (options.KEY, skips.KEY, groups.KEY)
_MAX_SETTING_LENGTH = 1000
"""Characters of a setting other than the JSON ones: a model's name or folder, a root."""
_MAX_SETTINGS = 100
_MAX_SEGMENTS = 4096
"""Merging keeps their number small: 4096 full ones have 268 million chunks."""
_COUNTS = ("files", "files_checksum", "chunks")
_LAST_FILE = "last_file"
"""Key of the setting with the highest id of a live file: files that are staged get higher ones."""


Row = TypeVar("Row")


class Store:
    """A connection to an index's database. All methods may raise IndexDamaged, IndexLocked or CodesearchError."""

    def __init__(self, database: Database, path: Path) -> None:
        self._db = database
        self._path = path
        self._files: dict[tuple[Any, ...], FileRow] = {}
        """The live files that were read last, by their rows: most are the same when they are read again."""
        self._files_version: tuple[int, int] | None = None
        """The version of the database that they were read from."""

    @classmethod
    def create(cls, path: Path, settings: Mapping[str, str] | None = None) -> Store:
        """A new database with only these settings, open for writing. It is renamed to `path` when it is complete."""
        _remove_journals(path)
        store = cls(Database.create(path), path)
        try:
            store.set_meta({**_initial_meta(), **(settings or {})})
            store.seal()
            store.commit()
            store._db.enable_wal()
        finally:
            store.close()
        path.with_name(path.name + ".new").replace(path)
        return cls(Database.open(path, write=True), path)

    def copy_as_staged(self, path: Path, segments: Iterable[SegmentRecord], settings: Mapping[str, str]) -> None:
        """Make a new database with the live files of this one, staged, and only these segments and settings.

        It is renamed to `path` when it is complete.
        """
        _remove_journals(path)
        copy = Store(Database.copy(self._db, path), path)
        try:
            with copy.transaction():
                copy.remove_files(copy.files(live=False))
                copy._db.execute("UPDATE files SET live = 0")
                copy._db.execute("DELETE FROM segments")
                copy._db.execute("DELETE FROM meta")
                for record in segments:
                    copy.add_segment(record, live=False)
                copy.set_meta({**_initial_meta(), **settings})
                copy.seal()
            copy._db.enable_wal()
        finally:
            copy.close()
        path.with_name(path.name + ".new").replace(path)

    @classmethod
    def open(cls, path: Path, *, write: bool = False, immutable: bool = False) -> Store:
        """Open a database. Raises IndexIncompatible for a newer format, IndexDamaged for an older or invalid one."""
        return cls(Database.open(path, write=write, immutable=immutable), path)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A context whose changes are committed together, or rolled back if it raises."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self.commit()

    def begin_reading(self) -> None:
        """Begin a transaction in which all reads see the same state, whatever writers do."""
        self._db.execute("BEGIN")

    def commit(self) -> None:
        """End a transaction. Its changes survive a crash of the program; one of the machine after the next sync."""
        self._db.commit()

    def rollback(self) -> None:
        """Undo a transaction."""
        self._db.rollback()

    def check(self) -> None:
        """Read the whole database. Raises IndexDamaged if it is invalid, or rows are missing."""
        self._check_pages()
        files = [file for live in (True, False) for file in self.files(live=live)]
        chunks = self.all_chunks()
        file_of = {chunk.id: chunk.file for chunk in chunks}
        if len(file_of) != sum(file.chunks for file in files) or any(
            file_of.get(file.first_chunk + i) != file.id for file in files for i in range(file.chunks)
        ):
            raise self.damaged("chunks are missing from it")
        self._check_definitions(chunks, self.all_definitions())

    def _check_definitions(self, chunks: Sequence[ChunkRow], definitions: Sequence[DefinitionRow]) -> None:
        """Raises IndexDamaged unless these are all the definitions of the chunks, and no others."""
        expected = {(chunk.id, place) for chunk in chunks for place in range(chunk.definitions)}
        if {(definition.chunk, definition.place) for definition in definitions} != expected:
            raise self.damaged("definitions are missing from it")

    def _check_pages(self) -> None:
        if (rows := self._db.rows("PRAGMA quick_check(1)")) != [("ok",)]:
            raise self.damaged(str(rows[0][0] if rows else "no answer"))

    def clear(self, settings: Mapping[str, str] | None = None) -> None:
        """Delete all rows but the embeddings, and keep only these settings.

        Raises IndexDamaged if the database is still invalid.
        """
        with self.transaction():
            for table in ("meta", "segments", "files", "chunks", "definitions", "deletions"):
                self._db.execute(f"DELETE FROM {table}")
            self.set_meta({**_initial_meta(), **(settings or {})})
            self.seal()
        self._check_pages()

    # meta

    def meta(self) -> dict[str, str]:
        """All settings of the index."""
        rows = self._db.rows(f"SELECT key, value FROM meta LIMIT {_MAX_SETTINGS + 1}")
        if not all(isinstance(key, str) and isinstance(value, str) for key, value in rows):
            raise self.damaged("a setting is not text")
        if len(rows) > _MAX_SETTINGS:
            raise self.damaged("it has too many settings")
        if any(len(value) > _MAX_SETTING_LENGTH for key, value in rows if key not in _LISTS):
            raise self.damaged("a setting is too long")
        return dict(rows)

    def number(self, key: str) -> int:
        """The value of a numeric setting, 0 if it is missing."""
        return self._number(self.meta(), key)

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Add or replace settings."""
        self._db.execute_each("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # the seal

    def seal(self) -> None:
        """Record counts and checksums of the published rows, in the transaction that changes them."""
        self.set_meta(dict(zip(_COUNTS, map(str, self._live_counts()), strict=True)))
        self.set_meta({_LAST_FILE: str(self._read_number("SELECT coalesce(max(id), 0) FROM files WHERE live = 1"))})
        self.set_meta({_SEAL: str(_seal_of(self.meta(), self.segments(), self.deletions()))})

    def state(self) -> State:
        """The published state. Raises IndexDamaged if it does not match its seal."""
        meta, segments, deletions = self.meta(), self.segments(), self.deletions()
        if meta.pop(_SEAL, "") != str(_seal_of(meta, segments, deletions)):
            raise self.damaged("its parts do not match their checksum")
        files, files_checksum, chunks = (self._number(meta, key) for key in _COUNTS)
        return State(meta, segments, deletions, files, files_checksum, chunks)

    # segments and deletions

    def segments(self, *, live: bool = True) -> list[SegmentRecord]:
        """The live segments, or the staged ones."""
        rows = self._db.rows(
            f"SELECT {SEGMENT_COLUMNS} FROM segments WHERE live = ? ORDER BY number LIMIT {_MAX_SEGMENTS + 1}",
            (live,),
        )
        if len(rows) > _MAX_SEGMENTS:
            raise self.damaged("it has too many segments")
        return self._read(SegmentRecord.read, rows)

    def next_segment(self) -> int:
        """A number higher than that of any segment."""
        return 1 + self._read_number("SELECT coalesce(max(number), 0) FROM segments")

    def add_segment(self, record: SegmentRecord, *, live: bool) -> None:
        """Insert a segment whose files are complete."""
        values = (*record.values(), live)
        self._db.execute(f"INSERT INTO segments VALUES ({_placeholders(values)})", values)

    def remove_segments(self, numbers: Iterable[int]) -> None:
        """Delete the rows of segments, but not their folders."""
        self._db.execute_each("DELETE FROM segments WHERE number = ?", [(number,) for number in numbers])

    def replace_segments(self, records: Sequence[SegmentRecord]) -> None:
        """Replace live segments by others with the same numbers."""
        self.remove_segments(record.number for record in records)
        for record in records:
            self.add_segment(record, live=True)

    def deletions(self) -> list[Run]:
        """Runs of deleted chunks, in order."""
        rows = self._db.rows("SELECT first_chunk, chunks FROM deletions ORDER BY first_chunk")
        for row in rows:
            if not all(isinstance(value, int) and 0 < value <= LARGEST_NUMBER for value in row):
                raise self.damaged("a deletion is invalid")
        return [Run(*row) for row in rows]

    def remove_deletions(self, runs: Iterable[Run]) -> None:
        """Delete runs whose rows are in no segment any more."""
        self._db.execute_each("DELETE FROM deletions WHERE first_chunk = ?", [(run.first,) for run in runs])

    # files

    def files(self, *, live: bool = True) -> list[FileRow]:
        """All live files, or the staged ones. Raises IndexDamaged if there are too few or too many live ones.

        Takes half a second for 75,000 files, unless nothing has changed since.
        """
        if live and self._files_version == (version := self._db.version):
            return list(self._files.values())
        rows = self._db.rows(f"SELECT {FILE_COLUMNS}, checksum, id FROM files WHERE {self._which(live)}")
        files = self._read(lambda row: self._files.get(row) or FileRow.read(row), rows)
        if live:
            self.check_file_counts()
            self._files, self._files_version = dict(zip(rows, files, strict=True)), version
        return files

    def check_file_counts(self) -> None:
        """Raises IndexDamaged if there are too few or too many live files. Their checksums are summed, not verified."""
        meta = self.meta()
        if self._live_counts() != tuple(self._number(meta, key) for key in _COUNTS):
            raise self.damaged("files are missing from it")

    def _live_counts(self) -> tuple[int, ...]:
        """The values of _COUNTS."""
        (counts,) = self._db.rows(
            "SELECT count(*), coalesce(sum(checksum), 0), coalesce(sum(chunks), 0) FROM files WHERE live = 1"
        )
        return counts

    def stamps(self, paths: Collection[str] | None = None) -> list[FileStamp]:
        """The stamps of live files, by default of all. Checksums are not verified: quicker than files()."""
        statement = "SELECT path, size, mtime_ns, ctime_ns, inode, id FROM files WHERE live = 1"
        if paths is None or len(paths) > _VALUES_PER_LIST:
            rows = self._db.rows(statement)
        else:
            rows = self._rows_of(f"{statement} AND path IN", [path for path in paths if _is_utf8(path)])
        return [
            FileStamp(path, Stamp(size, mtime, ctime, inode), number)
            for path, size, mtime, ctime, inode, number in rows
            if paths is None or path in paths
        ]

    def extents(self) -> list[FileExtent]:
        """The extents of the live files. Checksums are not verified: quicker than files()."""
        rows = self._db.rows("SELECT path, size, CAST(chunks AS INTEGER) FROM files WHERE live = 1")
        return [FileExtent(*row) for row in rows]

    def file_groups(self, *, live: bool = True) -> list[FileGroup]:
        """The live files, or the staged ones, counted. Checksums are not verified."""
        key = "language, encoding, skipped, fallback"
        rows = self._db.rows(
            f"SELECT {key}, count(*), sum(chunks), sum(outputs) FROM files WHERE {self._which(live)} GROUP BY {key}"
        )
        return [FileGroup(*row) for row in rows]

    def recorded_groups(self) -> list[FileGroup]:
        """As file_groups() for the live files when they were published; counted if that was not recorded."""
        meta = self.meta()
        recorded = groups.read_groups(meta)
        counts = (sum(group.files for group in recorded), sum(group.chunks for group in recorded))
        is_complete = counts == (self._number(meta, "files"), self._number(meta, "chunks"))
        return recorded if is_complete else self.file_groups()

    def file_count(self) -> int:
        """The number of live files, including skipped ones."""
        return self._read_number("SELECT count(*) FROM files WHERE live = 1")

    def chunks_by_language(self) -> dict[str, int]:
        """The number of chunks in each language."""
        return dict(self._db.rows("SELECT language, sum(chunks) FROM files WHERE live = 1 AND chunks > 0 GROUP BY 1"))

    def staged_counts(self) -> FileCounts:
        """The numbers of files and chunks that an update in progress has staged."""
        (row,) = self._db.rows(f"SELECT count(*), coalesce(sum(chunks), 0) FROM files WHERE {self._which(live=False)}")
        return FileCounts(*row)

    def staged_and_skipped(self) -> frozenset[str]:
        """The paths of the staged files that are skipped for what they contain."""
        rows = self._db.rows(f"SELECT path FROM files WHERE {self._which(live=False)} AND skipped != ''")
        return frozenset(path for (path,) in rows)

    def files_by_id(self, ids: Sequence[int]) -> dict[int, FileRow]:
        """Live files by id; missing ids are omitted."""
        rows = self._rows_of(f"SELECT {FILE_COLUMNS}, checksum, id FROM files WHERE live = 1 AND id IN", ids)
        return {file.id: file for file in self._read(FileRow.read, rows)}

    def files_in(self, place: str) -> list[FileRow]:
        """The live file with this path, or the live files in this folder."""
        if not _is_utf8(place):
            return []
        rows = self._db.rows(
            f"SELECT {FILE_COLUMNS}, checksum, id FROM files"
            " WHERE live = 1 AND (path = ? OR (path > ? AND path < ?)) ORDER BY path",
            (place, place + "/", place + "0"),  # "0" follows "/"
        )
        return self._read(FileRow.read, rows)

    def files_named(self, names: Collection[str]) -> list[FileRow]:
        """The live files with one of these names, ignoring the case of ASCII letters."""
        if not names:
            return []
        matching = " OR ".join(["path LIKE ? ESCAPE '\\'"] * (2 * len(names)))
        patterns = [form for name in map(_escaped, names) for form in (name, f"%/{name}")]
        rows = self._db.rows(
            f"SELECT {FILE_COLUMNS}, checksum, id FROM files WHERE live = 1 AND ({matching})", patterns
        )
        return self._read(FileRow.read, rows)

    def next_file(self) -> int:
        """A number higher than the id of any file."""
        return 1 + self._read_number("SELECT coalesce(max(id), 0) FROM files")

    def add_files(self, files: Iterable[FileRow], *, live: bool) -> None:
        """Insert files with their ids."""
        columns = f"id, live, {FILE_COLUMNS}, checksum"
        self._db.execute_each(
            f"INSERT INTO files ({columns}) VALUES ({_placeholders(columns.split(','))})",
            ((file.id, live, *with_checksum(file.values())) for file in files),
        )

    def update_stamps(self, files: Iterable[FileRow]) -> None:
        """Store the stamps of files whose rows are otherwise unchanged."""
        self._db.execute_each(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, checksum = ? WHERE id = ?",
            [(*file.values()[1:5], checksum(file.values()), file.id) for file in files],
        )

    def remove_files(self, files: Sequence[FileRow]) -> None:
        """Delete files with their chunks and definitions, and record the deletion of the chunks."""
        self._db.execute_each("DELETE FROM files WHERE id = ?", [(file.id,) for file in files])
        runs = [(file.first_chunk, file.chunks) for file in files if file.chunks]
        ranges = [(first, first + count - 1) for first, count in runs]
        self._db.execute_each("DELETE FROM chunks WHERE id BETWEEN ? AND ?", ranges)
        self._db.execute_each("DELETE FROM definitions WHERE chunk BETWEEN ? AND ?", ranges)
        self._db.execute_each("INSERT OR REPLACE INTO deletions VALUES (?, ?)", runs)

    def publish(self) -> None:
        """Make staged files and segments live."""
        self._db.execute(f"UPDATE files SET live = 1 WHERE {self._which(live=False)}")
        self._db.execute("UPDATE segments SET live = 1 WHERE live = 0")

    # chunks

    def next_chunk(self) -> int:
        """A number higher than that of any chunk, past ones included."""
        highest = self._read_number("SELECT coalesce(max(id), 0) FROM chunks")
        deleted = self._read_number("SELECT coalesce(max(first_chunk + chunks - 1), 0) FROM deletions")
        return 1 + max(highest, deleted, self.number("last_chunk"))

    def add_chunks(self, rows: Iterable[Values]) -> None:
        """Insert chunks: the values of their rows, with checksums."""
        self._add("chunks", CHUNK_COLUMNS, rows)

    def add_definitions(self, rows: Iterable[Values]) -> None:
        """Insert definitions: the values of their rows, with checksums."""
        self._add("definitions", DEFINITION_COLUMNS, rows)

    def chunks(self, ids: Sequence[int]) -> dict[int, ChunkRow]:
        """Chunks by number; missing numbers are omitted."""
        rows = self._rows_of(f"SELECT {CHUNK_COLUMNS}, checksum FROM chunks WHERE id IN", ids)
        return {chunk.id: chunk for chunk in self._read(ChunkRow.read, rows)}

    def definitions(self, chunks: Sequence[ChunkRow]) -> dict[int, list[DefinitionRow]]:
        """The definitions in each chunk, in order, by the chunk's number. Raises IndexDamaged if some are missing."""
        ids = [chunk.id for chunk in chunks if chunk.definitions]
        rows = self._rows_of(f"SELECT {DEFINITION_COLUMNS}, checksum FROM definitions WHERE chunk IN", ids)
        definitions = self._read(DefinitionRow.read, rows)
        self._check_definitions(chunks, definitions)
        by_chunk: dict[int, list[DefinitionRow]] = {}
        for definition in sorted(definitions, key=lambda definition: definition.place):
            by_chunk.setdefault(definition.chunk, []).append(definition)
        return by_chunk

    def all_chunks(self) -> list[ChunkRow]:
        """All chunks, including staged ones."""
        return self._read(ChunkRow.read, self._db.rows(f"SELECT {CHUNK_COLUMNS}, checksum FROM chunks"))

    def all_definitions(self) -> list[DefinitionRow]:
        """All definitions, including staged ones."""
        rows = self._db.rows(f"SELECT {DEFINITION_COLUMNS}, checksum FROM definitions")
        return self._read(DefinitionRow.read, rows)

    def _add(self, table: str, columns: str, rows: Iterable[Values]) -> None:
        placeholders = _placeholders(columns.split(","))
        self._db.execute_each(
            f"INSERT INTO {table} ({columns}, checksum) VALUES ({placeholders}, ?)",
            rows,
        )

    # the cache of costly encoders' embeddings

    def embeddings(self, model: str, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Cached vectors (as float16 bytes) by the digests of their texts; missing and damaged ones are omitted."""
        return {
            digest: vector
            for part in _slices(digests)
            for digest, vector, stored_checksum in self._db.rows(
                "SELECT digest, vector, checksum FROM embeddings"
                f" WHERE model = ? AND digest IN ({_placeholders(part)})",
                (model, *part),
            )
            if checksum((model, digest, vector)) == stored_checksum
        }

    def save_embeddings(self, model: str, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Add vectors (as float16 bytes), with the digests of their texts, to the cache."""
        self._db.execute_each(
            "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)",
            ((model, digest, vector, checksum((model, digest, vector))) for digest, vector in vectors),
        )

    # helpers

    def _which(self, live: bool) -> str:
        """The condition for live files, or for staged ones. There are few of these, found without reading all rows."""
        return "live = 1" if live else f"live = 0 AND id > {self.number(_LAST_FILE)}"

    def _rows_of(self, statement: str, ids: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a statement that ends with IN, for any number of ids."""
        return [row for part in _slices(ids) for row in self._db.rows(f"{statement} ({_placeholders(part)})", part)]

    def _read(self, read: Callable[[tuple[Any, ...]], Row], rows: Iterable[tuple[Any, ...]]) -> list[Row]:
        try:
            return [read(row) for row in rows]
        except ValueError as error:
            raise self.damaged(str(error)) from error

    def _read_number(self, statement: str) -> int:
        ((number,),) = self._db.rows(statement)
        if not isinstance(number, int) or not 0 <= number <= LARGEST_NUMBER:
            raise self.damaged("a number is out of range")
        return number

    def _number(self, meta: Mapping[str, str], key: str) -> int:
        text = meta.get(key, "0")
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_NUMBER))):
            raise self.damaged(f"the setting {key} is not a number")
        return int(text)

    def damaged(self, why: str) -> Exception:
        """The error for invalid content of the index."""
        return database_error(self._path, ValueError(why))


def _remove_journals(path: Path) -> None:
    """Delete those of a deleted database, which would be applied to a new one at `path`."""
    for ending in JOURNAL_ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _initial_meta() -> dict[str, str]:
    """The settings of an empty index."""
    return {"format": str(FORMAT), IDENTITY: os.urandom(8).hex()}


def _seal_of(meta: Mapping[str, str], segments: Sequence[SegmentRecord], deletions: Sequence[Run]) -> int:
    settings = sorted((key, value) for key, value in meta.items() if key != _SEAL)
    runs = [(run.first, run.chunks) for run in deletions]
    parts = (settings, [record.values() for record in segments], runs)
    return zlib.crc32(ascii(parts).encode())


def _escaped(text: str) -> str:
    """A text as a pattern of LIKE with `\\` as its escape character."""
    return re.sub(r"[\\%_]", r"\\\g<0>", text)


def _is_utf8(path: str) -> bool:
    """Whether a path may be in the database. One that is no UTF-8 has surrogates, which SQLite doesn't take."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _slices(values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    return (tuple(values[i : i + _VALUES_PER_LIST]) for i in range(0, len(values), _VALUES_PER_LIST))


def _placeholders(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
