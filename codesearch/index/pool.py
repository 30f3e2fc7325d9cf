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

from codesearch.index.work import BatchResult, Job, Worker

BATCH_SECONDS = 60.0
"""A batch (about half a megabyte) takes well under a second; the slowest sane file seen took 3 s."""
FILE_SECONDS = 20.0


class _Process:
    """One worker process and the job that it has."""

    def __init__(self, context: multiprocessing.context.BaseContext, worker: Worker) -> None:
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, worker), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.deadline = 0.0

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
    """Kill a worker that hangs or bury one that died, and try its files one by one, the last resort as windows."""
    job = member.job
    assert job is not None
    member.kill()
    crew[crew.index(member)] = _Process(context, worker)
    if len(job.paths) == 1 and not job.as_windows:
        again.append(replace(job, as_windows=True))
    elif len(job.paths) > 1:
        again.extend(Job((path,)) for path in job.paths)


def _serve(connection: Connection, worker: Worker) -> None:
    """A worker's life: jobs in, results out, until the main process hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    try:
        while True:
            connection.send(worker(connection.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(0)
