"""Bring an index up to date: what changed is worked on, written aside, and published in one step."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from codesearch.discovery.discover import Discovery, KnownFiles, check_root
from codesearch.discovery.options import DiscoveryOptions
from codesearch.errors import CodesearchError, IndexUntrusted, KeepElsewhere
from codesearch.index import options as recorded_options
from codesearch.index.access import check_places, open_store
from codesearch.index.database import old_meta
from codesearch.index.execute import execute
from codesearch.index.folder import prepare, size_on_disk
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock
from codesearch.index.plan import Plan, make_plan
from codesearch.index.publish import publish, sweep_unknown
from codesearch.index.recovery import open_sound
from codesearch.index.request import Progress, UpdateRequest
from codesearch.index.settings import read_meta
from codesearch.index.store import Store
from codesearch.index.tally import tally
from codesearch.models.encoder import Encoder


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What an update did."""

    files: int
    added: int
    changed: int
    removed: int
    chunks: int
    chunks_by_language: Mapping[str, int]
    skipped: Mapping[str, int]
    fallbacks: Mapping[str, int]
    """Files cut into line windows, by the reason."""
    seconds: float
    size: int
    """Bytes on disk."""
    repaired: tuple[str, ...] = ()
    """What was found damaged and rebuilt."""

    @property
    def is_unchanged(self) -> bool:
        """Nothing had to be done."""
        return not (self.added or self.changed or self.removed or self.repaired)


def _silent(phase: str, done: int, total: int, chunks: int) -> None:
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

    What is found damaged is rebuilt; `verify` looks for damage in all of the index, not only in what the update reads.
    With `wait`, an update by another process is waited for. With `changed`, only these paths have changed since `files`
    were last looked at (see codesearch.discovery.discover.rediscover).

    Without `options` those of the last update hold on. An index of another model answers until the new one is whole;
    an update that is interrupted goes on where it stopped when it is run again with the same model.

    Raises IndexLocked, IndexIncompatible (of a newer format; `force` starts anew) or CodesearchError where the folder
    can't be read or written. Whatever is raised, the old index stays as it was.
    """
    started = time.perf_counter()
    progress = progress or _silent
    try:
        check_root(layout.root)
        reason = _reason_for_distrust(layout)  # before prepare() takes links away
        prepare(layout)
        with WriterLock(layout.lock, partial(_show_waiting, layout, progress) if wait else None):
            reason = reason or _reason_for_distrust(layout)
            options = options or _recorded_options(layout)
            prepare(layout)  # whoever was waited for may have removed the folders
            found = (files or KnownFiles(layout.root)).find(options, changed)
            request = UpdateRequest(layout, encoder, options, progress, jobs or os.cpu_count() or 1, force, verify)
            return _run(request, found, reason, started)
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
    """Why what lies there is not used but rebuilt, or nothing."""
    try:
        check_places(layout)
        if layout.exists():
            open_store(layout).close()
    except IndexUntrusted as error:
        return error.message
    except CodesearchError:
        return ""  # opening it for the update says so
    return ""


def _show_waiting(layout: Layout, progress: Progress, holder: str) -> None:
    """Tell which process is waited for, and how far it is where that can be read."""
    try:
        files, chunks = _written(layout)
    except CodesearchError:
        files = chunks = 0
    progress(f"waiting for {holder}", files, 0, chunks)


def _written(layout: Layout) -> tuple[int, int]:
    """How many files and chunks the update of another process has written. Raises CodesearchError."""
    store = open_store(layout)
    try:
        return store.written()
    finally:
        store.close()


def _recorded_options(layout: Layout) -> DiscoveryOptions:
    """The options of the last update, of an older format too; the defaults where there was none or it can't be read."""
    try:
        return recorded_options.recorded(read_meta(layout))
    except IndexUntrusted:
        return DiscoveryOptions()
    except CodesearchError:
        return recorded_options.recorded(old_meta(layout.database))


def _run(request: UpdateRequest, found: Discovery, distrusted: str, started: float) -> UpdateReport:
    """Plan, execute, publish and report, under the writer's lock."""
    opened = open_sound(request, distrusted)
    store = opened.store
    try:
        plan = make_plan(request, store, found, repaired=bool(opened.repaired))
        if not plan.is_empty:
            staging = execute(request, store, plan.changed)
            publish(request, store, plan, staging, found)
        sweep_unknown(request.layout, store)
        return _report(request.layout, store, plan, found, opened.repaired, started)
    finally:
        store.close()


def _report(
    layout: Layout, store: Store, plan: Plan, found: Discovery, repaired: tuple[str, ...], started: float
) -> UpdateReport:
    counted = tally(store.files(), found.skipped)
    return UpdateReport(
        files=counted.files,
        added=len(plan.changed) - len(plan.replaced),
        changed=len(plan.replaced),
        removed=len(plan.gone),
        chunks=counted.chunks,
        chunks_by_language=counted.chunks_by_language,
        skipped=counted.skipped,
        fallbacks=counted.fallbacks,
        seconds=time.perf_counter() - started,
        size=size_on_disk(layout),
        repaired=(*repaired, *plan.losses.reasons),
    )
