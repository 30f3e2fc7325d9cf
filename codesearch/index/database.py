"""A connection to an index's database that is safe even if somebody else made the database.

Only tables with exactly this program's schema are read, so that no view, trigger or expression in the file is
evaluated. Limits on a statement's steps, its rows and the size of a value, derived from the file's size, bound time
and memory.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from codesearch.errors import (
    CodesearchError,
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    KeepElsewhere,
    KeepInside,
    ReplaceIndex,
    UpdateIndex,
)
from codesearch.index.layout import FORMAT

_META = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
SCHEMA = (
    _META,
    "CREATE TABLE segments ("
    "number INTEGER PRIMARY KEY, chunks INTEGER NOT NULL,"
    " arrays_size INTEGER NOT NULL, arrays_mtime_ns INTEGER NOT NULL, arrays_ctime_ns INTEGER NOT NULL,"
    " arrays_inode INTEGER NOT NULL, arrays_checksum INTEGER NOT NULL,"
    " vectors_size INTEGER NOT NULL, vectors_mtime_ns INTEGER NOT NULL, vectors_ctime_ns INTEGER NOT NULL,"
    " vectors_inode INTEGER NOT NULL, vectors_checksum INTEGER NOT NULL, live INTEGER NOT NULL)",
    "CREATE TABLE files ("
    "id INTEGER PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
    " ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, digest BLOB NOT NULL, language TEXT NOT NULL,"
    " skipped TEXT NOT NULL, fallback TEXT NOT NULL, first_chunk INTEGER NOT NULL, chunks INTEGER NOT NULL,"
    " encoding TEXT NOT NULL, outputs INTEGER NOT NULL, live INTEGER NOT NULL, checksum INTEGER NOT NULL)",
    "CREATE TABLE chunks ("
    "id INTEGER PRIMARY KEY, file INTEGER NOT NULL, kind TEXT NOT NULL, head INTEGER NOT NULL,"
    " definitions INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, checksum INTEGER NOT NULL)",
    "CREATE TABLE definitions ("
    "chunk INTEGER NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " qualified_name TEXT NOT NULL, signature TEXT NOT NULL, documentation TEXT NOT NULL,"
    " start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, checksum INTEGER NOT NULL,"
    " PRIMARY KEY (chunk, place)) WITHOUT ROWID",
    "CREATE TABLE deletions (first_chunk INTEGER PRIMARY KEY, chunks INTEGER NOT NULL)",
    "CREATE TABLE embeddings ("
    "model TEXT NOT NULL, digest BLOB NOT NULL, vector BLOB NOT NULL, checksum INTEGER NOT NULL,"
    " PRIMARY KEY (model, digest)) WITHOUT ROWID",
)
"""The statements, exactly as `sqlite_master` stores them."""

IDENTITY = "id"
"""Key of the setting that distinguishes an index from one created later in the same place."""

SECONDS_BUSY = 30.0
"""Timeout for another connection's write transaction."""
_MAX_VALUE_BYTES = 4 << 20
"""The largest values, options and counts of skipped files, have a few thousand."""
_DEFENSIVE = 1010  # SQLITE_DBCONFIG_DEFENSIVE, which Python 3.11 does not name
_UNWRITABLE = (
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_FULL",
    "SQLITE_IOERR_SHM",
    "SQLITE_IOERR_WRITE",
)
"""Names of SQLite's errors if a reader can't create the files that it shares with writers."""
_STEPS_PER_CHECK = 100_000
_MIN_STEPS = 20_000_000
_STEPS_PER_BYTE = 0.5
"""A row of a hundred bytes takes about twenty steps; 20 million steps take less than a second."""
_MIN_ROWS = 1000
_ROWS_PER_BYTE = 0.25


