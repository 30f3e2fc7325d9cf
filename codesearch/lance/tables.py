"""The tables of an export, and its state: which shards it holds, and which versions of the tables belong together.

The table `shards` is replaced as a whole when the others are written, and names their versions. So a reader sees the
state before or after an export, and what an export that was killed has left is never seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from codesearch.cluster.manifest import Shard, shard_of
from codesearch.errors import CodesearchError
from codesearch.index.layout import FORMAT as INDEX_FORMAT
from codesearch.lance.address import Address
from codesearch.opening import harmless

FORMAT = 1
"""Version of the tables: raised if older programs can't read them."""
SHARDS = "shards"
CHUNKS, DEFINITIONS, NAMES, FILES, WORDS = TABLES = ("chunks", "definitions", "names", "files", "words")
FACTS = "codesearch"
"""The key of the schema's metadata with format and versions."""
_MOST_TABLES = 10_000


@dataclass(frozen=True, slots=True, order=True)
class ExportedShard:
    """A shard, and what is known of it without reading it."""

    shard: Shard
    number: int
    """Of its rows in all tables; never given twice."""
    languages: Mapping[str, int] = field(compare=False)
    """The number of chunks in each language."""
    kinds: Sequence[str] = field(compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """One published state."""

    shards: tuple[ExportedShard, ...] = ()
    """In the order of the manifest."""
    versions: Mapping[str, int] = field(default_factory=dict)
    """Of each table."""
    unindexed: int = 0
    """Chunks added and deleted since the indexes of the tables were brought up to date."""
    has_indexes: bool = False
    published: int = 0
    """The version of the table of shards."""


def read_state(address: Address, connection: Any) -> State | None:
    """The published state, None if there is none. Raises CodesearchError if this program can't read it."""
    with address.reached(address.to_repair):
        if SHARDS not in table_names(connection):
            return None
        table = connection.open_table(SHARDS)
        facts, rows = (table.schema.metadata or {}).get(FACTS.encode()), table.to_arrow()
        version = table.version
    try:
        found = json.loads(facts or "")
        if found["format"] > FORMAT:
            raise CodesearchError(
                f"{address.text} is of format {found['format']}; this codesearch reads up to {FORMAT}",
                "upgrade codesearch",
            )
        shards = tuple(sorted(_shard_of(row) for row in rows.to_pylist()))
        versions = {name: int(found["versions"][name]) for name in TABLES if shards or name in found["versions"]}
        return State(shards, versions, int(found["unindexed"]), bool(found["has_indexes"]), version)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise foreign(address) from error


def open_state(address: Address, connection: Any) -> State:
    """The published state of an export that can be searched. Raises CodesearchError."""
    state = read_state(address, connection)
    if state is None or not state.shards:
        raise CodesearchError(f"{address.text} holds no export", address.to_export)
    if not state.has_indexes:
        raise CodesearchError(
            f"the export to {address.text} was not finished", "run the same codesearch cluster export again"
        )
    if any(one.shard.index_format != INDEX_FORMAT for one in state.shards):
        raise CodesearchError(
            f"{address.text} has shards of another format than this codesearch reads",
            "index and export again with this version",
        )
    return state


def open_tables(address: Address, connection: Any, state: State) -> dict[str, Any]:
    """The tables of a state."""
    with address.reached(address.to_repair):
        tables = {name: connection.open_table(name) for name in TABLES}
        for name, table in tables.items():
            table.checkout(state.versions[name])
    return tables


def table_names(connection: Any) -> list[str]:
    """The tables that there are."""
    found = connection.list_tables(limit=_MOST_TABLES).tables
    return [name for name in (SHARDS, *TABLES) if name in found]


def foreign(address: Address) -> CodesearchError:
    """What is there is something else."""
    return CodesearchError(f"{address.text} is not an export of codesearch", "name another folder")


def row_of(one: ExportedShard) -> dict[str, Any]:
    """The row of a shard in the table of shards."""
    shard = asdict(one.shard)
    return {**shard, "number": one.number, "languages": json.dumps(one.languages), "kinds": list(one.kinds)}


def _shard_of(row: Mapping[str, Any]) -> ExportedShard:
    languages = {str(name): int(count) for name, count in json.loads(row["languages"]).items()}
    shard = shard_of(row)
    shard = replace(shard, source=harmless(shard.source))
    return ExportedShard(shard, int(row["number"]), languages, tuple(row["kinds"]))
