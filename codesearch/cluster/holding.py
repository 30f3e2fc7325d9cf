"""Holding shards: which group holds which, and copies of them on a node's own disk."""

from __future__ import annotations

import os
import shutil
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path

from codesearch.cluster.archive import unpack
from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.lists import LISTS_COPIES
from codesearch.cluster.manifest import LISTS, SHARDS, Manifest, Shard, read_manifest
from codesearch.cluster.place import Place
from codesearch.cluster.scratch import node_folder, scratch
from codesearch.errors import CodesearchError, IndexDamaged
from codesearch.index.layout import FORMAT

MAX_UNUSED_SECONDS = 7 * 86_400.0
"""Copies of shards that nobody has held for a week are deleted."""
_COPIES = "shards"


def servable_manifest(place: Place) -> Manifest:
    """The manifest of a place whose shards can be searched together. Raises CodesearchError."""
    manifest = read_manifest(place)
    if not manifest or not manifest.shards:
        raise CodesearchError(f"{place} has no shards", "run: codesearch cluster index SOURCE… --out PLACE")
    again = "run the same codesearch cluster index again"
    if newest := max((shard.index_format for shard in manifest.shards if shard.index_format > FORMAT), default=0):
        raise CodesearchError(
            f"{place} has shards of format {newest}; this codesearch reads {FORMAT}", "upgrade codesearch"
        )
    if any(shard.index_format < FORMAT for shard in manifest.shards):
        raise CodesearchError(f"{place} has shards of an older format", again)
    if len({(shard.model, shard.revision) for shard in manifest.shards}) > 1:
        raise CodesearchError(f"{place} has shards of several models", again)
    sizes = place.sizes(SHARDS)
    if broken := sum(sizes.get(shard.file) != shard.size for shard in manifest.shards):
        raise CodesearchError(f"{broken} of {len(manifest.shards)} shards in {place} are missing or truncated", again)
    if manifest.lists and not place.size(f"{LISTS}/{manifest.lists.file}"):
        raise CodesearchError(f"the lists of vectors of {place} are missing", again)
    return manifest


def grouped(shards: Sequence[Shard], groups: int) -> list[range]:
    """The numbers of the shards of each group: consecutive ones, with about as many chunks in each group."""
    groups = min(groups, len(shards))
    ends = [*accumulate(shard.chunks + 1 for shard in shards)]
    bounds = [0]
    for group in range(1, groups):
        wanted = ends[-1] * group / groups
        nearest = min(range(len(ends)), key=lambda i: abs(ends[i] - wanted)) + 1
        bounds.append(min(max(nearest, bounds[-1] + 1), len(shards) - groups + group))
    return [range(first, last) for first, last in zip(bounds, [*bounds[1:], len(shards)], strict=True)]


def hold(place: Place, shard: Shard, number: int, share: float = 1) -> HeldShard:
    """A shard from its copy on this node, which is made first, or again if it is damaged; `share` as for HeldShard.

    Raises CodesearchError if the shard can't be copied, or is damaged itself.
    """
    folder = node_folder(_COPIES) / shard.file.removesuffix(".tar")
    if folder.is_dir():
        try:
            os.utime(folder)
            return HeldShard(number, shard.source, folder, is_whole=shard.parts == 1, share=share)
        except (IndexDamaged, FileNotFoundError):
            shutil.rmtree(folder, ignore_errors=True)
    _copy(place, shard, folder)
    with _damage_named(place, shard):
        return HeldShard(number, shard.source, folder, is_whole=shard.parts == 1, share=share)


@contextmanager
def held_once(place: Place, shard: Shard, number: int) -> Iterator[HeldShard]:
    """A shard from a copy that is deleted when the context ends. Raises as `hold`."""
    with scratch() as folder, _damage_named(place, shard):
        _copy(place, shard, folder / "shard")
        held = HeldShard(number, shard.source, folder / "shard")
        try:
            yield held
        finally:
            held.snapshot.close()


def _copy(place: Place, shard: Shard, folder: Path) -> None:
    """Unpack a shard into a new folder. Raises CodesearchError."""
    try:
        with _damage_named(place, shard), place.reading(f"{SHARDS}/{shard.file}") as archive:
            unpack(archive, folder)
    except OSError as error:
        raise CodesearchError(f"the shard {shard.file} of {place} can't be copied: {error}") from error


@contextmanager
def _damage_named(place: Place, shard: Shard) -> Iterator[None]:
    """Raises CodesearchError for a shard that turns out to be damaged, though it has the right size."""
    try:
        yield
    except (IndexDamaged, tarfile.TarError) as error:
        raise CodesearchError(
            f"{place}/{SHARDS}/{shard.file} is damaged", "delete it, and run the same codesearch cluster index again"
        ) from error


def delete_unused_copies() -> None:
    """Delete copies, and lists of their vectors, that have not been held for MAX_UNUSED_SECONDS."""
    for folder in node_folder(_COPIES).iterdir():
        if _age(folder) > MAX_UNUSED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    for file in node_folder(LISTS_COPIES).iterdir():
        if _age(file) > MAX_UNUSED_SECONDS:
            file.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