class Database:
    """A connection. Every method raises SQLite's errors as IndexDamaged, IndexLocked or CodesearchError."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._steps_left = 0
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_progress_handler(self._is_out_of_steps, _STEPS_PER_CHECK)
        if hasattr(connection, "setconfig"):  # Python 3.12
            connection.setconfig(_DEFENSIVE, True)

    @classmethod
    def create(cls, path: Path) -> Database:
        """A database with empty tables, in an open transaction, in a new file `path`.new. Raises OSError."""
        database = cls._in_new_file(path)
        database.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            database.execute(statement)
        return database

    @classmethod
    def copy(cls, source: Database, path: Path) -> Database:
        """A copy of the state that `source` reads, in a new file `path`.new. Raises OSError."""
        database = cls._in_new_file(path)
        try:
            source._db.backup(database._db)
        except sqlite3.Error as error:
            database.close()
            raise database_error(path, error) from error
        return database

    @classmethod
    def _in_new_file(cls, path: Path) -> Database:
        new = path.with_name(path.name + ".new")
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # its journals get the same mode
        return cls(_connect(new, "rw", "DELETE"), new)

    @classmethod
    def open(cls, path: Path, *, write: bool, immutable: bool = False) -> Database:
        """Open a database of this format. `immutable` promises SQLite that nobody writes it.

        Raises IndexIncompatible for a newer format, IndexDamaged for an older one or a different schema.
        """
        try:
            database = cls(_connect(path, "rw", "WAL") if write else _connect_reader(path, immutable), path)
        except (sqlite3.Error, UnicodeError) as error:  # SQLite's messages may contain undecodable bytes of the file
            raise database_error(path, error) from error
        try:
            database._check_tables()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._db.in_transaction

    @property
    def version(self) -> tuple[int, int]:
        """Two numbers that are the same as long as neither this connection nor another changes anything."""
        ((others,),) = self._db.execute("PRAGMA data_version")
        return self._db.total_changes, int(others)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement returns. Raises IndexDamaged for more than fit the file."""
        size = self._size()
        max_rows = _MIN_ROWS + int(size * _ROWS_PER_BYTE)
        self._steps_left = _MIN_STEPS + int(size * _STEPS_PER_BYTE)
        try:
            rows = self._db.execute(statement, values).fetchmany(max_rows + 1)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise database_error(self._path, error) from error
        if len(rows) > max_rows:
            raise database_error(self._path, ValueError("more rows than it has room for"))
        return rows

    def execute(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run a statement that changes something. Returns the id of the last row that it added."""
        self._steps_left = _MIN_STEPS + int(self._size() * _STEPS_PER_BYTE)
        try:
            return int(self._db.execute(statement, values).lastrowid or 0)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise database_error(self._path, error) from error

    def execute_each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""
        self._steps_left = 1 << 62  # no limit: the rows are this program's
        try:
            self._db.executemany(statement, rows)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise database_error(self._path, error) from error

    def commit(self) -> None:
        """End a transaction."""
        self._finish(self._db.commit)

    def rollback(self) -> None:
        """Undo a transaction."""
        self._finish(self._db.rollback)

    def enable_wal(self) -> None:
        """Switch to a write-ahead log. SQLite uses a rollback journal to do so, so call it before the final rename."""
        self.rows("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._db.close()

    def _finish(self, end: Any) -> None:
        try:
            end()
        except (sqlite3.Error, UnicodeError) as error:
            raise database_error(self._path, error) from error

    def _check_tables(self) -> None:
        found = self.rows("SELECT type, name, sql FROM sqlite_master")
        if ("table", "meta", _META) not in found:
            raise database_error(self._path, ValueError("it has no table meta as codesearch creates it"))
        (version,) = next(iter(self.rows("SELECT value FROM meta WHERE key = 'format'")), ("",))
        check_format(self._path, version)
        if sorted(found) != _TABLES:
            raise database_error(self._path, ValueError("its tables are not those that codesearch creates"))

    def _size(self) -> int:
        """Bytes of the database and its journal. Called for every statement."""
        size = 0
        for file in (f"{self._path}", f"{self._path}-wal"):
            with suppress(FileNotFoundError):
                size += os.stat(file).st_size  # noqa: PTH116 - takes a fifth of Path.stat's time
        return size

    def _is_out_of_steps(self) -> bool:
        self._steps_left -= _STEPS_PER_CHECK
        return self._steps_left < 0


_TABLES = sorted(("table", statement.split()[2], statement) for statement in SCHEMA)


def read_old_meta(path: Path) -> dict[str, str]:
    """The settings of an index of this or an older format; empty if they can't be read."""
    try:
        database = Database(_connect_reader(path, immutable=False), path)
    except (sqlite3.Error, UnicodeError):
        return {}
    try:
        if ("table", "meta", _META) not in database.rows("SELECT type, name, sql FROM sqlite_master"):
            return {}
        rows = database.rows("SELECT key, value FROM meta")
        meta = {key: value for key, value in rows if isinstance(key, str) and isinstance(value, str)}
        return meta if meta.get("format", "") in map(str, range(FORMAT)) else {}
    except CodesearchError:
        return {}
    finally:
        database.close()


def check_format(path: Path, version: object) -> None:
    """Raises IndexIncompatible for a newer format than this program's, IndexDamaged for an older or invalid one."""
    if version == str(FORMAT):
        return
    is_number = isinstance(version, str) and version.isascii() and version.isdigit() and len(version) < 10
    label = version if is_number else "unknown"
    message = f"the index at {path.parent} has format {label}, this program reads {FORMAT}"
    if is_number and int(str(version)) > FORMAT:
        raise IndexIncompatible(message, ReplaceIndex(path.parent))
    raise IndexDamaged(message, UpdateIndex(path.parent, has_root=False))


def database_error(path: Path, error: Exception) -> CodesearchError:
    """An error of SQLite as one with a remedy: IndexDamaged, IndexLocked or another CodesearchError."""
    text = str(error)
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_IOERR") and "READ" not in name:
        return CodesearchError(f"{path} can't be written: {text}", "is the disk full?")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return CodesearchError(f"{path} can't be written: {text}", KeepElsewhere())
    if name.startswith("SQLITE_FULL"):
        return CodesearchError(f"the disk is full: {path}", "the index is unchanged; free some disk space")
    if isinstance(error, UnicodeEncodeError):
        return CodesearchError("the folder's name is not UTF-8", KeepInside())
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return IndexLocked(f"another process has been writing {path} for {SECONDS_BUSY:.0f} seconds", "try again later")
    return IndexDamaged(f"{path} is damaged: {text}", UpdateIndex(path.parent, has_root=False))


def _connect(path: Path, mode: str, journal: str = "") -> sqlite3.Connection:
    """A connection: for writing, with the given journal mode, or without one read-only."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=SECONDS_BUSY,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA mmap_size = 0")
        if journal:
            connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.execute("PRAGMA synchronous = NORMAL")
        else:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_reader(path: Path, immutable: bool) -> sqlite3.Connection:
    """A reader's connection; an immutable one if the files that readers share with writers can't be created."""
    if not immutable:
        connection = _connect(path, "ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            return connection
        except sqlite3.Error as error:
            connection.close()
            if not error.sqlite_errorname.startswith(_UNWRITABLE):
                raise
    return _connect(path, "ro&immutable=1")
