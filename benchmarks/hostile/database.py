"""Ways to craft an index's database, found by looking at its schema, so that they outlive changes of it."""

from __future__ import annotations

import random
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hostile import values
from hostile.damage import KINDS
from hostile.places import Mutation, Place, write
from hostile.schema import ENDLESS, change_schema
from hostile.sqlite import columns, tables

_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")


# values


def change_rows(place: Place, rng: random.Random) -> str:
    """Hostile values in one column, of one row or of all."""
    with _relaxed(place.database) as db:
        filled = [name for name in tables(db) if db.execute(f'SELECT 1 FROM "{name}"').fetchone()]
        table = rng.choice(filled)
        column, kind, _ = rng.choice(columns(db, table))
        value = _value(db, table, column, kind, place, rng)
        where = _one_row(db, table, rng) if rng.random() < 0.5 else ""
        typed = "CAST(? AS TEXT)" if isinstance(value, bytes) and rng.random() < 0.7 else "?"
        db.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = {typed} {where}', (value,))
    return f"{table}.{column} = {repr(value)[:60]} {'in one row' if where else 'in all rows'}"


def change_paths(place: Place, rng: random.Random) -> str:
    """Paths of files that lie elsewhere, or nowhere."""
    value = values.any_of(rng, values.texts(place.secret)[:18])
    with _relaxed(place.database) as db:
        found = [(table, name) for table in tables(db) for name, _, _ in columns(db, table) if name == "path"]
        table, column = rng.choice(found)
        where = _one_row(db, table, rng) if rng.random() < 0.5 else ""
        db.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ? {where}', (value,))
    return f"{table}.{column} = {repr(value)[:60]} {'in one row' if where else 'in all rows'}"


def change_setting(place: Place, rng: random.Random) -> str:
    """A hostile value of one of the index's settings."""
    with _relaxed(place.database) as db:
        table = next(name for name in tables(db) if {c for c, _, _ in columns(db, name)} >= {"key", "value"})
        keys = [key for (key,) in db.execute(f'SELECT key FROM "{table}" ORDER BY key')]
        key = rng.choice([*keys, *(key for key in ("format", "model", "options", "options", "root") if key in keys)])
        value = values.any_of(rng, values.settings(key, place.secret))
        db.execute(f'UPDATE "{table}" SET value = ? WHERE key = ?', (value, key))
    if isinstance(value, str) and "1000000000000000000}" in value:
        write(place.repo / "big.py", "value = 1\n" * 4_000_000)
    return f"setting {key} = {repr(value)[:60]}"


def copy_rows(place: Place, rng: random.Random) -> str:
    """A table with many rows, made of those that it has."""
    with _relaxed(place.database) as db:
        table = rng.choice([name for name in tables(db) if db.execute(f'SELECT 1 FROM "{name}"').fetchone()])
        shown = ", ".join(_numbered(*column) for column in columns(db, table))
        count = rng.choice((1_000, 30_000, 200_000))
        numbers = f"{ENDLESS} SELECT x FROM n LIMIT {count}"
        db.execute(
            f'INSERT OR IGNORE INTO "{table}" SELECT {shown} FROM ({numbers}), (SELECT * FROM "{table}" LIMIT 1)'
        )
    return f"{count:,} rows more in {table}"


def _value(db: sqlite3.Connection, table: str, column: str, kind: str, place: Place, rng: random.Random) -> object:
    if rng.random() < 0.1:  # of another row or table
        other = rng.choice(tables(db))
        name, _, _ = rng.choice(columns(db, other))
        row = db.execute(f'SELECT "{name}" FROM "{other}"').fetchone()
        return row[0] if row else None
    if kind == "INTEGER":
        return values.any_of(rng, values.NUMBERS * 2 + values.OTHERS)
    return values.any_of(rng, values.texts(place.secret))


def _numbered(column: str, kind: str, is_key: bool) -> str:
    """An expression for a column of a copied row, with the copy's number in a key."""
    if not is_key:
        return f'"{column}"'
    return f'"{column}" + x' if kind == "INTEGER" else f'"{column}" || x'


def _one_row(db: sqlite3.Connection, table: str, rng: random.Random) -> str:
    """A condition that one row meets."""
    (count,) = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    key = ", ".join(f'"{name}"' for name, _, is_key in columns(db, table) if is_key) or "rowid"
    return f'WHERE ({key}) = (SELECT {key} FROM "{table}" LIMIT 1 OFFSET {rng.randrange(max(1, count))})'


