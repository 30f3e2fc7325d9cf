"""Executing a plan: chunk and encode its files in batches, and stage the results."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codesearch.discovery.tree import FoundFile
from codesearch.index import guarded
from codesearch.index.embedding_cache import encode_cached
from codesearch.index.job import Job
from codesearch.index.plan import compare
from codesearch.index.request import UpdateRequest
from codesearch.index.staging import Staging
from codesearch.index.store import Store
from codesearch.index.vectors import Vectors
from codesearch.index.work import BatchResult, Worker
from codesearch.index.writer import SegmentWriter

BATCH_BYTES = 400_000
"""Maximum size of a batch: large enough to outweigh the cost of passing it between processes."""
MIN_BATCHES = 24
"""So that up to eight processes finish at about the same time. It does not depend on how many there are, so that an
index is the same however many made it."""
PARALLEL_BYTES = 300_000 if sys.platform == "linux" else 1_500_000
"""Below this, starting processes costs more than they save: a few milliseconds for a fork, half a second elsewhere."""
PROCESS_BYTES = 150_000
"""Minimum per process: it takes 60 ms, and compiling the query of a language 1 to 60 ms in each process."""


class Executed(NamedTuple):
    """What is to be published."""

    staging: Staging
    """With the last segment."""
    kept: int
    """The number of files that had been staged before, without those that are skipped."""


def execute(request: UpdateRequest, store: Store, changed: Sequence[FoundFile]) -> Executed:
    """Chunk and encode the files, writing a segment whenever one is full.

    Files that an interrupted update has staged, or that are staged copies of another index's, are kept if they are the
    same.
    """
    staged = {file.path: file for file in store.files(live=False)}
    compared = compare(request, changed, staged)
    pending = compared.changed
    pending_by_path = {file.path: file for file in pending}
    kept = {file.path for file in changed}.difference(pending_by_path)
    if staged:
        with store.transaction():
            store.remove_files([file for path, file in staged.items() if path not in kept])
            store.update_stamps(compared.touched)
            store.seal()
    staging = Staging(store.next_chunk(), store.next_file())
    done, chunks = len(kept), sum(staged[path].chunks for path in kept)
    request.progress("indexing", done, len(changed), chunks)
    with SegmentWriter(request.layout, store) as writer:
        for batch in _batches(request, pending):
            vectors = batch.vectors
            if vectors is None:
                writer.wait()
                vectors = _encode(request, store, batch, done, len(changed), chunks)
            staging.add(batch, vectors, pending_by_path)
            done += len(batch.files)
            chunks += len(batch.terms.sizes)
            request.progress("indexing", done, len(changed), chunks)
            if staging.is_full:
                writer.write(staging.take())
        writer.wait()
    request.progress("finishing", done, len(changed), chunks)
    return Executed(staging, sum(not staged[path].skipped for path in kept))


def _batches(request: UpdateRequest, pending: Sequence[FoundFile]) -> Iterator[BatchResult]:
    wanted = frozenset(file.path for file in pending if file.is_wanted)
    encoder = None if request.encoder.capabilities.batches else request.encoder
    worker = Worker(request.layout.root, request.options.max_file_size, encoder, wanted)
    size = sum(file.stamp.size for file in pending)
    if size < PARALLEL_BYTES:
        yield from guarded.run(worker, _jobs(pending, BATCH_BYTES))
    else:
        from codesearch.index import pool

        processes = min(request.processes, max(1, size // PROCESS_BYTES))
        jobs = _jobs(pending, min(BATCH_BYTES, size // MIN_BATCHES))
        yield from pool.run(worker, jobs, min(processes, len(jobs)))


def _encode(request: UpdateRequest, store: Store, batch: BatchResult, done: int, total: int, chunks: int) -> Vectors:
    """Vectors of a batch, encoded in this process. Reports progress meanwhile, as this may take minutes."""

    def report(texts: int) -> None:
        request.progress("indexing", done + len(batch.files) * texts // len(batch.texts), total, chunks + texts)

    return Vectors.of(encode_cached(store, request.encoder, batch.texts, report))


def _jobs(files: Sequence[FoundFile], batch_size: int) -> list[Job]:
    """Batches of about `batch_size` bytes."""
    jobs: list[Job] = []
    paths: list[str] = []
    size = 0
    for file in files:
        paths.append(file.path)
        size += file.stamp.size
        if size >= batch_size:
            jobs.append(Job(tuple(paths), size))
            paths, size = [], 0
    return [*jobs, Job(tuple(paths), size)] if paths else jobs
