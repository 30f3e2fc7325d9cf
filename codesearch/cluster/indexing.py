"""Indexing sources into a place: what has to be done, and what has become of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from codesearch.cluster.build import BuildRequest, Built, Divided, Failed, Limits, Outcome, Refused, Unchanged
from codesearch.cluster.lists import EXACT_CHUNKS
from codesearch.cluster.manifest import (
    FACTS,
    LISTS,
    SHARDS,
    Failure,
    Lists,
    Manifest,
    Shard,
    read_manifest,
    recovered_manifest,
    write_manifest,
)
from codesearch.cluster.parts import PART_BYTES
from codesearch.cluster.place import Folder, Place
from codesearch.cluster.sources import Source
from codesearch.errors import CodesearchError
from codesearch.index.lock import WriterLock
from codesearch.index.request import Progress

if TYPE_CHECKING:
    from codesearch.models.encoder import Encoder

SECONDS_BETWEEN_MANIFESTS = 5.0
MOST_GROWTH = 2
"""Lists are trained again when a place has so many times the chunks, or has shrunk as much."""
_LOCK = "lock"


class Tasks(Protocol):
    """Runs `build` for requests, on as many cores as there are."""

    @property
    def running(self) -> int:
        """The number of requests without an outcome."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether another request should be started now."""
        ...

    def start(self, request: BuildRequest) -> None:
        """Start the task of a request."""
        ...

    def next(self) -> Outcome:
        """Wait for the next outcome. Raises CodesearchError if there can be none."""
        ...

    def train_lists(self, place: str, shards: Sequence[Shard]) -> Lists | None:
        """Run the function of this name. Raises CodesearchError."""
        ...


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The result of indexing sources."""

    sources: int
    unchanged: int
    shards: int
    """In the place, also of other sources."""
    chunks: int
    size: int
    """Of the shards, in bytes."""
    built_chunks: int
    core_seconds: float
    """Processor time of the tasks that built shards."""
    seconds: float
    failures: tuple[Failure, ...]
    removed: int
    """Sources that were not named, and whose shards were therefore removed."""
    lost: tuple[str, ...]
    """Sources that were not named, and are not in the place any more: a file of theirs was missing or cut off."""


@dataclass
class _Run:
    """The state of a run."""

    shards: dict[str, Sequence[Shard]]
    """The shards of the place, by source."""
    failures: dict[str, str] = field(default_factory=dict)
    lists: Lists | None = None
    parts: dict[str, dict[int, Shard]] = field(default_factory=dict)
    """The shards that are built of each source that has parts left."""
    done: set[str] = field(default_factory=set)
    """The sources of which nothing is left to do."""
    unchanged: int = 0
    built_chunks: int = 0
    core_seconds: float = 0.0

    def version(self, source: Source) -> str:
        """The version of a source's shards; empty if there are none."""
        shards = self.shards.get(source.name)
        return shards[0].version if shards else ""

    def manifest(self) -> Manifest:
        """The manifest as of now."""
        shards = sorted(shard for found in self.shards.values() for shard in found)
        failures = sorted((Failure(*failure) for failure in self.failures.items()), key=lambda one: one.source)
        return Manifest(tuple(shards), tuple(failures), self.lists)


def index_sources(
    place: Place,
    sources: Sequence[Source],
    tasks: Tasks,
    *,
    model: str,
    limits: Limits,
    progress: Progress,
    prune: bool = False,
    part_bytes: int = PART_BYTES,
    encoder: Encoder | None = None,
) -> IndexReport:
    """Bring the shards of the sources up to date, each by tasks of its own.

    `encoder` is one of the model that tasks share. Other sources keep their shards unless `prune`. Whatever ends a run,
    the shards that were finished stay, and the next run goes on from there. Raises CodesearchError if the place is of a
    newer format or another run writes it, or a node has another version of codesearch.
    """
    started = time.monotonic()
    with _locked(place):
        place.sweep()
        known = read_manifest(place) or recovered_manifest(place)
        run = _Run(_whole_shards(place, known), lists=_whole_lists(place, known))
        named = {source.name for source in sources}
        others = known.by_source.keys() - named
        lost = others - run.shards.keys()
        if prune:
            run.shards = {name: shards for name, shards in run.shards.items() if name in named}
        waiting = deque(
            BuildRequest(source, str(place), model, limits, run.version(source), part_bytes=part_bytes, encoder=encoder)
            for source in sources
        )
        with _keeping(place, run) as keep:
            for outcome in _outcomes(waiting, tasks):
                waiting.extend(_follow(run, outcome))
                progress("indexing", len(run.done), len(sources), run.built_chunks)
                keep()
            if run.manifest().chunks <= EXACT_CHUNKS:
                run.lists = None
            elif _are_old(run.manifest()):
                progress("training lists", len(run.done), len(sources), run.built_chunks)
                run.lists = tasks.train_lists(str(place), run.manifest().shards)
        _delete_others(place, run)
    removed, lost = (len(others), set()) if prune else (0, lost)
    return _report(run, len(sources), time.monotonic() - started, removed, tuple(sorted(lost)))


