"""Make an index's checksums fit what was crafted, as its author could: they tell damage, not origin."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

from codesearch.index.rows import CHUNK_COLUMNS, DEFINITION_COLUMNS, FILE_COLUMNS, checksum
from codesearch.index.store import Store

_FILES = (("arrays", "chunks.safetensors"), ("vectors", "vectors.faiss"))


def reseal(index: Path) -> bool:
    """Compute the checksums of all rows and files anew. False where the database can't be read for that."""
    try:
        with sqlite3.connect(index / "index.db") as database:
            _reseal_rows(database, "files", "id", FILE_COLUMNS)
            _reseal_rows(database, "chunks", "id", CHUNK_COLUMNS)
            _reseal_rows(database, "definitions", "chunk, place", DEFINITION_COLUMNS)
            _reseal_segments(database, index / "segments")
        database.close()
        _reseal_whole(index / "index.db")
    except (sqlite3.Error, ValueError, TypeError, OverflowError):
        return False
    return True


def _reseal_rows(database: sqlite3.Connection, table: str, key: str, columns: str) -> None:
    width = len(key.split(","))
    for row in database.execute(f"SELECT {key}, {columns} FROM {table}").fetchall():
        values = (checksum(row[width:]), *row[:width])
        database.execute(f"UPDATE {table} SET checksum = ? WHERE ({key}) = ({', '.join('?' * width)})", values)


def _reseal_segments(database: sqlite3.Connection, segments: Path) -> None:
    for (number,) in database.execute("SELECT number FROM segments").fetchall():
        for part, name in _FILES:
            file = segments / f"{number:06d}" / name
            if file.is_file() and file.stat().st_size < 1 << 28:
                data = file.read_bytes()
                database.execute(
                    f"UPDATE segments SET {part}_size = ?, {part}_checksum = ? WHERE number = ?",
                    (len(data), zlib.crc32(data), number),
                )


def _reseal_whole(path: Path) -> None:
    """The seal, by the program's own means where it still takes the database for its own."""
    try:
        store = Store.open(path, write=True)
    except Exception:
        return
    try:
        with store.transaction():
            store.seal()
    except Exception:
        return
    finally:
        store.close()
