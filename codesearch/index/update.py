"""Updating an index: changed files are processed, staged, and published in one transaction."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from codesearch.discovery.discover import check_root
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.known import KnownFiles
from codesearch.discovery.options import DiscoveryOptions
from codesearch.errors import CodesearchError, IndexDamaged, IndexUntrusted, KeepElsewhere
from codesearch.index import options as recorded_options
from codesearch.index import reuse
from codesearch.index.access import check_file_types, open_store
from codesearch.index.database import read_old_meta
from codesearch.index.folder import prepare, size_on_disk
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock
from codesearch.index.plan import Plan, make_plan
from codesearch.index.recovery import cleared, open_or_rebuild, remove_orphaned_segments
from codesearch.index.relatives import remember
from codesearch.index.request import Progress, UpdateRequest
from codesearch.index.rows import FileCounts
from codesearch.index.settings import read_meta, state_name
from codesearch.index.store import Store
from codesearch.index.tally import tally
from codesearch.models.encoder import Encoder


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """Files that were not processed, because the index of another worktree or clone of the repository had them."""

    files: int
    """Those that are indexed."""
    index: Path
    """The folder of that index."""


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """The result of an update."""

    files: int
    added: int
    """Files that are indexed and were not before. Those that are skipped for what they contain are not indexed."""
    changed: int
    removed: int
    chunks: int
    chunks_by_language: Mapping[str, int]
    skipped: Mapping[str, int]
    fallbacks: Mapping[str, int]
    """Number of files chunked into windows of lines, by reason."""
    seconds: float
    size: int
    """Bytes on disk."""
    taken: TakenFiles | None = None
    """The files that a new index has from another one."""
    repaired: tuple[str, ...] = ()
    """Descriptions of the damage that was repaired."""

    @property
    def is_unchanged(self) -> bool:
        """Whether the index holds what it held before."""
        return not (self.added or self.changed or self.removed or self.repaired)


def _ignore_progress(phase: str, done: int, total: int, chunks: int) -> None:
    pass


def update(
    layout: Layout,
    encoder: Encoder,
    options: DiscoveryOptions | None = None,
    *,
    force: bool = False,
    verify: bool = False,
    wait: bool = False,
    jobs: int = 0,
    progress: Progress | None = None,
    files: KnownFiles | None = None,
    changed: Collection[str] | None = None,
) -> UpdateReport:
    """Create or update the index. `jobs` is the number of processes, 0 for one per core.

    `options` default to those of the last update. `force` processes all files again. Damaged parts are rebuilt;
    `verify` looks for damage in the whole index, not only in what the update reads. `wait` waits for an update by
    another process to finish. `changed` are the only paths that have changed since `files` was last used (see
    codesearch.discovery.discover.rediscover).

    If the model has changed, the old index remains in use until the new one is complete. After an interruption, the
    next update with the same model continues where this one stopped.

    Raises IndexLocked, IndexIncompatible for a newer format (which `force` replaces), or CodesearchError if the folder
    can't be read or written. After an exception the published index is unchanged.
    """
    started = time.perf_counter()
    progress = progress or _ignore_progress
    try:
        check_root(layout.root)
        reason = _reason_for_distrust(layout)  # before prepare() deletes links
        prepare(layout)
        with WriterLock(layout.lock, partial(_report_waiting, layout, progress) if wait else None):
            reason = reason or _reason_for_distrust(layout)
            options = options or _recorded_options(layout)
            prepare(layout)  # the previous holder of the lock may have removed the folders
            files = files or KnownFiles(layout.root, layout.discovery)
            found = files.find(options, changed)
            request = UpdateRequest(layout, encoder, options, progress, jobs or os.cpu_count() or 1, force, verify)
            return _run(request, files, found, reason, started)
    except OSError as error:
        raise CodesearchError(
            f"{layout.folder} can't be written: {error.strerror or error}", _REMEDIES.get(error.errno or 0, "")
        ) from error


_REMEDIES = {
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), KeepElsewhere()),
    **dict.fromkeys(
        (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY), KeepElsewhere("other files are in the way")
    ),
}


def _reason_for_distrust(layout: Layout) -> str:
    """Why an existing index is not used but rebuilt; empty if it can be used, or there is none."""
    try:
        check_file_types(layout)
        if layout.exists():
            open_store(layout).close()
    except IndexUntrusted as error:
        return error.message
    except CodesearchError:
        return ""  # opening it for the update raises it again
    return ""


def _report_waiting(layout: Layout, progress: Progress, holder: str) -> None:
    """Report which process the update is waiting for, and that process's progress if it can be read."""
    try:
        staged = _staged_counts(layout)
    except CodesearchError:
        staged = FileCounts(0, 0)
    progress(f"waiting for {holder}", staged.files, 0, staged.chunks)


