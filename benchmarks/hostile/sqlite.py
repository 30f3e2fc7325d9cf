"""What a database holds, found by asking it."""

from __future__ import annotations

import sqlite3


def tables(db: sqlite3.Connection) -> list[str]:
    """Names of the tables."""
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return [name for (name,) in found]


def columns(db: sqlite3.Connection, table: str) -> list[tuple[str, str, bool]]:
    """Name, type and whether it is of the primary key, for each column of a table."""
    rows = db.execute(f'PRAGMA table_info("{table}")')
    return [(name, kind, bool(key)) for _, name, kind, _, _, key in rows]
