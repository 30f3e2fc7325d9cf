"""One writer at a time, and no lock that outlives its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.errors import IndexLocked
from codesearch.index.folder import prepare
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock
from tests.support.places import ROOT

HOLD = """
import sys, time
from pathlib import Path
from codesearch.index.lock import WriterLock
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock")
    try:
        with pytest.raises(IndexLocked, match=f"process {process.pid} since"), WriterLock(tmp_path / "lock"):
            pass
    finally:
        process.kill()
        process.communicate()


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock")
    process.kill()
    process.communicate()
    with WriterLock(tmp_path / "lock"):
        pass


def test_a_lock_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with WriterLock(tmp_path / "lock"):
            assert (tmp_path / "lock").exists()


def test_whoever_waits_for_a_first_index_is_told_at_once(tmp_path: Path) -> None:
    """Before there is a database to tell how far it is."""
    (tmp_path / "a.py").write_text("def alpha():\n    return 1\n", encoding="utf-8")
    layout = Layout.of(tmp_path)
    prepare(layout)
    process = holder(layout.lock)
    told: list[tuple[str, int]] = []

    def progress(phase: str, done: int, total: int, chunks: int) -> None:
        told.append((phase, done))
        process.kill()

    with Index.create(tmp_path) as index:
        assert index.update(wait=True, progress=progress).files == 1
    process.communicate()
    assert told[0][0].startswith(f"waiting for process {process.pid} since")
    assert told[0][1] == 0
