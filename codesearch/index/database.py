"""A connection to an index's database, which somebody else may have made: nothing in it runs, and nothing runs long.

Only tables exactly as this program makes them are read, so that no view, trigger or expression is evaluated; the steps
of a statement, the rows that it returns and the size of a value are bounded by the size of the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
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
"""Statements as SQLite keeps them, word for word."""

IDENTITY = "id"
"""The setting that tells an index from another that is made in its place."""

SECONDS_BUSY = 30.0
"""How long another writer's commit is waited for."""
_LARGEST_VALUE = 4 << 20
"""Bytes. The lists of options and skipped files come to a few thousand."""
_DEFENSIVE = 1010  # SQLITE_DBCONFIG_DEFENSIVE, which Python 3.11 does not name
_NOTHING_CAN_BE_WRITTEN = (
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_FULL",
    "SQLITE_IOERR_SHM",
    "SQLITE_IOERR_WRITE",
)
"""Why a reader can't have the files that it shares with writers."""
_STEPS_AT_ONCE = 100_000
_LEAST_STEPS = 20_000_000
_STEPS_PER_BYTE = 0.5
"""A row of a hundred bytes takes about twenty steps; 20 million take less than a second."""
_LEAST_ROWS = 1000
_ROWS_PER_BYTE = 0.25


class Database:
    """A connection. Every method raises IndexDamaged, IndexLocked or CodesearchError for what SQLite reports."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._steps_left = 0
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_progress_handler(self._must_stop, _STEPS_AT_ONCE)
        if hasattr(connection, "setconfig"):  # Python 3.12
            connection.setconfig(_DEFENSIVE, True)

    @classmethod
    def create(cls, path: Path) -> Database:
        """A new database with empty tables, not written to disk by its journal yet. Raises OSError."""
        aside = path.with_name(path.name + ".new")
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # its journals get the same mode
        made = cls(_connect(aside, "rw", "DELETE"), aside)
        made.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            made.execute(statement)
        return made

    @classmethod
    def open(cls, path: Path, *, write: bool, immutable: bool = False) -> Database:
        """Open a database of this format. Raises IndexIncompatible for one of a newer format, IndexDamaged for one of
        an older format or with other tables than ours."""
        try:
            opened = cls(_connect(path, "rw", "WAL") if write else _connect_reader(path, immutable), path)
        except (sqlite3.Error, UnicodeError) as error:  # SQLite's own words may hold what is in the file
            raise damaged(path, error) from error
        try:
            opened._check_tables()
        except BaseException:
            opened.close()
            raise
        return opened

    @property
    def in_transaction(self) -> bool:
        """Whether one has begun."""
        return self._db.in_transaction

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a statement returns."""
        size = self._size()
        most = _LEAST_ROWS + int(size * _ROWS_PER_BYTE)
        self._steps_left = _LEAST_STEPS + int(size * _STEPS_PER_BYTE)
        try:
            found = self._db.execute(statement, values).fetchmany(most + 1)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise damaged(self._path, error) from error
        if len(found) > most:
            raise damaged(self._path, ValueError("more rows than it has room for"))
        return found

    def execute(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run a statement that changes something. Returns the number of the last row that it added."""
        self._steps_left = _LEAST_STEPS + int(self._size() * _STEPS_PER_BYTE)
        try:
            return int(self._db.execute(statement, values).lastrowid or 0)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise damaged(self._path, error) from error

    def execute_each(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row of values."""
        self._steps_left = 1 << 62  # as many as there are rows; the rows are ours
        try:
            self._db.executemany(statement, rows)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            raise damaged(self._path, error) from error

    def commit(self) -> None:
        """End a transaction."""
        self._finish(self._db.commit)

    def rollback(self) -> None:
        """Undo a transaction."""
        self._finish(self._db.rollback)

    def begin_log(self) -> None:
        """Use a write-ahead log from now on. Done before a database has its name: it takes a rollback journal."""
        self.rows("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._db.close()

    def _finish(self, end: Any) -> None:
        try:
            end()
        except (sqlite3.Error, UnicodeError) as error:
            raise damaged(self._path, error) from error

    def _check_tables(self) -> None:
        found = self.rows("SELECT type, name, sql FROM sqlite_master")
        if ("table", "meta", _META) not in found:
            raise damaged(self._path, ValueError("it has no table meta as codesearch makes it"))
        (version,) = next(iter(self.rows("SELECT value FROM meta WHERE key = 'format'")), ("",))
        check_format(self._path, version)
        if sorted(found) != _TABLES:
            raise damaged(self._path, ValueError("its tables are not those that codesearch makes"))

    def _size(self) -> int:
        return sum(
            file.stat().st_size
            for file in (self._path, self._path.with_name(self._path.name + "-wal"))
            if file.exists()
        )

    def _must_stop(self) -> bool:
        self._steps_left -= _STEPS_AT_ONCE
        return self._steps_left < 0


_TABLES = sorted(("table", statement.split()[2], statement) for statement in SCHEMA)


def old_meta(path: Path) -> dict[str, str]:
    """The settings of an index of an older format; none where they can't be read."""
    try:
        opened = Database(_connect_reader(path, immutable=False), path)
    except (sqlite3.Error, UnicodeError):
        return {}
    try:
        if ("table", "meta", _META) not in opened.rows("SELECT type, name, sql FROM sqlite_master"):
            return {}
        rows = opened.rows("SELECT key, value FROM meta")
        meta = {key: value for key, value in rows if isinstance(key, str) and isinstance(value, str)}
        return meta if meta.get("format", "") in map(str, range(FORMAT)) else {}
    except CodesearchError:
        return {}
    finally:
        opened.close()


def check_format(path: Path, found: object) -> None:
    """Raises IndexIncompatible for a newer format than this program's, IndexDamaged for any other."""
    if found == str(FORMAT):
        return
    is_number = isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 10
    message = f"the index at {path.parent} has format {found if is_number else 'unknown'}, this program reads {FORMAT}"
    if is_number and int(str(found)) > FORMAT:
        raise IndexIncompatible(message, ReplaceIndex(path.parent))
    raise IndexDamaged(message, UpdateIndex(path.parent, has_root=False))


def damaged(path: Path, error: Exception) -> CodesearchError:
    """What SQLite says of a database, as a user can mend it."""
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
    """A connection; the journal of writers lets readers go on."""
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
    """A reader's connection; where nothing may be written beside it, as to a file that nobody changes."""
    if not immutable:
        connection = _connect(path, "ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            return connection
        except sqlite3.Error as error:
            connection.close()
            if not error.sqlite_errorname.startswith(_NOTHING_CAN_BE_WRITTEN):
                raise
    return _connect(path, "ro&immutable=1")
