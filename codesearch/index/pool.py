"""Worker processes that can be killed: a grammar that never comes back costs one file its syntax, not the index.

Parsing holds Python's lock, so threads would gain nothing. A worker that is silent for too long is killed, the
files of its batch are tried one by one, and the one that hangs is cut into line windows.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from codesearch.index import lock
from codesearch.index.work import BatchResult, Job, Treatment, Worker

BATCH_SECONDS = 60.0
"""A batch (about half a megabyte) takes well under a second; the slowest sane file seen took 3 s."""
FILE_SECONDS = 20.0
LIFETIME_JOBS = 100
"""A worker is replaced after so many batches: parsing with a time limit leaks the text (py-tree-sitter 0.26), which
would come to 1.4 GB over the Linux kernel."""


class _Process:
    """One worker process and the job that it has."""

    def __init__(self, context: multiprocessing.context.BaseContext, worker: Worker) -> None:
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, worker), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.deadline = 0.0
        self.jobs_done = 0

    def give(self, job: Job) -> None:
        self.job = job
        self.deadline = time.monotonic() + (FILE_SECONDS if len(job.paths) == 1 else BATCH_SECONDS)
        self.connection.send(job)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def run(worker: Worker, jobs: Iterable[Job], processes: int) -> Iterator[BatchResult]:
    """Results of the jobs, in the order in which they are done."""
    if multiprocessing.current_process().daemon:  # such a process (a task queue's, say) may have no children
        yield from map(worker, jobs)
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting = iter(jobs)
    again: deque[Job] = deque()
    crew = [_Process(context, worker) for _ in range(processes)]
    try:
        while True:
            for member in crew:
                if member.job is None and (job := again.popleft() if again else next(waiting, None)):
                    member.give(job)
            busy = {member.connection: member for member in crew if member.job}
            if not busy:
                return
            for ready in wait(list(busy), timeout=1.0):
                member = busy[ready]  # type: ignore[index]
                try:
                    result: BatchResult = member.connection.recv()
                except EOFError:
                    _replace(crew, member, again, context, worker)
                    continue
                member.job = None
                member.jobs_done += 1
                if member.jobs_done >= LIFETIME_JOBS:
                    member.kill()
                    crew[crew.index(member)] = _Process(context, worker)
                yield result
            for member in list(busy.values()):
                if member.job and time.monotonic() > member.deadline:
                    _replace(crew, member, again, context, worker)
    finally:
        for member in crew:
            member.kill()


def _replace(
    crew: list[_Process],
    member: _Process,
    again: deque[Job],
    context: multiprocessing.context.BaseContext,
    worker: Worker,
) -> None:
    """Kill a worker that hangs or bury one that died, and try its files one by one, then as windows, then not."""
    job = member.job
    assert job is not None
    member.kill()
    crew[crew.index(member)] = _Process(context, worker)
    if len(job.paths) > 1:
        again.extend(Job((path,)) for path in job.paths)
    elif job.treatment is not Treatment.SKIP:
        again.append(replace(job, treatment=_NEXT_TREATMENT[job.treatment]))


_NEXT_TREATMENT = {Treatment.SYNTAX: Treatment.WINDOWS, Treatment.WINDOWS: Treatment.SKIP}


def _serve(connection: Connection, worker: Worker) -> None:
    """A worker's life: jobs in, results out, until the main process hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    lock.forget_inherited()
    _die_with_parent()
    try:
        while True:
            connection.send(worker(connection.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)


def _die_with_parent() -> None:
    """Let Linux kill this process when the main process is gone, even while a grammar hangs."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