def _outcomes(waiting: deque[BuildRequest], tasks: Tasks) -> Iterator[Outcome]:
    """The outcomes of requests, to which others may be added meanwhile."""
    while waiting or tasks.running:
        while waiting and tasks.has_room:
            tasks.start(waiting.popleft())
        yield tasks.next()


def _follow(run: _Run, outcome: Outcome) -> Sequence[BuildRequest]:
    """Record an outcome; returns the requests that follow from it. Raises CodesearchError for a node that refuses."""
    request, name = outcome.request, outcome.request.source.name
    match outcome:
        case Refused(_, reason):
            raise CodesearchError(reason, "install the same version on each node")
        case Failed(_, reason):
            run.failures[name] = reason
            run.parts.pop(name, None)
            run.done.add(name)
        case Unchanged():
            run.unchanged += 1
            run.done.add(name)
        case Divided(_, parts):
            run.parts[name] = {}
            return [replace(request, part=part, parts=parts) for part in range(parts)]
        case Built(_, shard, seconds):
            run.built_chunks += shard.chunks if seconds else 0
            run.core_seconds += seconds
            _place_shard(run, shard)
    return ()


def _place_shard(run: _Run, shard: Shard) -> None:
    """Replace the shards of a source once all of its parts are there, all of the same state."""
    if shard.source in run.failures:
        return
    parts = run.parts.setdefault(shard.source, {})
    parts[shard.part] = shard
    if len(parts) == shard.parts:
        del run.parts[shard.source]
        run.done.add(shard.source)
        if len({part.version for part in parts.values()}) == 1:
            run.shards[shard.source] = [parts[number] for number in sorted(parts)]
        else:
            run.failures[shard.source] = "it changed while it was being indexed"


def _whole_shards(place: Place, manifest: Manifest) -> dict[str, Sequence[Shard]]:
    """The shards of the manifest, by source, without sources of which a file is missing or was cut off."""
    sizes = place.sizes(SHARDS)
    return {
        name: shards
        for name, shards in manifest.by_source.items()
        if len(shards) == shards[0].parts and all(sizes.get(shard.file) == shard.size for shard in shards)
    }


def _whole_lists(place: Place, manifest: Manifest) -> Lists | None:
    """The lists of the manifest, if their file is there."""
    return manifest.lists if manifest.lists and place.size(f"{LISTS}/{manifest.lists.file}") else None


def _are_old(manifest: Manifest) -> bool:
    """Whether a place has no lists, those of another model, or of a time when it was much smaller or larger."""
    lists, of = manifest.lists, manifest.shards[0]
    if lists is None or (lists.model, lists.revision) != (of.model, of.revision):
        return True
    return not lists.chunks / MOST_GROWTH <= manifest.chunks <= lists.chunks * MOST_GROWTH


@contextmanager
def _keeping(place: Place, run: _Run) -> Iterator[_Keep]:
    """Write the manifest every few seconds, and when the context ends."""
    keep = _Keep(place, run)
    try:
        yield keep
    finally:
        write_manifest(place, run.manifest())


class _Keep:
    def __init__(self, place: Place, run: _Run) -> None:
        self._place, self._run = place, run
        self._next = time.monotonic() + SECONDS_BETWEEN_MANIFESTS

    def __call__(self) -> None:
        if time.monotonic() > self._next:
            write_manifest(self._place, self._run.manifest())
            self._next = time.monotonic() + SECONDS_BETWEEN_MANIFESTS


def _delete_others(place: Place, run: _Run) -> None:
    """Delete the shards and lists that the manifest does not name: those of earlier states."""
    shards = {shard.file for shards in run.shards.values() for shard in shards}
    facts = {file.removesuffix(".tar") + FACTS for file in shards}
    lists = {run.lists.file} if run.lists else set()
    for folder, kept in ((SHARDS, shards | facts), (LISTS, lists)):
        for name in place.sizes(folder).keys() - kept:
            place.delete(f"{folder}/{name}")


def _locked(place: Place) -> AbstractContextManager[object]:
    """One run at a time writes a folder."""
    if not isinstance(place, Folder):
        return nullcontext()
    if not place.root.exists():
        place.root.mkdir(mode=0o700, parents=True)
        (place.root / ".gitignore").write_text("*\n", encoding="utf-8")  # it may be in a folder that is indexed
    return WriterLock(place.root / _LOCK)


def _report(run: _Run, sources: int, seconds: float, removed: int, lost: tuple[str, ...]) -> IndexReport:
    manifest = run.manifest()
    return IndexReport(
        sources=sources,
        unchanged=run.unchanged,
        shards=len(manifest.shards),
        chunks=manifest.chunks,
        size=sum(shard.size for shard in manifest.shards),
        built_chunks=run.built_chunks,
        core_seconds=run.core_seconds,
        seconds=seconds,
        failures=manifest.failures,
        removed=removed,
        lost=lost,
    )
