"""Bring an index up to date: what changed is worked on, written aside, and published in one step."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from codesearch.discovery.discover import DiscoveryOptions, FoundFile, discover, include_rule
from codesearch.discovery.source import read_source
from codesearch.errors import CodesearchError, IndexDamaged, IndexIncompatible
from codesearch.index import options as recorded_options
from codesearch.index import segment
from codesearch.index.embedding_cache import encode_kept
from codesearch.index.layout import FOLDER, Layout
from codesearch.index.lock import WriterLock
from codesearch.index.merging import merge_small
from codesearch.index.segment import Segment
from codesearch.index.settings import read_meta, settings
from codesearch.index.staging import Staging
from codesearch.index.store import FileRow, Store, damaged
from codesearch.index.work import BatchResult, Job, Worker
from codesearch.models.encoder import Embeddings, Encoder

BATCH_BYTES = 400_000
"""A batch's files: long enough to pay for the passing to and fro, short enough for an even load."""
SEVERAL_PROCESSES_BYTES = 1_500_000
"""Below this, starting processes costs more than they save (two workers, 20 ms to start)."""
RACY_NS = 2_000_000_000
"""A file changed this shortly before it was read may change again without another time; its digest decides."""


class Progress(Protocol):
    """Told how an update goes; `total` may grow."""

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        """`phase` is "discovering", "indexing" or "finishing"; `done` and `total` count files."""
        ...


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
    jobs: int = 0,
    progress: Progress | None = None,
) -> UpdateReport:
    """Create or update the index. `jobs` is the number of processes, 0 for one a core.

    Without `options` those of the last update hold on. An index of another model answers until the new one is whole;
    an update that is interrupted goes on where it stopped when it is run again with the same model.

    Raises IndexLocked, IndexIncompatible (of a newer format; `force` starts anew) or CodesearchError where the folder
    can't be read or written. Whatever is raised, the old index stays as it was.
    """
    started = time.perf_counter()
    try:
        options = options or _recorded_options(layout)
        found = discover(layout.root, options)
        layout.create()
        with WriterLock(layout.lock):
            return _Update(layout, encoder, options, progress or _silent, jobs, force).run(
                found.files, found.skipped, started
            )
    except sqlite3.Error as error:
        raise damaged(layout.database, error) from error
    except OSError as error:
        is_read_only = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        raise CodesearchError(
            f"{layout.folder} can't be written: {error.strerror or error}",
            "use --index-dir to keep the index elsewhere" if is_read_only else "",
        ) from error


def _recorded_options(layout: Layout) -> DiscoveryOptions:
    """The options of the last update; the defaults where there was none (or what is left of it can't be read)."""
    try:
        return recorded_options.recorded(read_meta(layout))
    except CodesearchError:
        return DiscoveryOptions()