def _staged_counts(layout: Layout) -> FileCounts:
    """The numbers of files and chunks that another process's update has staged. Raises CodesearchError."""
    store = open_store(layout)
    try:
        return store.staged_counts()
    finally:
        store.close()


def _recorded_options(layout: Layout) -> DiscoveryOptions:
    """The options of the last update, also of an older format; the defaults if there is none or it can't be read."""
    try:
        return recorded_options.read_options(read_meta(layout))
    except IndexUntrusted:
        return DiscoveryOptions()
    except CodesearchError:
        return recorded_options.read_options(read_old_meta(layout.database))


def _run(request: UpdateRequest, files: KnownFiles, found: Discovery, distrusted: str, started: float) -> UpdateReport:
    """Plan, execute, publish and report, while the lock is held."""
    is_new = not (request.force or distrusted or request.layout.exists())
    other = reuse.begin(request, found) if is_new else None
    opened = open_or_rebuild(request, distrusted)
    store = opened.store
    taken = None
    skipped: frozenset[str] = frozenset()
    try:
        try:
            plan = make_plan(request, store, found, repaired=bool(opened.repaired))
        except IndexDamaged as error:
            opened = cleared(request, store, error)
            plan = make_plan(request, store, found, repaired=True)
        if not plan.is_empty:
            from codesearch.index.execute import execute  # this and the next import the chunker, 30 ms
            from codesearch.index.publish import publish

            executed = execute(request, store, plan.changed)
            skipped = publish(request, store, plan, executed.staging, found)
            remember(request.layout)
            taken = TakenFiles(executed.kept, other.folder) if other else None
        remove_orphaned_segments(request.layout, store)
        files.keep(state_name(store.meta()), _doubtful(store, plan, found))
        counted = tally(store.recorded_groups(), found.skipped)
    finally:
        store.close()  # and with it the log, which would be part of the size
    changes = _changes(plan, skipped)
    return UpdateReport(
        files=counted.files,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        chunks=counted.chunks,
        chunks_by_language=counted.chunks_by_language,
        skipped=counted.skipped,
        fallbacks=counted.fallbacks,
        seconds=time.perf_counter() - started,
        size=size_on_disk(request.layout),
        repaired=(*opened.repaired, *plan.losses.reasons),
        taken=taken,
    )


def _doubtful(store: Store, plan: Plan, found: Discovery) -> list[str]:
    """The paths of which the index still has other stamps: the files have just changed."""
    stored = {file.path: file.stamp for file in store.stamps(plan.suspects)}
    return [file.path for file in found.files.among(plan.suspects) if stored.get(file.path) != file.stamp]


class _Changes(NamedTuple):
    """Numbers of indexed files."""

    added: int
    changed: int
    removed: int


def _changes(plan: Plan, skipped: Collection[str]) -> _Changes:
    """The changes that a plan made, of whose files those with the paths `skipped` are not indexed."""
    were_indexed = [file for file in plan.replaced if not file.skipped]
    changed = sum(file.path not in skipped for file in were_indexed)
    indexed = sum(file.path not in skipped for file in plan.changed)
    gone = sum(not file.skipped for file in plan.removed)
    return _Changes(indexed - changed, changed, gone + len(were_indexed) - changed)
