"""Exporting a place's shards: only those that are not there yet, in states that a reader sees before or after."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from codesearch.cluster.holding import held_once, servable_manifest
from codesearch.cluster.manifest import Shard
from codesearch.cluster.place import Place
from codesearch.errors import CodesearchError
from codesearch.index.lock import WriterLock
from codesearch.lance.address import Address
from codesearch.lance.tables import TABLES, ExportedShard
from codesearch.lance.writing import Writing

if TYPE_CHECKING:
    from codesearch.index.request import Progress

CHUNKS_AT_ONCE = 32_768
"""Written and published together: about 100 MB of memory; each state takes six commits."""
KEPT = timedelta(minutes=10)
"""How long earlier states are kept, for questions that are being answered."""
KEPT_UNSEARCHABLE = timedelta(milliseconds=1)
"""How long states that nobody can search are kept: those of a first export."""
_LOCK = "export.lock"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did."""

    shards: int
    """That the export holds."""
    chunks: int
    added: int
    """Shards written."""
    removed: int
    """Shards deleted, as they are not in the place any more."""
    seconds: float


def export(place: Place, address: Address, progress: Progress) -> ExportReport:
    """Bring an export up to date with a place. Whatever ends it, the next one goes on from the last published state.

    Raises CodesearchError if either can't be used.
    """
    started = time.monotonic()
    manifest = servable_manifest(place)
    if not manifest.chunks:
        raise CodesearchError(f"{place} has nothing to export: no file of it has code")
    if address.folder:
        address.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = address.connect()
    with _locked(address):
        writing = Writing(address, connection)
        state = writing.state
        there, wanted = {one.shard.file for one in state.shards}, {shard.file for shard in manifest.shards}
        missing = {
            source: [shard for shard in shards if shard.file not in there]
            for source, shards in manifest.by_source.items()
            if not there.issuperset(shard.file for shard in shards)
        }
        outdated = [one for one in state.shards if one.shard.file not in wanted]
        writer = _Writer(writing, outdated)
        if missing or outdated or state.unindexed or not writing.is_latest:
            writing.begin()
        for done, shards in enumerate(missing.values()):
            progress("exporting", done, len(missing), writer.chunks)
            writer.add(place, shards)
        progress("indexing", len(missing), len(missing), writer.chunks)
        writer.finish()
    held = writing.state.shards
    chunks = sum(one.shard.chunks for one in held)
    return ExportReport(len(held), chunks, writer.added, len(outdated), time.monotonic() - started)


class _Writer:
    """Writes sources, several at once, and publishes the state after each time."""

    def __init__(self, writing: Writing, outdated: Sequence[ExportedShard]) -> None:
        """`outdated` are the shards to delete: with those that replace them, or at the end."""
        self._writing = writing
        self._outdated = [*outdated]
        self._next = max((one.number for one in writing.state.shards), default=-1) + 1
        self._read: list[tuple[ExportedShard, Mapping[str, Any]]] = []
        """Shards that are yet to be written, and their rows."""
        self.added = self.chunks = 0
        """Shards and chunks read."""

    def add(self, place: Place, shards: Sequence[Shard]) -> None:
        """Add all shards of a source."""
        for shard in shards:
            self._read.append(_read(place, shard, self._next))
            self._next += 1
            self.added += 1
            self.chunks += shard.chunks
        if sum(one.shard.chunks for one, _ in self._read) >= CHUNKS_AT_ONCE:
            self._write({one.shard.source for one, _ in self._read})

    def finish(self) -> None:
        """Write the rest, delete what is outdated, and bring the indexes up to date."""
        if self._read or self._outdated:
            self._write({one.shard.source for one in (*self._outdated, *(one for one, _ in self._read))})
        writing = self._writing
        if writing.state.unindexed:
            kept = KEPT if writing.state.has_indexes else KEPT_UNSEARCHABLE
            writing.make_indexes()
            writing.publish(writing.state.shards, has_indexes=True)
            writing.delete_old_versions(kept)

    def _write(self, sources: Collection[str]) -> None:
        """Write what was read, delete the outdated shards of the sources, and publish."""
        self._writing.check()
        replaced = [one for one in self._outdated if one.shard.source in sources]
        for name in TABLES:
            rows = [of_shard[name] for _, of_shard in self._read if of_shard]
            self._writing.write(name, _joined(rows) if rows else None, replaced)
        gone = {one.number for one in replaced}
        state = self._writing.state
        held = [*(one for one in state.shards if one.number not in gone), *(one for one, _ in self._read)]
        changed = sum(one.shard.chunks for one, _ in self._read) + sum(one.shard.chunks for one in replaced)
        self._writing.publish(held, unindexed=state.unindexed + max(changed, 1), has_indexes=state.has_indexes)
        self._outdated = [one for one in self._outdated if one.number not in gone]
        self._read = []


def _joined(rows: Sequence[Any]) -> Any:
    import pyarrow as pa

    return pa.concat_tables(rows)


def _read(place: Place, shard: Shard, number: int) -> tuple[ExportedShard, Mapping[str, Any]]:
    """A shard, and its rows in each table; none if it has no chunks. Raises CodesearchError."""
    from codesearch.lance.rows import rows_of

    with held_once(place, shard, number) as held:
        snapshot = held.snapshot
        exported = ExportedShard(shard, number, dict(snapshot.chunks_by_language), tuple(sorted(snapshot.kinds())))
        return exported, rows_of(held) if snapshot.chunk_count else {}


def _locked(address: Address) -> AbstractContextManager[object]:
    """One export at a time writes a folder."""
    return WriterLock(address.folder / _LOCK) if address.folder else nullcontext()
