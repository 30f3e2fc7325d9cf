"""SQLite: the one source of truth for what is indexed. Knows rows, not what they are for.

A file is `live` (readers see it) or `staged` (finished by an update that is not). A segment likewise. Chunks are
reached through their file or by number, so they carry no state. Deletions name runs of chunk numbers whose rows
still lie in a segment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codesearch.errors import CodesearchError, IndexDamaged, IndexIncompatible
from codesearch.index.layout import FORMAT, update_command
from codesearch.index.segment import SegmentRecord
from codesearch.index.terms import name_key

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE segments (
    number INTEGER PRIMARY KEY, chunks INTEGER NOT NULL, size INTEGER NOT NULL, live INTEGER NOT NULL
);
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest BLOB NOT NULL,
    language TEXT NOT NULL, skipped TEXT NOT NULL, fallback TEXT NOT NULL,
    first_chunk INTEGER NOT NULL, chunks INTEGER NOT NULL, live INTEGER NOT NULL
);
CREATE INDEX files_by_path ON files (path);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, defines TEXT NOT NULL,
    qualified_name TEXT NOT NULL, signature TEXT NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL
);
CREATE TABLE names (key TEXT NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (key, chunk)) WITHOUT ROWID;
CREATE TABLE deletions (first_chunk INTEGER PRIMARY KEY, chunks INTEGER NOT NULL);
CREATE TABLE embeddings (
    model TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, digest)
) WITHOUT ROWID;
"""
_IN_LIST = 500
"""Values in one IN (…), below SQLite's limit of variables."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as it was when it was read."""

    path: str
    size: int
    mtime_ns: int
    digest: bytes
    language: str
    skipped: str
    """Why a file that was read has no chunks, or nothing."""
    fallback: str
    """Why it was cut into line windows, or nothing."""
    first_chunk: int
    chunks: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk without its text."""

    id: int
    file: int
    kind: str
    name: str
    defines: str
    """Further names that it defines, one a line."""
    qualified_name: str
    signature: str
    start_line: int
    end_line: int


class Store:
    """A connection to an index's database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def create(cls, path: Path) -> Store:
        """A new, empty database, open for writing. Made aside: whoever finds one at `path` finds it whole."""
        aside = path.with_name(path.name + ".new")
        for leftover in path.parent.glob(path.name + "?*"):
            leftover.unlink()  # the journal of a database that is gone would be played into this one
        store = cls(_connect(aside, "rwc", journal="DELETE"))
        try:
            with store.transaction():
                for statement in _SCHEMA.split(";\n"):
                    store._db.execute(statement)
                store.set_meta({"format": str(FORMAT)})
        finally:
            store.close()
        aside.replace(path)
        return cls(_connect(path, "rw"))

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> Store:
        """Open a database. Raises IndexIncompatible for a newer format, IndexDamaged for an old one or none at all."""
        try:
            store = cls(_connect(path, "rw") if write else _connect_reader(path))
        except sqlite3.Error as error:
            raise damaged(path, error) from error
        try:
            found = store.meta().get("format", "")
        except sqlite3.Error as error:
            store.close()
            raise damaged(path, error) from error
        if found != str(FORMAT):
            store.close()
            message = f"the index at {path.parent} has format {found or 'unknown'}, this program reads {FORMAT}"
            if found.isdigit() and int(found) > FORMAT:
                raise IndexIncompatible(message, f"upgrade codesearch, or run: {_mending(path, '--force')}")
            raise IndexDamaged(message, f"run: {_mending(path)}")
        return store

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written together, or not at all."""
        self.begin()
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self.commit()

    def begin(self) -> None:
        """Begin to write, unless begun."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")

    def begin_reading(self) -> None:
        """What is read from now on is of one moment, whatever writers do."""
        self._db.execute("BEGIN")

    def commit(self) -> None:
        """End a transaction. What was written survives a crash of the program, and of the machine after a sync."""
        self._db.commit()

    def rollback(self) -> None:
        """Undo what was written since begin()."""
        self._db.rollback()

    # meta

    def meta(self) -> dict[str, str]:
        """All settings of the index."""
        return dict(self._db.execute("SELECT key, value FROM meta"))

    def set_meta(self, values: dict[str, str]) -> None:
        """Add or replace settings."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # segments and deletions

    def segments(self, *, live: bool = True) -> list[SegmentRecord]:
        """Live segments, or staged ones."""
        rows = self._db.execute("SELECT number, chunks, size FROM segments WHERE live = ? ORDER BY number", (live,))
        return [SegmentRecord(*row) for row in rows]

    def next_segment(self) -> int:
        """A number that no segment has."""
        return 1 + int(self._db.execute("SELECT coalesce(max(number), 0) FROM segments").fetchone()[0])

    def add_segment(self, record: SegmentRecord, *, live: bool) -> None:
        """Enter a segment whose files are complete."""
        self._db.execute("INSERT INTO segments VALUES (?, ?, ?, ?)", (record.number, record.chunks, record.size, live))

    def remove_segments(self, numbers: Iterable[int]) -> None:
        """Forget segments; their folders are the caller's."""
        self._db.executemany("DELETE FROM segments WHERE number = ?", [(number,) for number in numbers])

    def deletions(self) -> list[tuple[int, int]]:
        """Runs of deleted chunks: first number and count."""
        return list(self._db.execute("SELECT first_chunk, chunks FROM deletions ORDER BY first_chunk"))

    def forget_deletions(self, runs: Iterable[tuple[int, int]]) -> None:
        """Drop runs whose rows lie in no segment any more."""
        self._db.executemany("DELETE FROM deletions WHERE first_chunk = ?", [(first,) for first, _ in runs])

    # files

    def files(self, *, live: bool = True) -> Iterator[FileRow]:
        """All files, or the staged ones."""
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, digest, language, skipped, fallback, first_chunk, chunks, id"
            " FROM files WHERE live = ?",
            (live,),
        )
        return (FileRow(*row) for row in rows)

    def file_count(self) -> int:
        """How many files there are, skipped ones included."""
        (count,) = self._db.execute("SELECT count(*) FROM files WHERE live").fetchone()
        return int(count)

    def files_by_id(self, ids: Sequence[int]) -> dict[int, FileRow]:
        """Files by their number."""
        return {
            row[-1]: FileRow(*row)
            for some in _slices(ids)
            for row in self._db.execute(
                "SELECT path, size, mtime_ns, digest, language, skipped, fallback, first_chunk, chunks, id"
                f" FROM files WHERE id IN ({_marks(some)})",
                some,
            )
        }

    def add_file(self, file: FileRow, *, live: bool) -> int:
        """Enter a file and return its number."""
        cursor = self._db.execute(
            "INSERT INTO files (path, size, mtime_ns, digest, language, skipped, fallback, first_chunk, chunks, live)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                file.path,
                file.size,
                file.mtime_ns,
                file.digest,
                file.language,
                file.skipped,
                file.fallback,
                file.first_chunk,
                file.chunks,
                live,
            ),
        )
        return int(cursor.lastrowid or 0)

    def touch_files(self, files: Iterable[tuple[int, int]]) -> None:
        """Note another time for files whose text is the same: (mtime_ns, id)."""
        self._db.executemany("UPDATE files SET mtime_ns = ? WHERE id = ?", files)

    def remove_files(self, files: Sequence[FileRow]) -> None:
        """Forget files and their chunks, and note the deletion of the chunks' rows."""
        self._db.executemany("DELETE FROM files WHERE id = ?", [(file.id,) for file in files])
        runs = [(file.first_chunk, file.chunks) for file in files if file.chunks]
        self._db.executemany("DELETE FROM chunks WHERE id BETWEEN ? AND ?", [(f, f + n - 1) for f, n in runs])
        self._db.executemany("INSERT OR REPLACE INTO deletions VALUES (?, ?)", runs)

    def publish(self) -> None:
        """Make what is staged live."""
        self._db.execute("UPDATE files SET live = 1 WHERE live = 0")
        self._db.execute("UPDATE segments SET live = 1 WHERE live = 0")

    # chunks

    def next_chunk(self) -> int:
        """A number above that of any chunk there is or was."""
        highest = self._db.execute("SELECT coalesce(max(id), 0) FROM chunks").fetchone()[0]
        deleted = self._db.execute("SELECT coalesce(max(first_chunk + chunks - 1), 0) FROM deletions").fetchone()[0]
        return 1 + max(int(highest), int(deleted), int(self.meta().get("last_chunk", "0")))

    def add_chunks(self, chunks: Sequence[tuple[int, int, str, str, str, str, str, int, int]]) -> None:
        """Enter chunks, as the columns of ChunkRow, and their names."""
        self._db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", chunks)
        names = {(name_key(name), chunk[0]) for chunk in chunks for name in (chunk[3], *chunk[4].split("\n")) if name}
        self._db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", names)

    def forget_old_names(self) -> None:
        """Drop names of chunks that are gone; until then they only cost room."""
        self._db.execute("DELETE FROM names WHERE chunk NOT IN (SELECT id FROM chunks)")

    def chunks(self, ids: Sequence[int]) -> dict[int, ChunkRow]:
        """Chunks by their number."""
        return {
            row[0]: ChunkRow(*row)
            for some in _slices(ids)
            for row in self._db.execute(f"SELECT * FROM chunks WHERE id IN ({_marks(some)})", some)
        }

    def chunks_named(self, keys: Sequence[str], limit: int) -> list[int]:
        """Numbers of chunks that define a name with one of the keys, at most `limit` a slice; some may be gone."""
        return [
            row[0]
            for some in _slices(keys)
            for row in self._db.execute(
                f"SELECT chunk FROM names WHERE key IN ({_marks(some)}) LIMIT ?", (*some, limit)
            )
        ]

    def chunks_of_kinds(self, kinds: Sequence[str]) -> list[int]:
        """Numbers of the chunks of the given kinds."""
        return [
            row[0] for row in self._db.execute(f"SELECT id FROM chunks WHERE kind IN ({_marks(kinds)})", tuple(kinds))
        ]

    def chunk_names(self) -> Iterator[tuple[int, str, str, str]]:
        """Number, name, qualified name and further names of every chunk."""
        return iter(self._db.execute("SELECT id, name, qualified_name, defines FROM chunks"))

    def chunk_kinds(self) -> dict[str, int]:
        """How many chunks there are of each kind, staged ones included."""
        return dict(self._db.execute("SELECT kind, count(*) FROM chunks GROUP BY kind"))

    # embeddings of costly encoders

    def embeddings(self, model: str, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Vectors (float16 bytes) that are kept for texts, by the texts' digests."""
        return {
            row[0]: row[1]
            for some in _slices(digests)
            for row in self._db.execute(
                f"SELECT digest, vector FROM embeddings WHERE model = ? AND digest IN ({_marks(some)})", (model, *some)
            )
        }

    def keep_embeddings(self, model: str, vectors: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep vectors of texts."""
        self._db.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", ((model, d, v) for d, v in vectors))


def damaged(path: Path, error: Exception) -> CodesearchError:
    """What SQLite says of a database, as a user can mend it."""
    text = str(error)
    if "readonly" in text or "unable to open" in text:
        return CodesearchError(f"{path} can't be written: {text}", "use --index-dir to keep the index elsewhere")
    if "full" in text:
        return CodesearchError(f"the disk is full: {path}", "the index is as it was before; free some room")
    return IndexDamaged(f"{path} is damaged: {text}", f"run: {_mending(path)}")


def _mending(path: Path, *options: str) -> str:
    """The command that makes a database anew. One that lies elsewhere no longer says what it is of."""
    command = update_command(path.parent, *options)
    return f"{command} FOLDER" if "--index-dir" in command else command


def _connect(path: Path, mode: str, journal: str = "WAL") -> sqlite3.Connection:
    """Wait up to 30 s for another writer's commit; the journal lets readers go on while one writes."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30, isolation_level=None, check_same_thread=False
    )
    try:
        if mode != "ro":
            connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect_reader(path: Path) -> sqlite3.Connection:
    """A reader's connection; where the folder can't be written, as a file that nobody changes."""
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT 1 FROM meta").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        connection.isolation_level = None
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _slices(values: Sequence[object]) -> Iterator[tuple[object, ...]]:
    return (tuple(values[i : i + _IN_LIST]) for i in range(0, len(values), _IN_LIST))


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
