"""SQLite: the one source of truth for what is indexed. Knows rows, not what they are for.

A file is `live` (readers see it) or `staged` (finished by an update that is not). A segment likewise. Chunks are
reached through their file or by number, so they carry no state. Deletions name runs of chunk numbers whose rows
still lie in a segment.

Each row has a checksum, and what is published has one over all of it, the seal: settings, live segments, deletions,
and the number and checksums of the live files. What does not match raises IndexDamaged when it is read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from codesearch.index import options, skips
from codesearch.index.database import IDENTITY, Database, damaged
from codesearch.index.layout import FORMAT, JOURNAL_ENDINGS
from codesearch.index.rows import (
    LARGEST_NUMBER,
    ChunkRow,
    DefinitionRow,
    FileRow,
    Run,
    SegmentRecord,
    State,
    Values,
    checksum,
)

_IN_LIST = 500
"""Values in one IN (…), below SQLite's limit of variables."""
_SEAL = "seal"
_LISTS = (options.KEY, skips.KEY)
_LONGEST_SETTING = 1000
"""Characters of a setting that is shown or loaded by: a model's name or folder, a root."""
_MOST_SETTINGS = 100
_MOST_SEGMENTS = 4096
"""Merging keeps them few: 4096 full ones hold 268 million chunks."""
_COUNTS = ("files", "files_checksum", "chunks")


Row = TypeVar("Row")


