"""Schemas that no index has: views for tables, triggers, virtual tables, texts that lie."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

from hostile.places import Place
from hostile.sqlite import columns, tables
from hostile.values import STYLED

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
_ASIDE = "ALTER TABLE {table} RENAME TO aside; CREATE "
_LIE = (
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET {what} WHERE name = '{table}'; PRAGMA schema_version = 999"
)
_BIG = "hex(zeroblob(900000000))"

_SCRIPTS = {
    "view": _ASIDE + "VIEW {table} AS SELECT {all} FROM aside",
    "endless view": _ASIDE + f"VIEW {{table}} AS {ENDLESS} SELECT {{numbered}} FROM n",
    "view that searches endlessly": _ASIDE + f"VIEW {{table}} AS {ENDLESS} SELECT {{numbered}} FROM n WHERE x < 0",
    "view of itself": _ASIDE + "VIEW {table} AS SELECT {all} FROM {table}",
    "view of large values": _ASIDE + f"VIEW {{table}} AS SELECT {{others}} {_BIG} AS {{column}} FROM aside",
    "endless trigger": "CREATE TRIGGER t AFTER {event} ON {table} BEGIN"
    f" SELECT ({ENDLESS} SELECT count(*) FROM n);END",
    "deleting trigger": "CREATE TRIGGER t AFTER {event} ON {table} BEGIN DELETE FROM {other};END",
    "failing trigger": "CREATE TRIGGER t BEFORE {event} ON {table} BEGIN SELECT RAISE(FAIL, 'a{styled}b');END",
    "ignoring trigger": "CREATE TRIGGER t BEFORE {event} ON {table} BEGIN SELECT RAISE(IGNORE);END",
    "growing trigger": "CREATE TABLE grown (b); CREATE TRIGGER t AFTER {event} ON {table} BEGIN INSERT INTO grown"
    f" SELECT zeroblob(1000000) FROM ({ENDLESS} SELECT x FROM n LIMIT 20000);END",
    "tables more": "; ".join(f"CREATE TABLE more{i} (a, b)" for i in range(200)),
    "table with a styled name": 'CREATE TABLE "{styled}" (a)',
    "no table": "DROP TABLE {table}",
    "renamed table": "ALTER TABLE {table} RENAME TO renamed",
    "renamed column": "ALTER TABLE {table} RENAME COLUMN {column} TO renamed",
    "column more": "ALTER TABLE {table} ADD COLUMN more TEXT DEFAULT 'x'",
    "large generated column": f"ALTER TABLE {{table}} ADD COLUMN more AS ({_BIG}) VIRTUAL",
    "index on an expression": "CREATE INDEX i ON {table} (printf('%.200000c', {column}))",
    "index on a large expression": "CREATE INDEX i ON {table} (length({column})); PRAGMA writable_schema = ON;"
    f" UPDATE sqlite_master SET sql = 'CREATE INDEX i ON {{table}} ({_BIG})' WHERE name = 'i'",
    "empty index": "CREATE UNIQUE INDEX i ON {table} ({column}) WHERE 0; PRAGMA writable_schema = ON;"
    " UPDATE sqlite_master SET sql = replace(sql, ' WHERE 0', '') WHERE name = 'i'",
    "unknown collation": _LIE.replace("{what}", "sql = replace(sql, 'TEXT', 'TEXT COLLATE unknown')"),
    "pages of another table": _LIE.replace(
        "{what}", "rootpage = (SELECT rootpage FROM sqlite_master WHERE name = '{other}')"
    ),
    "pages of the schema": _LIE.replace("{what}", "rootpage = 1"),
    "pages beyond the end": _LIE.replace("{what}", "rootpage = 2000000000"),
    "text that makes no sense": _LIE.replace("{what}", "sql = 'CREATE {styled}'"),
    "unknown module": _LIE.replace("{what}", "rootpage = 0, sql = 'CREATE VIRTUAL TABLE {table} USING unknown()'"),
    "full-text table": _ASIDE + "VIRTUAL TABLE {table} USING fts5({all})",
    "r-tree": _ASIDE + "VIRTUAL TABLE {table} USING rtree(a, b, c)",
    "table of pages": _ASIDE + "VIRTUAL TABLE {table} USING dbstat",
    "statistics that lie": "ANALYZE; UPDATE sqlite_stat1 SET stat = '99999999999999 1 1 unordered sz=-5'",
    "other version": "PRAGMA user_version = -2147483648; PRAGMA application_id = 1",
}
"""What a schema comes to, and the statements, split at `; `, that make it so."""


def change_schema(place: Place, rng: random.Random) -> str:
    """Apply one of the scripts to a table and a column."""
    name = rng.choice(list(_SCRIPTS))
    with closing(sqlite3.connect(place.database, isolation_level=None)) as db:
        table = rng.choice(tables(db))
        names = [name for name, _, _ in columns(db, table)]
        column = rng.choice(names)
        words = {
            "table": table,
            "column": column,
            "all": ", ".join(names),
            "others": "".join(f"{one}, " for one in names if one != column),
            "numbered": ", ".join(f"x AS {one}" for one in names),
            "other": rng.choice(tables(db)),
            "event": rng.choice(("INSERT", "UPDATE", "DELETE")),
            "styled": STYLED,
        }
        for statement in _SCRIPTS[name].split("; "):
            db.execute(statement.format_map(words))
    return f"{name}: {table}.{column}"
