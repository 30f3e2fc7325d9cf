"""Worker processes: every job once, whatever becomes of the worker that has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from codesearch.discovery.stamp import Stamp
from codesearch.index import limits, pool
from codesearch.index.fields import count_words
from codesearch.index.job import Job, Treatment
from codesearch.index.rows import FileRow
from codesearch.index.work import BatchResult, FileResult, Worker
from tests.support.places import ROOT

pytestmark = pytest.mark.slow

needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="a worker made up here can't be sent to a new process")


@dataclass(frozen=True)
class Stub:
    """A worker that does `fault` to some paths, and names the treatment of each as its language."""

    faults: dict[str, Callable[[Treatment], None]]

    def __call__(self, job: Job, limited: AbstractContextManager[None] = nullcontext()) -> BatchResult:  # noqa: B008
        with limited:
            for path in job.paths:
                self.faults.get(path, lambda _: None)(job.treatment)
        rows = [FileRow(path, Stamp(1, 1), b"", job.treatment.value, "", job.reason, 0, 0) for path in job.paths]
        files = tuple(map(FileResult, rows))
        return BatchResult(files, count_words([]).terms, None)


def hang(treatment: Treatment) -> None:
    if treatment is Treatment.SYNTAX:
        time.sleep(60)


def spin(treatment: Treatment) -> None:
    while treatment is Treatment.SYNTAX:
        pass


def crash(treatment: Treatment) -> None:
    if treatment is Treatment.SYNTAX:
        os.kill(os.getpid(), signal.SIGSEGV)


def eat(treatment: Treatment) -> None:
    eaten = []
    while treatment is Treatment.SYNTAX:
        eaten.append(bytes(1 << 20))


def die(treatment: Treatment) -> None:
    if treatment is not Treatment.SKIP:
        os._exit(3)


def hang_always(treatment: Treatment) -> None:
    if treatment is not Treatment.SKIP:
        time.sleep(60)


def done(worker: Stub, jobs: list[Job], processes: int = 2) -> dict[str, tuple[str, str]]:
    """Path → treatment and its reason, each seen once."""
    files = [file for batch in pool.run(worker, jobs, processes) for file in batch.files]
    assert max(Counter(file.row.path for file in files).values(), default=1) == 1
    return {file.row.path: (file.row.language, file.row.fallback) for file in files}


def jobs_of(count: int, size: int = 3) -> list[Job]:
    return [Job(tuple(f"{job}-{i}" for i in range(size))) for job in range(count)]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BATCH_SECONDS", 3.0)
    monkeypatch.setattr(pool, "FILE_SECONDS", 3.0)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_CPU_SECONDS", 0.5)
    monkeypatch.setattr(limits, "CPU_SECONDS", 0.5)
    monkeypatch.setattr(limits, "MEMORY", 100_000_000)


@pytest.mark.parametrize("processes", [1, 3])
def test_every_job_is_done_once(tmp_path: Path, processes: int) -> None:
    """With the real worker and on every system."""
    for number in range(7):
        (tmp_path / f"{number}.py").write_text(f"def f{number}():\n    return {number}\n", encoding="utf-8")
    worker = Worker(tmp_path, 1000, None)
    jobs = [Job((f"{number}.py",)) for number in range(7)]
    batches = list(pool.run(worker, jobs, processes))
    assert sorted(file.row.path for batch in batches for file in batch.files) == [f"{number}.py" for number in range(7)]
    assert {file.row.language for batch in batches for file in batch.files} == {"Python"}
    assert all(batch.texts for batch in batches)


def wait(treatment: Treatment) -> None:
    time.sleep(0.2)


@needs_fork
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("waiting", [1, 50])
def test_results_are_in_the_order_of_the_jobs(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long each takes, and where a batch is done again file by file."""
    monkeypatch.setattr(pool, "MAX_WAITING", waiting)
    worker = Stub({"0-0": wait, "1-1": die, "4-2": wait})
    batches = list(pool.run(worker, jobs_of(9), 3))
    assert [file.row.path for batch in batches for file in batch.files] == [
        f"{n}-{i}" for n in range(9) for i in range(3)
    ]


@needs_fork
def test_no_jobs_and_more_processes_than_jobs() -> None:
    assert done(Stub({}), [], 2) == {}
    assert len(done(Stub({}), jobs_of(1), 4)) == 3


@needs_fork
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [hang, die, hang_always])
def test_a_fault_costs_only_the_file_that_has_it(fault: Callable[[Treatment], None]) -> None:
    found = done(Stub({"2-1": fault}), jobs_of(5))
    assert len(found) == 15
    expected = Treatment.WINDOWS if fault is hang else Treatment.SKIP
    reason = "the chunker failed" if fault is die else "the grammar took too long"
    assert {path: how for path, how in found.items() if how[0] != "syntax"} == {"2-1": (expected.value, reason)}


@needs_fork
@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [(spin, "the grammar took too long"), (crash, "the grammar crashed"), (eat, "the chunker failed")],
)
def test_what_takes_too_much_costs_its_file_the_syntax(
    fault: Callable[[Treatment], None], reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    found = done(Stub({"1-1": fault}), jobs_of(3))
    assert len(found) == 9
    assert {path: how for path, how in found.items() if how[0] != "syntax"} == {"1-1": ("windows", reason)}
    assert capfd.readouterr() == ("", "")


@needs_fork
def test_workers_are_not_taken_for_silent_while_their_results_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch may be encoded for minutes before the next result is asked for."""
    monkeypatch.setattr(pool, "BATCH_SECONDS", 0.3)
    results = []
    for batch in pool.run(Stub({"0-0": lambda _: time.sleep(0.1)}), jobs_of(4), 2):
        time.sleep(0.5)
        results += batch.files
    assert {file.row.language for file in results} == {"syntax"}


@needs_fork
def test_leaving_early_leaves_no_worker_behind() -> None:
    running = pool.run(Stub({"3-0": hang}), jobs_of(6), 2)
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert not children_of(os.getpid())


ORPHANS = """
import os, sys, time
from codesearch.index import pool
from tests.index.test_pool import Stub, hang_always, jobs_of
for _ in pool.run(Stub({"0-0": hang_always, "1-0": hang_always}), jobs_of(3), 2):
    print("going", flush=True)
"""


@needs_fork
def test_workers_die_with_a_main_process_that_is_killed() -> None:
    """Else they would hold the index's files, and a core each, for as long as a grammar hangs."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", ORPHANS], env=environment, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(children_of(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = children_of(process.pid)
    assert len(workers) == 2
    process.send_signal(signal.SIGKILL)
    process.communicate()
    while any(is_running(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [worker for worker in workers if is_running(worker)]


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = status.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(parts[1]) == pid and parts[0] != "Z":
            found.append(int(status.parent.name))
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_works_in_a_process_that_may_have_no_children(tmp_path: Path) -> None:
    script = """
import multiprocessing
from codesearch.index import pool
from codesearch.index.fields import count_words
from codesearch.index.job import Job
from tests.index.test_pool import Stub

def work(_):
    return sum(len(batch.files) for batch in pool.run(Stub({}), [Job(("a", "b")), Job(("c",))], 2))

if __name__ == "__main__":
    with multiprocessing.Pool(1) as outer:
        print(outer.map(work, [0]))
"""
    file = tmp_path / "outer.py"
    file.write_text(script)
    done = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout == "[3]\n", done.stderr
