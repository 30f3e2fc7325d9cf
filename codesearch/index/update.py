"""Bring an index up to date: what changed is worked on, written aside, and published in one step."""

from __future__ import annotations

import errno
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from codesearch.discovery.discover import Discovery, DiscoveryOptions, FoundFile, check_root, discover
from codesearch.discovery.source import SkippedFile, SourceText, read_source
from codesearch.errors import CodesearchError, IndexDamaged, IndexIncompatible, IndexUntrusted
from codesearch.index import guarded, origin, skips
from codesearch.index import options as recorded_options
from codesearch.index.access import check_places, open_store
from codesearch.index.database import old_meta
from codesearch.index.embedding_cache import encode_kept
from codesearch.index.folder import discard, prepare, size_on_disk, sweep
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock
from codesearch.index.merging import held_by, merge_small
from codesearch.index.rows import FileRow, Run, SegmentRecord
from codesearch.index.segment import Segment, as_it_lies
from codesearch.index.settings import ATTRIBUTES, PUBLICATION, read_meta, settings
from codesearch.index.staging import Staging
from codesearch.index.store import Store
from codesearch.index.work import BatchResult, Job, Worker
from codesearch.models.encoder import Embeddings, Encoder

BATCH_BYTES = 400_000
"""A batch's files: long enough to pay for the passing to and fro, short enough for an even load."""
SEVERAL_PROCESSES_BYTES = 1_500_000
"""Below this, starting processes costs more than they save (two workers, 20 ms to start)."""


