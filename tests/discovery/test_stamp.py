"""What tells a file that changed without reading it, and when it can't be told."""

from __future__ import annotations

import os
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


def test_times_that_a_database_cannot_hold_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    far = (1 << 63) + 12 * SECOND
    try:
        os.utime(file, ns=(far, far))
    except (OSError, OverflowError):
        pytest.skip("this system has no such times")
    stamp = Stamp.of(file.stat())
    assert all(0 <= value < 1 << 63 for value in stamp)
    os.utime(file, ns=(far + SECOND, far + SECOND))
    assert not Stamp.of(file.stat()).looks_like(stamp)
