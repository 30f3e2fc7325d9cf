"""The manifest of a place: which shards it holds, of which source at which state."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from codesearch.cluster.place import Place
from codesearch.errors import CodesearchError

FORMAT = 1
"""Version of the manifest: raised if older programs can't read it."""
NAME = "manifest.json"
SHARDS = "shards"
"""The folder of the shards in a place."""
FACTS = ".json"
"""The suffix of the file with the facts of a shard, beside it."""
LISTS = "lists"
"""The folder of the centres of inverted lists."""
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.tar")
_LISTS_FILE = re.compile(r"[0-9a-f]{32}\.safetensors")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """An index of a source, or of a part of a large one, with the texts of its files."""

    source: str
    part: int
    """Counted from 0, of `parts`."""
    parts: int
    version: str
    """A digest of all that the shard depends on: content, model, chunker, format of the index."""
    commit: str
    """Of a repository; empty for a folder."""
    file: str
    """Its name in the folder of shards."""
    size: int
    """Of the file, in bytes."""
    files: int
    chunks: int
    model: str
    revision: str
    """Of the model."""
    index_format: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be indexed, and why. If it has shards, these are of an earlier state."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Inverted lists that are searched where a place has too many vectors for exact search; how they were measured."""

    file: str
    """Its name in the folder of lists."""
    model: str
    revision: str
    centres: int
    """The number of lists."""
    probed: int
    """How many of them a question searches."""
    recall: float
    """The share of the 50 nearest chunks that are in the lists searched."""
    questions: int
    """That it was measured with."""
    sampled: int
    """The chunks that it was measured on."""
    chunks: int
    """Of the place, when that was done."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The shards, by source and part, and the failures of the last run."""

    shards: tuple[Shard, ...] = ()
    failures: tuple[Failure, ...] = field(default=())
    lists: Lists | None = None

    @property
    def chunks(self) -> int:
        """Of all shards."""
        return sum(shard.chunks for shard in self.shards)

    @property
    def by_source(self) -> Mapping[str, Sequence[Shard]]:
        """The shards of each source."""
        found: dict[str, list[Shard]] = {}
        for shard in self.shards:
            found.setdefault(shard.source, []).append(shard)
        return found

    def to_json(self) -> bytes:
        """The manifest as JSON, a shard a line."""
        shards, failures = (
            ",\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows)
            for rows in (self.shards, self.failures)
        )
        lists = json.dumps(self.lists and asdict(self.lists))
        return (
            f'{{"format": {FORMAT}, "shards": [\n{shards}\n], "failures": [\n{failures}\n], "lists": {lists}}}\n'
        ).encode()


def read_manifest(place: Place) -> Manifest | None:
    """The manifest of a place, None if it has none. Raises CodesearchError if it is damaged or of a newer format."""
    data = place.read(NAME)
    if data is None:
        return None
    try:
        record = json.loads(data)
        if record["format"] > FORMAT:
            raise CodesearchError(
                f"{place} has a manifest of format {record['format']}; this codesearch reads up to {FORMAT}",
                "upgrade codesearch",
            )
        shards = tuple(shard_of(row) for row in record["shards"])
        failures = tuple(Failure(**_checked(Failure, row)) for row in record["failures"])
        return Manifest(shards, failures, _lists_of(record.get("lists")))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CodesearchError(
            f"the manifest of {place} is damaged", f"delete {place}/{NAME} and index again: whole shards are kept"
        ) from error


def recovered_manifest(place: Place) -> Manifest:
    """The manifest of a place that has lost it, by the facts beside its shards; of each source, one whole state."""
    states: dict[tuple[str, str], list[Shard]] = {}
    for name in sorted(place.sizes(SHARDS)):
        if name.endswith(FACTS) and (shard := read_facts(place, name.removesuffix(FACTS))):
            states.setdefault((shard.source, shard.version), []).append(shard)
    whole = {source: shards for (source, _), shards in states.items() if len(shards) == shards[0].parts}
    return Manifest(tuple(sorted(shard for shards in whole.values() for shard in shards)))


def read_facts(place: Place, name: str) -> Shard | None:
    """The facts beside a shard, None if there are none that can be read. `name` has no suffix."""
    data = place.read(f"{SHARDS}/{name}{FACTS}")
    try:
        return shard_of(json.loads(data)) if data else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def shard_of(row: Mapping[str, Any]) -> Shard:
    """A shard of its JSON. Raises ValueError, KeyError or TypeError."""
    if not _FILE.fullmatch(row["file"]):
        raise ValueError("a shard's file has an invalid name")
    return Shard(**_checked(Shard, row))


def _lists_of(row: Mapping[str, Any] | None) -> Lists | None:
    if row is None:
        return None
    if not _LISTS_FILE.fullmatch(row["file"]):
        raise ValueError("the file of the lists has an invalid name")
    return Lists(**_checked(Lists, row))


def _checked(kind: type[Shard | Lists | Failure], row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a dataclass's fields. Raises ValueError or KeyError."""
    values = {column.name: row[column.name] for column in fields(kind)}
    if wrong := [column.name for column in fields(kind) if type(values[column.name]).__name__ != column.type]:
        raise ValueError(f"{wrong[0]} is of the wrong type")
    return values


def write_manifest(place: Place, manifest: Manifest) -> None:
    """Replace the manifest of a place."""
    place.write(NAME, manifest.to_json())