class Progress(Protocol):
    """Told how an update goes; `total` may grow."""

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        """`phase` is "indexing", "finishing" or "waiting for" a process; `done` and `total` count files."""
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
    verify: bool = False,
    wait: bool = False,
    jobs: int = 0,
    progress: Progress | None = None,
) -> UpdateReport:
    """Create or update the index. `jobs` is the number of processes, 0 for one per core.

    What is found damaged is rebuilt; `verify` looks for damage in all of the index, not only in what the update reads.
    With `wait`, an update by another process is waited for.

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
            found = discover(layout.root, options)
            work = _Update(layout, encoder, options, progress, jobs, force, verify, reason)
            return work.run(found, started)
    except OSError as error:
        raise CodesearchError(
            f"{layout.folder} can't be written: {error.strerror or error}", _HINTS.get(error.errno or 0, "")
        ) from error


_ELSEWHERE = "use --index-dir to keep the index elsewhere"
_IN_THE_WAY = "something else lies at its names: remove it, or use --index-dir to keep the index elsewhere"
_HINTS = {
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _ELSEWHERE),
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY), _IN_THE_WAY),
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
        verify: bool,
        reason_for_distrust: str,
    ) -> None:
        self.layout, self.encoder, self.options, self.progress = layout, encoder, options, progress
        self.jobs = jobs or os.cpu_count() or 1
        self.force = force
        self.verify = verify
        self.lost: list[int] = []
        """Segments that are damaged."""
        self.copied: list[SegmentRecord] = []
        """Segments whose files are sound, but not the very files that were written."""
        self.repaired = [reason_for_distrust] if reason_for_distrust else []
        self.store = self._open()

    def run(self, found: Discovery, started: float) -> UpdateReport:
        """Compare, work, publish, report."""
        try:
            rebuild = self._must_rebuild()
            lost = self._lost_files()
            meta = self.store.meta()
            has_new_options = meta.get(recorded_options.KEY) != recorded_options.to_record(self.options)
            has_other_skips = skips.recorded(meta) != dict(found.skipped)
            has_other_attributes = meta.get(ATTRIBUTES, "") != found.attributes
            live = {file.path: file for file in self.store.files()}
            known = {
                path: file
                for path, file in live.items()
                if not (rebuild or has_other_attributes or file.id in lost or (has_new_options and file.skipped))
            }
            changed, touched = self._compare(found.files, known)
            replaced = [live[file.path] for file in changed if file.path in live]
            present = {file.path for file in found.files}
            gone = [file for path, file in live.items() if path not in present]
            has_news = (
                self.repaired or rebuild or has_new_options or has_other_skips or has_other_attributes or self.copied
            )
            if changed or gone or touched or has_news:
                staging = self._work(changed)
                self._publish(staging, [*gone, *replaced], touched, found)
            self._sweep()
            return self._report(found.skipped, len(changed) - len(replaced), len(replaced), len(gone), started)
        finally:
            self.store.close()

    # what is there

    def _open(self) -> Store:
        """The database; a new one where there is none that can be used, or `force` takes one of a newer format away."""
        if self.repaired:
            discard(self.layout)
        if self.layout.database.exists():
            try:
                return self._sound(open_store(self.layout, write=True))
            except (IndexDamaged, IndexIncompatible) as error:
                if isinstance(error, IndexIncompatible) and not self.force:
                    raise
                self.repaired.append(error.message)
                discard(self.layout)
        return Store.create(self.layout.database)

    def _sound(self, store: Store) -> Store:
        """The database, emptied but for its embeddings where rows of it are damaged."""
        try:
            store.state()
            for key in ("last_chunk", PUBLICATION):
                store.number(key)
            for live in (True, False):
                store.files(live=live)
            if self.verify:
                store.check()
                self._check_chunks(store)
        except IndexDamaged as error:
            self.repaired.append(error.message)
            try:
                store.clear()
            except BaseException:
                store.close()
                raise
        except BaseException:
            store.close()
            raise
        return store

    def _check_chunks(self, store: Store) -> None:
        """Raises IndexDamaged where the segments, all of them sound, hold other chunks than the files have."""
        records, deletions = store.segments(), store.deletions()
        if not any(self._reason_lost(record) for record in records):
            opened = (self._segment(record, deletions) for record in records)
            held = sorted(number for one in opened for number in one.ids[one.live].tolist())
            if held != sorted(f.first_chunk + i for f in store.files() for i in range(f.chunks)):
                raise store.damaged("its files and segments hold different chunks")

    def _must_rebuild(self) -> bool:
        """Whether nothing of the old index is of use: it is of another model or chunker, or `force` says so."""
        meta, wanted = self.store.meta(), settings(self.encoder)
        if meta.get("staged_for") != str(wanted):
            self._drop_staged()
            with self.store.transaction():
                self.store.set_meta({"staged_for": str(wanted)})
                self.store.seal()
        elif any(self._reason_lost(record) for record in self.store.segments(live=False)):
            self._drop_staged()
        return self.force or any(meta.get(key, value) != value for key, value in wanted.items())

    def _lost_files(self) -> set[int]:
        """Files whose chunks lie in a segment that is damaged; publishing drops the segment."""
        reasons = {record.number: self._reason_lost(record) for record in self.store.segments()}
        self.lost = [number for number, reason in reasons.items() if reason]
        self.repaired += [reasons[number] for number in self.lost]
        sound = [record for record in self.store.segments() if not reasons[record.number]]
        found = [as_it_lies(self.layout.segment(record.number), record) for record in sound]
        self.copied = [new for old, new in zip(sound, found, strict=True) if new != old]
        if not self.lost:
            return set()
        intact = [self._segment(record) for record in sound]
        files = [file for file in self.store.files() if file.chunks]
        is_held = held_by(intact, [file.first_chunk for file in files])
        return {file.id for file, held in zip(files, is_held, strict=True) if not held}

    def _reason_lost(self, record: SegmentRecord) -> str:
        """How a segment is damaged, or nothing."""
        try:
            folder = self.layout.segment(record.number)
            segment = Segment(folder, record, verify=self.verify)
            if self.verify or record != as_it_lies(folder, record):
                segment.vectors  # noqa: B018 - compares them with their checksum
        except IndexDamaged as error:
            return error.message
        except OSError:
            return f"part of the index is missing (segment {record.number})"
        return ""

    def _segment(self, record: SegmentRecord, deletions: Sequence[Run] = ()) -> Segment:
        return Segment(self.layout.segment(record.number), record, deletions)

    def _drop_staged(self) -> None:
        """Forget what an update that was interrupted had finished."""
        with self.store.transaction():
            self.store.remove_files(self.store.files(live=False))
            self.store.remove_segments(record.number for record in self.store.segments(live=False))
            self.store.seal()

    def _compare(
        self, found: Sequence[FoundFile], known: Mapping[str, FileRow]
    ) -> tuple[list[FoundFile], list[FileRow]]:
        """Files to work on, and the rows, with new stamps, of those that only look changed."""
        changed, touched = [], []
        for file in found:
            old = known.get(file.path)
            if old is None or old.stamp.size != file.stamp.size:
                changed.append(file)
            elif old.stamp != file.stamp:
                source = self._read(file)
                stamp = source.stamp or file.stamp
                if source.digest != old.digest:
                    changed.append(file)
                elif old.stamp != stamp:
                    touched.append(replace(old, stamp=stamp))
        return changed, touched

    def _is_same(self, old: FileRow, file: FoundFile) -> bool:
        """Whether a file's text is that of its row; it is read where its stamp can't tell."""
        if old.stamp == file.stamp:
            return True
        return old.stamp.looks_like(file.stamp) and self._read(file).digest == old.digest

    def _read(self, file: FoundFile) -> SourceText | SkippedFile:
        return read_source(self.layout.root, file.path, self.options.max_file_size)

    # work

    def _work(self, changed: Sequence[FoundFile]) -> Staging:
        """Work on the files, staging a segment whenever one is full; returns what is left over."""
        staged = {file.path: file for file in self.store.files(live=False)}
        kept = {file.path for file in changed if (old := staged.get(file.path)) and self._is_same(old, file)}
        stale = [file for path, file in staged.items() if path not in kept]
        if stale:
            with self.store.transaction():
                self.store.remove_files(stale)
                self.store.seal()
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
        wanted = frozenset(file.path for file in todo if file.is_wanted)
        worker = Worker(
            self.layout.root, self.options.max_file_size, None if self.encoder.is_costly else self.encoder, wanted
        )
        jobs = _jobs(todo)
        if sum(job.size for job in jobs) < SEVERAL_PROCESSES_BYTES:
            yield from guarded.run(worker, jobs)
        else:
            from codesearch.index import pool

            yield from pool.run(worker, jobs, min(self.jobs, len(jobs)))

    def _encode(self, batch: BatchResult, done: int, total: int, chunks: int) -> Embeddings:
        """A costly encoder's vectors of a batch, which may take minutes: how it goes is told in between."""

        def told(texts: int) -> None:
            self.progress("indexing", done + len(batch.files) * texts // len(batch.texts), total, chunks + texts)

        return encode_kept(self.store, self.encoder, batch.texts, told)

    # the switch

    def _publish(self, staging: Staging, old: Sequence[FileRow], touched: Sequence[FileRow], found: Discovery) -> None:
        """Everything new becomes live and everything old goes, in one transaction."""
        with self.store.transaction():
            staging.write()
            self.store.remove_files(old)
            self.store.touch_files(touched)
            self.store.publish()
            self.store.set_meta(self._settings(staging, found))
            self.store.set_meta({origin.KEY: origin.mark(self.store.meta(), self.layout)})
            self.store.remove_segments(self.lost)
            self.store.replace_segments(self.copied)
            deletions = self.store.deletions()
            merge_small(self.layout, self.store, [self._segment(r, deletions) for r in self.store.segments()])
            self.store.seal()

    def _settings(self, staging: Staging, found: Discovery) -> dict[str, str]:
        """What the index records beside its rows."""
        return {
            **settings(self.encoder),
            **self._place(),
            "last_chunk": str(staging.next_chunk - 1),
            PUBLICATION: str(self.store.number(PUBLICATION) + 1),
            recorded_options.KEY: recorded_options.to_record(self.options),
            skips.KEY: skips.to_record(found.skipped),
            ATTRIBUTES: found.attributes,
        }

    def _place(self) -> dict[str, str]:
        """Where the indexed folder is, for an index that lies elsewhere; one inside it can be moved with it."""
        return {"root": "" if self.layout.is_inside else str(self.layout.root)}

    def _sweep(self) -> None:
        """Delete folders of segments that nothing refers to."""
        known = {self.layout.segment(r.number).name for live in (True, False) for r in self.store.segments(live=live)}
        sweep(self.layout, known)

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
            reasons[skips.OUTPUTS] += file.outputs
            if file.fallback:
                fallbacks[file.fallback] += 1
        return UpdateReport(
            files=files,
            added=added,
            changed=changed,
            removed=removed,
            chunks=sum(languages.values()),
            chunks_by_language=dict(languages.most_common()),
            skipped=dict((+reasons).most_common()),
            fallbacks=dict(fallbacks.most_common()),
            seconds=time.perf_counter() - started,
            size=size_on_disk(self.layout),
            repaired=tuple(self.repaired),
        )


def _jobs(files: Sequence[FoundFile]) -> list[Job]:
    """Batches of about BATCH_BYTES."""
    jobs: list[Job] = []
    paths: list[str] = []
    size = 0
    for file in files:
        paths.append(file.path)
        size += file.stamp.size
        if size >= BATCH_BYTES:
            jobs.append(Job(tuple(paths), size))
            paths, size = [], 0
    return [*jobs, Job(tuple(paths), size)] if paths else jobs
