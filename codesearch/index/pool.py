"""Worker processes that can be killed, so that a grammar's failure affects one file and not the index.

Parsing holds Python's global lock, so threads would gain nothing. A worker that crashes, exceeds its limits of time or
memory, or does not respond for too long is replaced, and the files of its batch are tried one by one. A file that fails
alone is chunked into windows of lines.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Generic, Protocol, TypeVar

from codesearch.index import lock
from codesearch.index.job import Job, Treatment
from codesearch.index.limits import Limits, silence

BATCH_SECONDS = 60.0
FILE_SECONDS = 20.0
"""Time after which a worker that has not responded is killed. Limits of processor time, if the system has them, are
reached first, and don't depend on how busy the machine is."""
STARTS_BY_FORK = sys.platform == "linux"
"""Whether workers are forks, which take about 10 ms to start; another Python process takes half a second."""

MAX_WAITING = 50
"""Results that may wait for an earlier job's. With batches of 400,000 bytes they take up to 200 MB."""
TOO_LONG = "the grammar took too long"
_Key = tuple[int, ...]

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Work(Protocol[Result_co]):
    """What a worker does with a job. It does the risky part within the context `limited`."""

    def __call__(self, job: Job, limited: AbstractContextManager[None] = ...) -> Result_co: ...


class _Order(Generic[Result]):
    """Results that wait for those of earlier jobs. A job's key is its number; those that replace it add theirs."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._pending = iter(jobs)
        self._retries: deque[tuple[_Key, Job]] = deque()
        self._taken = 0
        self._unfinished: set[_Key] = set()
        self._results: dict[_Key, Result] = {}

    def next_job(self) -> tuple[_Key, Job] | None:
        """The next job to do, None if there is none or too many results wait."""
        if self._retries:
            return self._retries.popleft()
        if len(self._results) >= MAX_WAITING or (job := next(self._pending, None)) is None:
            return None
        key = (self._taken,)
        self._taken += 1
        self._unfinished.add(key)
        return key, job

    def finish(self, key: _Key, result: Result) -> None:
        """Keep a job's result."""
        self._unfinished.remove(key)
        self._results[key] = result

    def fail(self, key: _Key, retries: Sequence[Job]) -> None:
        """Replace a job by others."""
        self._unfinished.remove(key)
        keyed = [((*key, number), job) for number, job in enumerate(retries)]
        self._unfinished.update(key for key, _ in keyed)
        self._retries.extend(keyed)

    def ready(self) -> Iterator[Result]:
        """The results that wait for no other any more."""
        while self._results and (first := min(self._results)) < min(self._unfinished, default=(self._taken,)):
            yield self._results.pop(first)


class _Process(Generic[Result]):
    """A worker process and its current job."""

    def __init__(self, context: BaseContext, work: Work[Result]) -> None:
        self.connection, child_end = context.Pipe()
        self.process: BaseProcess = context.Process(target=_run_jobs, args=(child_end, work), daemon=True)  # type: ignore[attr-defined]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks while there are threads; ours need no lock
            self.process.start()
        child_end.close()
        self.job: Job | None = None
        self.key: _Key = ()
        self.deadline = 0.0

    def assign(self, key: _Key, job: Job) -> None:
        self.key, self.job = key, job
        self.deadline = time.monotonic() + (FILE_SECONDS if len(job.paths) == 1 else BATCH_SECONDS)
        with suppress(BrokenPipeError):  # it has died, which is noticed when its result is read
            self.connection.send(job)

    def is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def run(work: Work[Result], jobs: Iterable[Job], processes: int) -> Iterator[Result]:
    """Results of the jobs, in their order."""
    if multiprocessing.current_process().daemon:  # such a process (of a task queue, say) can't have children
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("fork" if STARTS_BY_FORK else "spawn")
    order: _Order[Result] = _Order(jobs)
    workers = [_Process(context, work) for _ in range(processes)]

    def occupy(worker: _Process[Result]) -> None:
        if worker.job is None and (keyed := order.next_job()):
            worker.assign(*keyed)

    try:
        while True:
            for worker in workers:
                occupy(worker)
            busy = [(i, worker) for i, worker in enumerate(workers) if worker.job]
            if not busy:
                return
            wait([worker.connection for _, worker in busy], timeout=1.0)
            for i, worker in busy:
                failure = ""
                if worker.connection.poll():
                    try:
                        result: Result = worker.connection.recv()
                    except (EOFError, OSError):  # OSError if it died while sending its result
                        failure = _describe_exit(worker.process)
                    else:
                        order.finish(worker.key, result)
                        worker.job = None
                        occupy(worker)  # before the caller processes the result
                elif worker.is_late():
                    failure = TOO_LONG
                if failure and worker.job:
                    worker.kill()
                    workers[i] = _Process(context, work)
                    order.fail(worker.key, _retries_of(worker.job, failure))
                yield from order.ready()
    finally:
        for worker in workers:
            worker.kill()


def _describe_exit(process: BaseProcess) -> str:
    process.join()
    if hasattr(signal, "SIGXCPU") and process.exitcode == -signal.SIGXCPU:
        return TOO_LONG
    had_exception = process.exitcode is not None and process.exitcode > 0
    return "the chunker failed" if had_exception else "the grammar crashed"


def _retries_of(job: Job, failure: str) -> list[Job]:
    """Jobs to replace one that failed: its files one by one; a single file as windows of lines, then skipped."""
    if len(job.paths) > 1:
        return [replace(job, paths=(path,)) for path in job.paths]
    if job.treatment is Treatment.SKIP:
        return []
    return [replace(job, treatment=_NEXT_TREATMENT[job.treatment], reason=failure)]


_NEXT_TREATMENT = {Treatment.SYNTAX: Treatment.WINDOWS, Treatment.WINDOWS: Treatment.SKIP}


def _run_jobs(connection: Connection, work: Work[Result]) -> None:
    """The main function of a worker: receive jobs and send results until the main process closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    lock.forget_inherited()
    _die_with_parent()
    silence()
    limits = Limits()
    try:
        while True:
            job: Job = connection.recv()
            connection.send(work(job, limits.allow(job.size, is_batch=len(job.paths) > 1)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)


def _die_with_parent() -> None:
    """Let Linux kill this process when the main process ends, even while a grammar hangs."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:
            os._exit(0)  # it ended before the signal was set, which then never comes
