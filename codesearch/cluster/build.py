"""Building the shards of one source, on any node: done again, it changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch import __version__
from codesearch.chunking import VERSION as CHUNKER_VERSION
from codesearch.clones import CloneLimits, RemoteRepository, clone, latest_commit
from codesearch.cluster.archive import INDEX, pack
from codesearch.cluster.manifest import FACTS, SHARDS, Shard, read_facts
from codesearch.cluster.parts import PART_BYTES, PartOfFiles, divided
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.scratch import scratch
from codesearch.cluster.sources import Source
from codesearch.discovery.discover import discover
from codesearch.errors import CodesearchError
from codesearch.index.layout import FORMAT, Layout
from codesearch.index.settings import settings
from codesearch.index.snapshot import Snapshot
from codesearch.index.update import update
from codesearch.models.loading import load_encoder
from codesearch.quantities import duration, size

if TYPE_CHECKING:
    from codesearch.discovery.tree import FoundFile
    from codesearch.models.encoder import Encoder

_SLUG = re.compile(r"[^A-Za-z0-9.]+")
_LONGEST_SLUG = 80


@dataclass(frozen=True, slots=True)
class Program:
    """What must be the same on all nodes."""

    version: str = __version__
    index_format: int = FORMAT
    chunker: int = CHUNKER_VERSION


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may take."""

    size: int
    """Bytes of its files; of a clone, bytes on disk."""
    seconds: float
    """To clone it, and to index it or a part of it."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """A source to be indexed into a place, or one of its parts once it is known to have several."""

    source: Source
    place: str
    model: str
    limits: Limits
    known: str = ""
    """The version of its shards in the place."""
    part: int = 0
    parts: int = 0
    """0 if it is not known yet whether it has several."""
    part_bytes: int = PART_BYTES
    program: Program = Program()
    encoder: Encoder | None = None
    """Of that model, elsewhere; None for one of the task's own."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The shards in the place are those of the source as it is."""

    request: BuildRequest


@dataclass(frozen=True, slots=True)
class Divided:
    """The source is large: each of its parts is to be built."""

    request: BuildRequest
    parts: int


