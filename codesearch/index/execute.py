"""Executing a plan: chunk and encode its files in batches, and stage the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codesearch.discovery.tree import FoundFile
from codesearch.index import guarded
from codesearch.index.embedding_cache import encode_cached
from codesearch.index.job import Job
from codesearch.index.plan import compare
from codesearch.index.request import UpdateRequest
from codesearch.index.staging import Staging
from codesearch.index.store import Store
from codesearch.index.work import BatchResult, Worker
from codesearch.models.encoder import Embeddings

BATCH_BYTES = 400_000
"""Size of a batch: large enough to outweigh the cost of passing it between processes, small enough to balance load."""
PARALLEL_BYTES = 1_500_000
"""Below this, starting processes costs more than they save (two workers, 20 ms to start)."""


@dataclass(frozen=True, slots=True)
class Executed:
    """What is to be published."""

    staging: Staging
    """With the last segment."""
    kept: int
    """The number of files that had been staged before."""


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
    staging = Staging(request.layout, store)
    done, chunks = len(kept), sum(staged[path].chunks for path in kept)
    request.progress("indexing", done, len(changed), chunks)
    for batch in _batches(request, pending):
        embeddings = batch.embeddings
        if embeddings is None:
            embeddings = _encode(request, store, batch, done, len(changed), chunks)
        staging.add(batch, embeddings, pending_by_path)
        done += len(batch.files)
        chunks += len(batch.counts.sizes)
        request.progress("indexing", done, len(changed), chunks)
        if staging.is_full:
            with store.transaction():
                staging.write()
    request.progress("finishing", done, len(changed), chunks)
    return Executed(staging, len(kept))


def _batches(request: UpdateRequest, pending: Sequence[FoundFile]) -> Iterator[BatchResult]:
    wanted = frozenset(file.path for file in pending if file.is_wanted)
    encoder = None if request.encoder.capabilities.batches else request.encoder
    worker = Worker(request.layout.root, request.options.max_file_size, encoder, wanted)
    jobs = _jobs(pending)
    if sum(job.size for job in jobs) < PARALLEL_BYTES:
        yield from guarded.run(worker, jobs)
    else:
        from codesearch.index import pool

        yield from pool.run(worker, jobs, min(request.processes, len(jobs)))


def _encode(request: UpdateRequest, store: Store, batch: BatchResult, done: int, total: int, chunks: int) -> Embeddings:
    """Vectors of a batch, encoded in this process. Reports progress meanwhile, as this may take minutes."""

    def report(texts: int) -> None:
        request.progress("indexing", done + len(batch.files) * texts // len(batch.texts), total, chunks + texts)

    return encode_cached(store, request.encoder, batch.texts, report)


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
