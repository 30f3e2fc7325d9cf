"""Writing the tables of an export. If two write at once, what one of them has begun is refused, and no state is mixed.

A writer keeps the tables that it has opened. Before it changes them, it restores each to the published version, even if
that is the latest one. Lance refuses a change by whoever opened a table before it was restored; so of several writers,
only the last to begin can go on. A state is published only in place of the one that the writer began with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from datetime import timedelta
from typing import Any

from codesearch.cluster.manifest import Shard
from codesearch.errors import CodesearchError
from codesearch.lance.address import Address
from codesearch.lance.indexes import delete_old_versions, make_indexes
from codesearch.lance.tables import (
    FACTS,
    FORMAT,
    SHARDS,
    ExportedShard,
    State,
    foreign,
    read_state,
    row_of,
    table_names,
)

_CONFLICTS = ("commit conflict", "Incompatible transaction")
"""What Lance says if another writer came first."""
_EXISTS = "already exists"


class AnotherWriter(CodesearchError):
    """Another export writes the same tables."""


class Writing:
    """The tables of an export, of which this is the only writer, or finds that it is not."""

    def __init__(self, address: Address, connection: Any) -> None:
        """Reads the published state, and makes an empty one if there is none.

        Raises CodesearchError, also if there are tables that codesearch has not made.
        """
        self._address = address
        self._connection = connection
        self._tables: dict[str, Any] = {}
        state = read_state(address, connection)
        if state is None:
            if table_names(connection):
                raise foreign(address)
            state = self._make(connection)
        with address.reached():
            self._shards = connection.open_table(SHARDS)
        self.state: State = state
        if self._shards.version != state.published:
            raise self._another()

    def _make(self, connection: Any) -> State:
        """An export without shards."""
        with self._address.reached():
            try:
                table = connection.create_table(SHARDS, _table_of((), {}, unindexed=0, has_indexes=False))
            except ValueError as error:
                if _EXISTS in str(error):
                    raise self._another() from error
                raise
        return State(published=table.version)

    @property
    def is_latest(self) -> bool:
        """Whether the tables are as they were published, for those who open them without this program."""
        with self._alone():
            there = table_names(self._connection)
            versions = self.state.versions.items()
            return all(
                name in there and self._connection.open_table(name).version == version for name, version in versions
            )

    def begin(self) -> None:
        """Restore all tables to their published versions: what writers that were killed have done since is gone, and
        others that are at work can't go on.

        Raises CodesearchError, also if a table is missing.
        """
        there = table_names(self._connection)
        if missing := [name for name in self.state.versions if name not in there]:
            raise CodesearchError(f"the table {missing[0]} of {self._address.text} is missing", self._address.to_repair)
        with self._alone():
            for name, version in self.state.versions.items():
                table = self._connection.open_table(name)
                table.checkout(version)
                table.restore()
                self._tables[name] = table

    def check(self) -> None:
        """Raises AnotherWriter if another one has begun or published since."""
        with self._alone():
            if not self._is_alone():
                raise self._another()

    def write(self, name: str, rows: Any, replaced: Sequence[ExportedShard]) -> None:
        """Delete the rows of some shards from a table, and add rows, if there are any."""
        with self._alone():
            if (table := self._tables.get(name)) is not None:
                if replaced:
                    table.delete(f"shard IN ({', '.join(str(one.number) for one in replaced)})")
                if rows is not None:
                    table.add(rows)
            elif rows is not None:  # one of a writer that was killed may be there
                self._tables[name] = self._connection.create_table(name, rows, mode="overwrite")

    def make_indexes(self) -> None:
        """See codesearch.lance.indexes."""
        with self._alone():
            make_indexes(self._tables)

    def publish(self, shards: Sequence[ExportedShard], *, unindexed: int = 0, has_indexes: bool = False) -> None:
        """Make the tables as they are the published state."""
        ordered = tuple(sorted(shards))
        versions = {name: table.version for name, table in self._tables.items()}
        self.check()
        with self._alone():
            rows = _table_of(ordered, versions, unindexed=unindexed, has_indexes=has_indexes)
            self._shards.add(rows, mode="overwrite")
        self.state = State(ordered, versions, unindexed, has_indexes, self._shards.version)

    def delete_old_versions(self, older_than: timedelta) -> None:
        """See codesearch.lance.indexes. Another writer that has begun meanwhile will see to it."""
        with suppress(AnotherWriter), self._alone():
            if self._is_alone():
                delete_old_versions(self._tables, older_than)

    def _is_alone(self) -> bool:
        """Whether nobody else has written since."""
        kept = {SHARDS: self._shards, **self._tables}
        return all(self._connection.open_table(name).version == table.version for name, table in kept.items())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Raises AnotherWriter where Lance says so, and CodesearchError for what else is wrong."""
        with self._address.reached():
            try:
                yield
            except (OSError, RuntimeError, ValueError) as error:
                if any(said in str(error) for said in _CONFLICTS) or not self._is_alone():
                    raise self._another() from error
                raise

    def _another(self) -> AnotherWriter:
        return AnotherWriter(
            f"another codesearch cluster export writes to {self._address.text}", "run this one when it has ended"
        )


def _table_of(
    shards: Sequence[ExportedShard], versions: Mapping[str, int], *, unindexed: int, has_indexes: bool
) -> Any:
    """The rows of the table of shards, with the other facts of a state."""
    import pyarrow as pa

    facts = {"format": FORMAT, "versions": versions, "unindexed": unindexed, "has_indexes": has_indexes}
    columns = [(one.name, pa.int64() if one.type == "int" else pa.string()) for one in fields(Shard)]
    own = [("number", pa.int64()), ("languages", pa.string()), ("kinds", pa.list_(pa.string()))]
    schema = pa.schema([*columns, *own], metadata={FACTS: json.dumps(facts)})
    return pa.Table.from_pylist([row_of(one) for one in shards], schema)