@contextmanager
def _relaxed(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for which no column is constrained; afterwards the schema reads as it did before."""
    original = _rewrite_schema(path, lambda sql: sql.replace(" NOT NULL", "").replace(" STRICT", ""))
    try:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("PRAGMA ignore_check_constraints = ON")
            yield db
    finally:
        _rewrite_schema(path, lambda sql: original.get(sql, sql))


def _rewrite_schema(path: Path, change: Callable[[str], str]) -> dict[str, str]:
    """Change the texts of the tables; returns what they were, by what they are."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        found = {sql: change(sql) for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")}
        db.executemany("UPDATE sqlite_master SET sql = ? WHERE sql = ?", [(new, old) for old, new in found.items()])
        (version,) = db.execute("PRAGMA schema_version").fetchone()
        db.execute(f"PRAGMA schema_version = {version + 1}")
    return {new: old for old, new in found.items()}


def change_format(place: Place, rng: random.Random) -> str:
    """A database with another page size, encoding or journal."""
    path = place.database
    pragma = rng.choice(
        ("page_size = 512", "page_size = 65536", "encoding = 'UTF-16le'", "auto_vacuum = FULL", "journal_mode = DELETE")
    )
    with closing(sqlite3.connect(path)) as old:
        old.text_factory = bytes if "encoding" not in pragma else str
        old.execute("PRAGMA journal_mode = DELETE")
        if "encoding" not in pragma:
            old.execute(f"PRAGMA {pragma}")
            old.execute("VACUUM")
        else:
            script = "\n".join(old.iterdump())
    if "encoding" in pragma:
        path.unlink()
        with closing(sqlite3.connect(path)) as new:
            new.executescript(f"PRAGMA {pragma}; {script}")
    return pragma


# bytes


def damage_bytes(place: Place, rng: random.Random) -> str:
    """Bytes of the database changed, more often those of its head."""
    data = place.database.read_bytes()
    name = rng.choice(list(KINDS))
    at = rng.randrange(100 if rng.random() < 0.4 else len(data))
    place.database.write_bytes(KINDS[name](data, at, rng))
    return f"database: {name} at {at}"


def replace_database(place: Place, rng: random.Random) -> str:
    """No database at all."""
    name, data = rng.choice(
        (("empty", b""), ("random bytes", rng.randbytes(20_000)), ("zeros", bytes(8192)), ("a text", b"hello\n" * 99))
    )
    place.database.write_bytes(data)
    return f"database: {name}"


def add_journal(place: Place, rng: random.Random) -> str:
    """Journals that SQLite would play into the database."""
    kind = rng.choice(("foreign log", "log of random bytes", "shared memory", "hot journal", "journal of random bytes"))
    path = place.database
    if kind == "foreign log":
        path.with_name("index.db-wal").write_bytes(_log_of_changes(path, rng))
    elif kind == "hot journal":
        path.with_name("index.db-journal").write_bytes(_hot_journal(path, b"../secret/secret.txt"))
    else:
        name = {"log of random bytes": "-wal", "shared memory": "-shm", "journal of random bytes": "-journal"}[kind]
        start = _JOURNAL_MAGIC if name == "-journal" else bytes.fromhex("377f0682002de218")
        path.with_name("index.db" + name).write_bytes(start + rng.randbytes(rng.choice((24, 4096, 70_000))))
    return kind


def _log_of_changes(path: Path, rng: random.Random) -> bytes:
    """The write-ahead log of a writer that emptied a table, on a copy."""
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f'DELETE FROM "{rng.choice(tables(db))}"')
        log = copy.with_name("copy.db-wal").read_bytes()
    copy.unlink()
    return log


def _hot_journal(path: Path, super_journal: bytes) -> bytes:
    """A journal to roll back that names a super-journal, which SQLite deletes when all is rolled back."""
    data = path.read_bytes()
    (page_size,) = struct.unpack(">H", data[16:18])
    page_size = 65536 if page_size == 1 else page_size or 4096
    head = _JOURNAL_MAGIC + struct.pack(">5I", 0, 0, len(data) // page_size, 512, page_size)
    lock_page = (1 << 30) // page_size + 1
    tail = struct.pack(">I", lock_page) + super_journal
    tail += struct.pack(">2I", len(super_journal), sum(super_journal)) + _JOURNAL_MAGIC
    return head.ljust(512, b"\0") + tail


DATABASE: dict[str, Mutation] = {
    "rows": change_rows,
    "paths": change_paths,
    "settings": change_setting,
    "many rows": copy_rows,
    "schema": change_schema,
    "format": change_format,
    "database bytes": damage_bytes,
    "no database": replace_database,
    "journals": add_journal,
}
