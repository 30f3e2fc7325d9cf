"""What tells a file that changed without reading it, and when it can't be told."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from codesearch.discovery.stamp import Stamp

SECOND = 1_000_000_000


def test_each_part_tells_files_apart(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    os.utime(file, ns=(SECOND, SECOND))
    before = Stamp.of(file.stat())
    assert Stamp.of(file.stat()) == before
    other = tmp_path / "b"
    other.write_text("two")
    os.utime(other, ns=(SECOND, SECOND))
    other.replace(file)
    after = Stamp.of(file.stat())
    assert after.looks_like(before)
    assert after != before


@pytest.mark.parametrize(
    ("ctime", "age", "is_told"),
    [
        (SECOND + 123_456, 60_000_000, True),  # times finer than a millisecond
        (SECOND + 123_456, 40_000_000, False),
        (SECOND + 123_000_000, 60_000_000, False),  # a coarse clock
        (SECOND + 123_000_000, 3 * SECOND, True),
        (SECOND + 123_456, -5 * SECOND, False),  # changed in the future: somebody's clock is wrong
    ],
)
def test_a_file_that_was_read_soon_after_it_changed_equals_none(ctime: int, age: int, is_told: bool) -> None:
    found = Stamp(10, 20, ctime, 30)
    kept = found.read_at(ctime + age)
    assert (kept == found) == is_told
    assert kept.looks_like(found)


def test_a_stamp_is_told_from_a_stat_result(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    info = os.lstat(file)
    stamp = Stamp.of(info)
    assert stamp.is_of(info)
    for other in (
        replace(stamp, size=4),
        replace(stamp, mtime_ns=1),
        replace(stamp, ctime_ns=0),
        replace(stamp, inode=1),
    ):
        assert not other.is_of(info)
