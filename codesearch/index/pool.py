"""Worker processes that can be killed: what a grammar makes of one file costs that file its syntax, not the index.

Parsing holds Python's lock, so threads would gain nothing. Where a worker crashes, takes more time or memory than it
may or is silent for too long, another takes its place and the files of its batch are tried one by one; the one that
fails again is cut into line windows.
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
from codesearch.index.limits import Limits, silence
from codesearch.index.work import Job, Treatment

BATCH_SECONDS = 60.0
FILE_SECONDS = 20.0
"""Of silence. Where the system limits processor time, that comes first, however busy the machine is."""
STARTS_QUICKLY = sys.platform == "linux"
"""Whether a worker takes some 10 ms to start, as a fork; elsewhere it is another Python, which takes half a second."""

TOO_LONG = "the grammar took too long"

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Work(Protocol[Result_co]):
    """What a worker does; the risky part of it within `limited`."""

    def __call__(self, job: Job, limited: AbstractContextManager[None] = ...) -> Result_co: ...


class _Process(Generic[Result]):
    """One worker process and the job that it has."""

    def __init__(self, context: BaseContext, work: Work[Result]) -> None:
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, work), daemon=True)  # type: ignore[attr-defined]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks where there are threads; ours need no lock
            self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.deadline = 0.0

    def give(self, job: Job) -> None:
        self.job = job
        self.deadline = time.monotonic() + (FILE_SECONDS if len(job.paths) == 1 else BATCH_SECONDS)
        with suppress(BrokenPipeError):  # it has died: asked for its result, it is found out
            self.connection.send(job)

    def is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def run(work: Work[Result], jobs: Iterable[Job], processes: int) -> Iterator[Result]:
    """Results of the jobs, in the order in which they are done."""
    if multiprocessing.current_process().daemon:  # such a process (a task queue's, say) may have no children
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("fork" if STARTS_QUICKLY else "spawn")
    waiting = iter(jobs)
    again: deque[Job] = deque()
    crew = [_Process(context, work) for _ in range(processes)]

    def next_job() -> Job | None:
        return again.popleft() if again else next(waiting, None)

    try:
        while True:
            for member in crew:
                if member.job is None and (job := next_job()):
                    member.give(job)
            busy = [(place, member) for place, member in enumerate(crew) if member.job]
            if not busy:
                return
            wait([member.connection for _, member in busy], timeout=1.0)
            for place, member in busy:
                failure = ""
                if member.connection.poll():
                    try:
                        result: Result = member.connection.recv()
                    except (EOFError, OSError):  # OSError where it died in the middle of its result
                        failure = _cause_of_death(member.process)
                    else:
                        member.job = None
                        if job := next_job():  # which it works on while the result is taken
                            member.give(job)
                        yield result
                elif member.is_late():
                    failure = TOO_LONG
                if failure and member.job:
                    member.kill()
                    crew[place] = _Process(context, work)
                    again.extend(_tried_otherwise(member.job, failure))
    finally:
        for member in crew:
            member.kill()


def _cause_of_death(process: BaseProcess) -> str:
    process.join()
    if hasattr(signal, "SIGXCPU") and process.exitcode == -signal.SIGXCPU:
        return TOO_LONG
    was_ours = process.exitcode is not None and process.exitcode > 0
    return "the chunker failed" if was_ours else "the grammar crashed"


def _tried_otherwise(job: Job, failure: str) -> list[Job]:
    """What to do instead of a job that failed: its files one by one, then one as windows, then not."""
    if len(job.paths) > 1:
        return [replace(job, paths=(path,)) for path in job.paths]
    if job.treatment is Treatment.SKIP:
        return []
    return [replace(job, treatment=_NEXT_TREATMENT[job.treatment], reason=failure)]


_NEXT_TREATMENT = {Treatment.SYNTAX: Treatment.WINDOWS, Treatment.WINDOWS: Treatment.SKIP}


def _serve(connection: Connection, work: Work[Result]) -> None:
    """A worker's life: jobs in, results out, until the main process hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
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
    """Let Linux kill this process when the main process is gone, even while a grammar hangs."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
