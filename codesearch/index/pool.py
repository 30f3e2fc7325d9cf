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
from collections.abc import Iterable, Iterator
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

TOO_LONG = "the grammar took too long"

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Work(Protocol[Result_co]):
    """What a worker does with a job. It does the risky part within the context `limited`."""

    def __call__(self, job: Job, limited: AbstractContextManager[None] = ...) -> Result_co: ...


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
        self.deadline = 0.0

    def assign(self, job: Job) -> None:
        self.job = job
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
    """Results of the jobs, in the order in which they are finished."""
    if multiprocessing.current_process().daemon:  # such a process (of a task queue, say) can't have children
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("fork" if STARTS_BY_FORK else "spawn")
    pending = iter(jobs)
    retries: deque[Job] = deque()
    workers = [_Process(context, work) for _ in range(processes)]

    def next_job() -> Job | None:
        return retries.popleft() if retries else next(pending, None)

    try:
        while True:
            for worker in workers:
                if worker.job is None and (job := next_job()):
                    worker.assign(job)
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
                        worker.job = None
                        if job := next_job():  # assigned before the caller processes the result
                            worker.assign(job)
                        yield result
                elif worker.is_late():
                    failure = TOO_LONG
                if failure and worker.job:
                    worker.kill()
                    workers[i] = _Process(context, work)
                    retries.extend(_retries_of(worker.job, failure))
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