@dataclass(frozen=True, slots=True)
class Built:
    """A shard is in the place."""

    request: BuildRequest
    shard: Shard
    seconds: float
    """Of a core that it took; 0 if it was there."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The source could not be indexed."""

    request: BuildRequest
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The node has another version of codesearch, which would build other shards."""

    request: BuildRequest
    reason: str


Outcome = Unchanged | Divided | Built | Failed | Refused


def build(request: BuildRequest) -> Outcome:
    """Build the shard of a source, or find that there is nothing to do."""
    if difference := _difference(request.program):
        return Refused(request, difference)
    try:
        return _build(request)
    except CodesearchError as error:
        return Failed(request, error.message)
    except OSError as error:
        said = error.strerror or str(error)
        return Failed(request, f"{error.filename}: {said}" if error.filename else said)


def _difference(asked: Program) -> str:
    """How the program on this node differs from the one that asks; empty if it does not."""
    here = Program()
    if here == asked:
        return ""
    has = here.version if here.version != asked.version else f"another build of {here.version}"
    return f"node {platform.node()} has codesearch {has}, not {asked.version}"


@lru_cache(maxsize=1)
def _encoder(model: str) -> Encoder:
    """The encoder, loaded once in a process."""
    return load_encoder(model)


def _build(request: BuildRequest) -> Outcome:
    started = _core_seconds()
    encoder, place = request.encoder or _encoder(request.model), open_place(request.place)
    origin = request.source.origin
    commit = latest_commit(origin) if isinstance(origin, RemoteRepository) else ""
    if commit and (outcome := _finished(request, place, _version(encoder, commit))):
        return outcome
    with _folder_of(origin, request.limits) as folder:
        files = discover(folder).files
        version = _version(encoder, commit or _state(files))
        if outcome := _finished(request, place, version):
            return outcome
        parts = divided(files, request.part_bytes)
        if request.parts and len(parts) != request.parts:
            raise CodesearchError("it changed while it was being indexed")
        if len(parts) > 1 and not request.parts:
            return Divided(request, len(parts))
        total = sum(file.stamp.size for file in files)
        if total > request.limits.size:
            raise CodesearchError(f"its files take {size(total)}, more than {size(request.limits.size)}")
        request = replace(request, parts=len(parts))
        shard = _write(request, place, encoder, folder, parts[request.part], version, commit)
    return Built(request, shard, _core_seconds() - started)


def _core_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _finished(request: BuildRequest, place: Place, version: str) -> Outcome | None:
    """That there is nothing to do, because this version is in the place; None if it is not."""
    if version == request.known:
        return Unchanged(request)
    parts = request.parts or 1
    shard = read_facts(place, _name(request.source, version, request.part, parts))
    if shard and place.size(f"{SHARDS}/{shard.file}") == shard.size:
        return Built(replace(request, parts=parts), shard, 0.0)
    return None


def _write(
    request: BuildRequest,
    place: Place,
    encoder: Encoder,
    folder: Path,
    files: Sequence[FoundFile],
    version: str,
    commit: str,
) -> Shard:
    """Index files, and put the shard into the place."""
    name = _name(request.source, version, request.part, request.parts)
    with scratch() as work:
        layout = Layout.of(folder, work / INDEX)
        progress = _Deadline(request.limits.seconds)
        report = update(layout, encoder, jobs=1, progress=progress, files=PartOfFiles(folder, files))
        snapshot = Snapshot.open(layout)
        try:
            paths = [file.path for file in snapshot.files]
        finally:
            snapshot.close()
        with place.writing(f"{SHARDS}/{name}.tar") as target:
            pack(layout, paths, target)
            shard = Shard(
                source=request.source.name,
                part=request.part,
                parts=request.parts,
                version=version,
                commit=commit,
                file=f"{name}.tar",
                size=target.stat().st_size,
                files=report.files,
                chunks=report.chunks,
                model=encoder.name,
                revision=encoder.revision,
                index_format=FORMAT,
            )
            place.write(f"{SHARDS}/{name}{FACTS}", json.dumps(asdict(shard)).encode())
    return shard


class _Deadline:
    """A progress callback that ends an update which takes too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        if time.monotonic() > self._end:
            raise CodesearchError(f"it takes longer than {duration(self._seconds)}")


@contextmanager
def _folder_of(origin: Path | RemoteRepository, limits: Limits) -> Iterator[Path]:
    """The folder of a source; of a repository elsewhere, a clone that lasts as long as the context."""
    if isinstance(origin, Path):
        if not origin.is_dir():
            raise CodesearchError(f"node {platform.node()} has no folder {origin}")
        yield origin
        return
    with scratch() as folder:
        clone(origin, folder, CloneLimits(limits.size, limits.seconds))
        yield folder


def _version(encoder: Encoder, state: str) -> str:
    """A digest of all that a source's shards depend on."""
    facts = {**settings(encoder), "format": str(FORMAT), "state": state}
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16).hexdigest()


def _state(files: Sequence[FoundFile]) -> str:
    """A digest of the paths, sizes and times of files."""
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        digest.update(f"{file.path}\0{file.stamp.size}\0{file.stamp.mtime_ns}\0".encode())
    return digest.hexdigest()


def _name(source: Source, version: str, part: int, parts: int) -> str:
    """The name of a shard's files: readable, and another for each source, version and part."""
    slug = _SLUG.sub("-", source.name).strip("-.")[-_LONGEST_SLUG:].lstrip("-.") or "source"
    digest = hashlib.blake2b(f"{source.name}\0{version}".encode(), digest_size=8).hexdigest()
    return f"{slug}-{digest}" if parts <= 1 else f"{slug}-{digest}-{part}-of-{parts}"