class _Update:
    """One update, under the writer's lock."""

    def __init__(
        self,
        layout: Layout,
        encoder: Encoder,
        options: DiscoveryOptions,
        progress: Progress,
        jobs: int,
        force: bool,
    ) -> None:
        self.layout, self.encoder, self.options, self.progress = layout, encoder, options, progress
        self.jobs = jobs or os.cpu_count() or 1
        self.force = force
        self.repaired: list[str] = []
        self.store = self._open()

    def run(self, found: Sequence[FoundFile], skipped: Mapping[str, int], started: float) -> UpdateReport:
        """Compare, work, publish, report."""
        try:
            rebuild = self._must_rebuild()
            lost = self._lost_files()
            has_new_options = self.store.meta().get(recorded_options.KEY) != recorded_options.to_record(self.options)
            live = {file.path: file for file in self.store.files()}
            known = {
                path: file
                for path, file in live.items()
                if not rebuild and file.id not in lost and not (has_new_options and file.skipped)
            }
            changed, touched = self._compare(found, known)
            replaced = [live[file.path] for file in changed if file.path in live]
            present = {file.path for file in found}
            gone = [file for path, file in live.items() if path not in present]
            if changed or gone or touched or self.repaired or rebuild or has_new_options:
                staging = self._work(changed)
                self._publish(staging, [*gone, *replaced], touched)
            self._sweep()
            return self._report(skipped, len(changed) - len(replaced), len(replaced), len(gone), started)
        finally:
            self.store.close()

    # what is there

    def _open(self) -> Store:
        """The database; a new one where there is none that can be read, or `force` takes one of a newer format away."""
        if self.layout.database.exists():
            try:
                return Store.open(self.layout.database, write=True)
            except (IndexDamaged, IndexIncompatible) as error:
                if isinstance(error, IndexIncompatible) and not self.force:
                    raise
                self.repaired.append(error.message)
                for file in self.layout.folder.glob("index.db*"):
                    file.unlink()
        return Store.create(self.layout.database)

    def _must_rebuild(self) -> bool:
        """Whether nothing of the old index is of use: it is of another model or chunker, or `force` says so."""
        meta, wanted = self.store.meta(), settings(self.encoder)
        if meta.get("staged_for") != str(wanted):
            staged = list(self.store.files(live=False))
            with self.store.transaction():
                self.store.remove_files(staged)
                self.store.remove_segments(record.number for record in self.store.segments(live=False))
                self.store.set_meta({"staged_for": str(wanted)})
        return self.force or any(meta.get(key, value) != value for key, value in wanted.items())

    def _lost_files(self) -> set[int]:
        """Files whose chunks lie in a segment that is damaged; the segment is forgotten."""
        intact, broken = [], []
        for record in self.store.segments():
            try:
                intact.append(Segment(self.layout.segment(record.number), record, segment.NO_IDS))
            except (IndexDamaged, OSError) as error:
                broken.append(record.number)
                self.repaired.append(getattr(error, "message", f"segment {record.number} is missing"))
        if not broken:
            return set()
        with self.store.transaction():
            self.store.remove_segments(broken)
        return {
            file.id
            for file in self.store.files()
            if file.chunks and not any(one.holds(file.first_chunk) for one in intact)
        }

    def _compare(
        self, found: Sequence[FoundFile], known: Mapping[str, FileRow]
    ) -> tuple[list[FoundFile], list[tuple[int, int]]]:
        """Files to work on, and (time, id) of those that only look changed."""
        changed, touched = [], []
        now = time.time_ns()
        for file in found:
            old = known.get(file.path)
            if old is None or old.size != file.size:
                changed.append(file)
            elif old.mtime_ns != file.mtime_ns or now - file.mtime_ns < RACY_NS:
                source = read_source(self.layout.root, file.path, self.options.max_file_size)
                if source.digest != old.digest:
                    changed.append(file)
                elif old.mtime_ns != file.mtime_ns:
                    touched.append((file.mtime_ns, old.id))
        return changed, touched

    # work

    def _work(self, changed: Sequence[FoundFile]) -> Staging:
        """Work on the files, staging a segment whenever one is full; returns what is left over."""
        staged = {file.path: file for file in self.store.files(live=False)}
        kept = {f.path for f in changed if (s := staged.get(f.path)) and (s.size, s.mtime_ns) == (f.size, f.mtime_ns)}
        stale = [file for path, file in staged.items() if path not in kept]
        if stale:
            with self.store.transaction():
                self.store.remove_files(stale)
        todo = [file for file in changed if file.path not in kept]
        staging = Staging(self.layout, self.store)
        listed = {file.path: file for file in todo}
        done, chunks = len(kept), sum(staged[path].chunks for path in kept)
        self.progress("indexing", done, len(changed), chunks)
        for batch in self._batches(todo):
            embeddings = batch.embeddings
            if embeddings is None:
                embeddings = self._encode(batch, done, len(changed), chunks)
            staging.take(batch, embeddings, listed)
            done += len(batch.files)
            chunks += len(batch.counts.sizes)
            self.progress("indexing", done, len(changed), chunks)
            if staging.is_full:
                with self.store.transaction():
                    staging.write()
        self.progress("finishing", done, len(changed), chunks)
        return staging

    def _batches(self, todo: Sequence[FoundFile]) -> Iterator[BatchResult]:
        include = include_rule(self.options)
        worker = Worker(
            self.layout.root, self.options.max_file_size, None if self.encoder.is_costly else self.encoder, include
        )
        jobs = _jobs(todo)
        is_large = sum(file.size for file in todo) >= SEVERAL_PROCESSES_BYTES
        if (self.jobs > 1 and is_large) or any(file.path.endswith(_RISKY_ENDINGS) for file in todo):
            from codesearch.index import pool

            yield from pool.run(worker, jobs, min(self.jobs, len(jobs)))
        else:
            yield from map(worker, jobs)

    def _encode(self, batch: BatchResult, done: int, total: int, chunks: int) -> Embeddings:
        """A costly encoder's vectors of a batch, which may take minutes: how it goes is told in between."""

        def told(texts: int) -> None:
            self.progress("indexing", done + len(batch.files) * texts // len(batch.texts), total, chunks + texts)

        return encode_kept(self.store, self.encoder, batch.texts, told)

    # the switch

    def _publish(self, staging: Staging, old: Sequence[FileRow], touched: Sequence[tuple[int, int]]) -> None:
        """Everything new becomes live and everything old goes, in one transaction."""
        with self.store.transaction():
            staging.write()
            self.store.remove_files(old)
            self.store.touch_files(touched)
            self.store.publish()
            self.store.set_meta({**settings(self.encoder), **self._place(), "last_chunk": str(staging.next_chunk - 1)})
            self.store.set_meta({recorded_options.KEY: recorded_options.to_record(self.options)})
            deleted = expanded(self.store.deletions())
            merge_small(
                self.layout,
                self.store,
                [Segment(self.layout.segment(r.number), r, deleted) for r in self.store.segments()],
            )

    def _place(self) -> dict[str, str]:
        """Where the indexed folder is, for an index that lies elsewhere; one inside it can be moved with it."""
        inside = self.layout.folder == self.layout.root / FOLDER
        return {"root": "" if inside else str(self.layout.root)}

    def _sweep(self) -> None:
        """Delete folders of segments that nothing refers to."""
        known = {self.layout.segment(r.number).name for live in (True, False) for r in self.store.segments(live=live)}
        for folder in self.layout.segments.iterdir():
            if folder.name not in known:
                segment.remove(folder)

    def _report(
        self, skipped: Mapping[str, int], added: int, changed: int, removed: int, started: float
    ) -> UpdateReport:
        languages: Counter[str] = Counter()
        reasons: Counter[str] = Counter(skipped)
        fallbacks: Counter[str] = Counter()
        files = 0
        for file in self.store.files():
            if file.skipped:
                reasons[file.skipped] += 1
                continue
            files += 1
            languages[file.language] += file.chunks
            if file.fallback:
                fallbacks[file.fallback] += 1
        return UpdateReport(
            files=files,
            added=added,
            changed=changed,
            removed=removed,
            chunks=sum(languages.values()),
            chunks_by_language=dict(languages.most_common()),
            skipped=dict(reasons.most_common()),
            fallbacks=dict(fallbacks.most_common()),
            seconds=time.perf_counter() - started,
            size=size_on_disk(self.layout),
            repaired=tuple(self.repaired),
        )


_RISKY_ENDINGS = (".pl", ".pm", ".t", ".perl", ".zsh")
"""Grammars seen to hang beyond cancelling; their files are parsed where they can be killed."""


def expanded(runs: Iterable[tuple[int, int]]) -> segment.Ids:
    """Runs of chunk numbers → the numbers."""
    parts = [np.arange(first, first + count) for first, count in runs]
    return np.concatenate(parts) if parts else segment.NO_IDS


def size_on_disk(layout: Layout) -> int:
    """Bytes of an index."""
    return sum(file.stat().st_size for file in layout.folder.rglob("*") if file.is_file())


def _jobs(files: Sequence[FoundFile]) -> list[Job]:
    """Batches of about BATCH_BYTES."""
    jobs: list[Job] = []
    paths: list[str] = []
    size = 0
    for file in files:
        paths.append(file.path)
        size += file.size
        if size >= BATCH_BYTES:
            jobs.append(Job(tuple(paths)))
            paths, size = [], 0
    return [*jobs, Job(tuple(paths))] if paths else jobs