class Store:
    """A connection to an index's database. What it reads may raise IndexDamaged, IndexLocked or CodesearchError."""

    def __init__(self, database: Database, path: Path) -> None:
        self._db = database
        self._path = path

    @classmethod
    def create(cls, path: Path) -> Store:
        """A new, empty database, open for writing. Made aside: whoever finds one at `path` finds it whole."""
        for ending in JOURNAL_ENDINGS:  # the journal of a database that is gone would be played into this one
            path.with_name(path.name + ending).unlink(missing_ok=True)
        made = Database.create(path)
        store = cls(made, path)
        try:
            store.set_meta(_beginning())
            store.seal()
            store.commit()
            made.begin_log()
        finally:
            store.close()
        path.with_name(path.name + ".new").replace(path)
        return cls(Database.open(path, write=True), path)

    @classmethod
    def open(cls, path: Path, *, write: bool = False, immutable: bool = False) -> Store:
        """Open a database. Raises IndexIncompatible for a newer format, IndexDamaged for an old one or none at all."""
        return cls(Database.open(path, write=write, immutable=immutable), path)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written together, or not at all."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self.commit()

    def begin_reading(self) -> None:
        """What is read from now on is of one moment, whatever writers do."""
        self._db.execute("BEGIN")

    def commit(self) -> None:
        """End a transaction. What was written survives a crash of the program, and of the machine after a sync."""
        self._db.commit()

    def rollback(self) -> None:
        """Undo a transaction."""
        self._db.rollback()

    def check(self) -> None:
        """Read the whole database. Raises IndexDamaged where it is invalid, or rows are missing."""
        self._check_pages()
        files = [file for live in (True, False) for file in self.files(live=live)]
        chunks = self.all_chunks()
        held = {chunk.id: chunk.file for chunk in chunks}
        if len(held) != sum(file.chunks for file in files) or any(
            held.get(file.first_chunk + i) != file.id for file in files for i in range(file.chunks)
        ):
            raise self.damaged("chunks are missing from it")
        self._check_definitions(chunks, self.all_definitions())

    def _check_definitions(self, chunks: Sequence[ChunkRow], definitions: Sequence[DefinitionRow]) -> None:
        """Raises IndexDamaged unless the chunks have just these definitions, each in its place."""
        expected = {(chunk.id, place) for chunk in chunks for place in range(chunk.definitions)}
        if {(one.chunk, one.place) for one in definitions} != expected:
            raise self.damaged("definitions are missing from it")

    def _check_pages(self) -> None:
        if (found := self._db.rows("PRAGMA quick_check(1)")) != [("ok",)]:
            raise self.damaged(str(found[0][0] if found else "no answer"))

    def clear(self) -> None:
        """Forget all but the embeddings. Raises IndexDamaged where the rest is invalid."""
        with self.transaction():
            for table in ("meta", "segments", "files", "chunks", "definitions", "deletions"):
                self._db.execute(f"DELETE FROM {table}")
            self.set_meta(_beginning())
            self.seal()
        self._check_pages()

    # meta

    def meta(self) -> dict[str, str]:
        """All settings of the index."""
        rows = self._db.rows(f"SELECT key, value FROM meta LIMIT {_MOST_SETTINGS + 1}")
        if not all(isinstance(key, str) and isinstance(value, str) for key, value in rows):
            raise self.damaged("a setting is no text")
        if len(rows) > _MOST_SETTINGS:
            raise self.damaged("it has too many settings")
        if any(len(value) > _LONGEST_SETTING for key, value in rows if key not in _LISTS):
            raise self.damaged("a setting is too long")
        return dict(rows)

    def number(self, key: str) -> int:
        """A setting that is a number, 0 where there is none."""
        return self._number(self.meta(), key)

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Add or replace settings."""
        self._db.execute_each("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # the seal

    def seal(self) -> None:
        """Note what the published rows come to, inside the transaction that changes them."""
        ((files, files_checksum, chunks),) = self._db.rows(
            "SELECT count(*), coalesce(sum(checksum), 0), coalesce(sum(chunks), 0) FROM files WHERE live = 1"
        )
        self.set_meta(dict(zip(_COUNTS, map(str, (files, files_checksum, chunks)), strict=True)))
        self.set_meta({_SEAL: str(_seal_of(self.meta(), self.segments(), self.deletions()))})

    def state(self) -> State:
        """What is published. Raises IndexDamaged where it does not match its seal."""
        meta, segments, deletions = self.meta(), self.segments(), self.deletions()
        if meta.pop(_SEAL, "") != str(_seal_of(meta, segments, deletions)):
            raise self.damaged("its parts do not match their checksum")
        files, files_checksum, chunks = (self._number(meta, key) for key in _COUNTS)
        return State(meta, segments, deletions, files, files_checksum, chunks)

    # segments and deletions

    def segments(self, *, live: bool = True) -> list[SegmentRecord]:
        """Live segments, or staged ones."""
        rows = self._db.rows(
            f"SELECT {SegmentRecord.COLUMNS} FROM segments WHERE live = ? ORDER BY number LIMIT {_MOST_SEGMENTS + 1}",
            (live,),
        )
        if len(rows) > _MOST_SEGMENTS:
            raise self.damaged("it has too many segments")
        return self._read(SegmentRecord.read, rows)

    def next_segment(self) -> int:
        """A number that no segment has."""
        return 1 + self._highest("SELECT coalesce(max(number), 0) FROM segments")

    def add_segment(self, record: SegmentRecord, *, live: bool) -> None:
        """Enter a segment whose files are complete."""
        values = (*record.values(), live)
        self._db.execute(f"INSERT INTO segments VALUES ({_marks(values)})", values)

    def remove_segments(self, numbers: Iterable[int]) -> None:
        """Forget segments; their folders are the caller's."""
        self._db.execute_each("DELETE FROM segments WHERE number = ?", [(number,) for number in numbers])

    def replace_segments(self, records: Sequence[SegmentRecord]) -> None:
        """Replace live segments by others of the same numbers."""
        self.remove_segments(record.number for record in records)
        for record in records:
            self.add_segment(record, live=True)

    def deletions(self) -> list[Run]:
        """Runs of deleted chunks, in order."""
        rows = self._db.rows("SELECT first_chunk, chunks FROM deletions ORDER BY first_chunk")
        for row in rows:
            if not all(isinstance(value, int) and 0 < value <= LARGEST_NUMBER for value in row):
                raise self.damaged("a deletion makes no sense")
        return [Run(*row) for row in rows]

    def forget_deletions(self, runs: Iterable[Run]) -> None:
        """Drop runs whose rows lie in no segment any more."""
        self._db.execute_each("DELETE FROM deletions WHERE first_chunk = ?", [(run.first,) for run in runs])

    # files

    def files(self, *, live: bool = True) -> list[FileRow]:
        """All live files, or the staged ones. Raises IndexDamaged where live ones are missing or too many."""
        rows = self._db.rows(f"SELECT {FileRow.COLUMNS}, checksum, id FROM files WHERE live = ?", (live,))
        files = self._read(FileRow.read, rows)
        if live:
            meta = self.meta()
            counted = (len(rows), sum(row[-2] for row in rows), sum(file.chunks for file in files))
            if counted != tuple(self._number(meta, key) for key in _COUNTS):
                raise self.damaged("files are missing from it")
        return files

    def stamps(self) -> list[tuple[str, int, int, int, int]]:
        """Path, size, times and inode of every live file, unchecked: for a first look at what an update would do."""
        return self._db.rows("SELECT path, size, mtime_ns, ctime_ns, inode FROM files WHERE live = 1")

    def file_count(self) -> int:
        """How many files there are, skipped ones included."""
        return self._highest("SELECT count(*) FROM files WHERE live = 1")

    def written(self) -> tuple[int, int]:
        """How many files and chunks an update that is under way has written."""
        ((files, chunks),) = self._db.rows("SELECT count(*), coalesce(sum(chunks), 0) FROM files WHERE live = 0")
        return files, chunks

    def files_by_id(self, ids: Sequence[int]) -> dict[int, FileRow]:
        """Files by their number."""
        rows = self._rows_of(f"SELECT {FileRow.COLUMNS}, checksum, id FROM files WHERE live = 1 AND id IN", ids)
        return {file.id: file for file in self._read(FileRow.read, rows)}

    def add_file(self, file: FileRow, *, live: bool) -> int:
        """Enter a file and return its number."""
        values = file.values()
        return self._db.execute(
            f"INSERT INTO files ({FileRow.COLUMNS}, live, checksum) VALUES ({_marks(values)}, ?, ?)",
            (*values, live, checksum(values)),
        )

    def touch_files(self, files: Iterable[FileRow]) -> None:
        """Replace rows by others of the same number: another stamp for the same text."""
        self._db.execute_each(
            "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, checksum = ? WHERE id = ?",
            [(*file.values()[1:5], checksum(file.values()), file.id) for file in files],
        )

    def remove_files(self, files: Sequence[FileRow]) -> None:
        """Forget files with their chunks and definitions, and note the deletion of the chunks' rows."""
        self._db.execute_each("DELETE FROM files WHERE id = ?", [(file.id,) for file in files])
        runs = [(file.first_chunk, file.chunks) for file in files if file.chunks]
        ranges = [(first, first + count - 1) for first, count in runs]
        self._db.execute_each("DELETE FROM chunks WHERE id BETWEEN ? AND ?", ranges)
        self._db.execute_each("DELETE FROM definitions WHERE chunk BETWEEN ? AND ?", ranges)
        self._db.execute_each("INSERT OR REPLACE INTO deletions VALUES (?, ?)", runs)

    def publish(self) -> None:
        """Make what is staged live."""
        self._db.execute("UPDATE files SET live = 1 WHERE live = 0")
        self._db.execute("UPDATE segments SET live = 1 WHERE live = 0")

    # chunks

    def next_chunk(self) -> int:
        """A number above that of any chunk there is or was."""
        highest = self._highest("SELECT coalesce(max(id), 0) FROM chunks")
        deleted = self._highest("SELECT coalesce(max(first_chunk + chunks - 1), 0) FROM deletions")
        return 1 + max(highest, deleted, self.number("last_chunk"))

    def add_chunks(self, chunks: Iterable[ChunkRow]) -> None:
        """Enter chunks."""
        self._add("chunks", ChunkRow.COLUMNS, (chunk.values() for chunk in chunks))

    def add_definitions(self, definitions: Iterable[DefinitionRow]) -> None:
        """Enter definitions."""
        self._add("definitions", DefinitionRow.COLUMNS, (definition.values() for definition in definitions))

    def chunks(self, ids: Sequence[int]) -> dict[int, ChunkRow]:
        """Chunks by their number."""
        rows = self._rows_of(f"SELECT {ChunkRow.COLUMNS}, checksum FROM chunks WHERE id IN", ids)
        return {chunk.id: chunk for chunk in self._read(ChunkRow.read, rows)}

    def definitions(self, chunks: Sequence[ChunkRow]) -> dict[int, list[DefinitionRow]]:
        """What is defined in chunks, by the chunk's number and in order. Raises IndexDamaged where some are missing."""
        ids = [chunk.id for chunk in chunks if chunk.definitions]
        rows = self._rows_of(f"SELECT {DefinitionRow.COLUMNS}, checksum FROM definitions WHERE chunk IN", ids)
        found = self._read(DefinitionRow.read, rows)
        self._check_definitions(chunks, found)
        held: dict[int, list[DefinitionRow]] = {}
        for definition in sorted(found, key=lambda one: one.place):
            held.setdefault(definition.chunk, []).append(definition)
        return held

    def all_chunks(self) -> list[ChunkRow]:
        """Every chunk, staged ones included."""
        return self._read(ChunkRow.read, self._db.rows(f"SELECT {ChunkRow.COLUMNS}, checksum FROM chunks"))

    def all_definitions(self) -> list[DefinitionRow]:
        """Every definition, staged ones included."""
        rows = self._db.rows(f"SELECT {DefinitionRow.COLUMNS}, checksum FROM definitions")
        return self._read(DefinitionRow.read, rows)

    def _add(self, table: str, columns: str, rows: Iterable[Values]) -> None:
        marks = _marks(columns.split(","))
        self._db.execute_each(
            f"INSERT INTO {table} ({columns}, checksum) VALUES ({marks}, ?)",
            ((*values, checksum(values)) for values in rows),
        )

    # embeddings of costly encoders

    def embeddings(self, model: str, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Vectors (float16 bytes) that are kept for texts, by the texts' digests; damaged ones are left out."""
        return {
            digest: vector
            for some in _slices(digests)
            for digest, vector, found in self._db.rows(
                f"SELECT digest, vector, checksum FROM embeddings WHERE model = ? AND digest IN ({_marks(some)})",
                (model, *some),
            )
            if checksum((model, digest, vector)) == found
        }

    def keep_embeddings(self, model: str, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep vectors of texts."""
        self._db.execute_each(
            "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)",
            ((model, digest, vector, checksum((model, digest, vector))) for digest, vector in vectors),
        )

    # what the others stand on

    def _rows_of(self, statement: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        return [row for some in _slices(ids) for row in self._db.rows(f"{statement} ({_marks(some)})", some)]

    def _read(self, read: Callable[[Sequence[object]], Row], rows: Iterable[Sequence[object]]) -> list[Row]:
        try:
            return [read(row) for row in rows]
        except ValueError as error:
            raise self.damaged(str(error)) from error

    def _highest(self, statement: str) -> int:
        ((number,),) = self._db.rows(statement)
        if not isinstance(number, int) or not 0 <= number <= LARGEST_NUMBER:
            raise self.damaged("a number makes no sense")
        return number

    def _number(self, meta: Mapping[str, str], key: str) -> int:
        text = meta.get(key, "0")
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_NUMBER))):
            raise self.damaged(f"the setting {key} is no number")
        return int(text)

    def damaged(self, why: str) -> Exception:
        """The error for what makes no sense in the index."""
        return damaged(self._path, ValueError(why))


def _beginning() -> dict[str, str]:
    """The settings of an index that holds nothing."""
    return {"format": str(FORMAT), IDENTITY: os.urandom(8).hex()}


def _seal_of(meta: Mapping[str, str], segments: Sequence[SegmentRecord], deletions: Sequence[Run]) -> int:
    settings = sorted((key, value) for key, value in meta.items() if key != _SEAL)
    runs = [(run.first, run.chunks) for run in deletions]
    parts = (settings, [record.values() for record in segments], runs)
    return zlib.crc32(ascii(parts).encode())


def _slices(values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    return (tuple(values[i : i + _IN_LIST]) for i in range(0, len(values), _IN_LIST))


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
