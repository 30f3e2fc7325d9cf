"""Executing a plan: chunk and encode its files in batches, and stage the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codesearch.discovery.tree import FoundFile
from codesearch.index import guarded
from codesearch.index.embedding_cache import encode_cached
from codesearch.index.job import Job
from codesearch.index.plan import is_same
from codesearch.index.request import UpdateRequest
from codesearch.index.staging import Staging
from codesearch.index.store import Store
from codesearch.index.work import BatchResult, Worker
from codesearch.models.encoder import Embeddings

BATCH_BYTES = 400_000
"""Size of a batch: large enough to outweigh the cost of passing it between processes, small enough to balance load."""
PARALLEL_BYTES = 1_500_000
"""Below this, starting processes costs more than they save (two workers, 20 ms to start)."""


def execute(request: UpdateRequest, store: Store, changed: Sequence[FoundFile]) -> Staging:
    """Chunk and encode the files, writing a segment whenever one is full; returns the staging area with the last one.

    Files staged by an interrupted update are kept if they have not changed since.
    """
    staged = {file.path: file for file in store.files(live=False)}
    kept = {file.path for file in changed if (old := staged.get(file.path)) and is_same(request, old, file)}
    stale = [file for path, file in staged.items() if path not in kept]
    if stale:
        with store.transaction():
            store.remove_files(stale)
            store.seal()
    pending = [file for file in changed if file.path not in kept]
    staging = Staging(request.layout, store)
    pending_by_path = {file.path: file for file in pending}
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
    return staging


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
