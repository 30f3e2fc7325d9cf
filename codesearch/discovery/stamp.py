"""File stamps, which tell without reading a file whether it has changed."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_COARSE_TICK_NS = 1_000_000
"""Times in whole milliseconds indicate a file system with coarse timestamps (FAT, HFS+, ext3)."""
COARSE_SETTLING_NS = 2_000_000_000
"""FAT's timestamps have a resolution of two seconds."""
SETTLING_NS = 50_000_000
"""Other file systems use the kernel's tick, at most 10 ms."""
_LARGEST_INTEGER = (1 << 63) - 1
"""SQLite's integers are signed, inode numbers are not, and times after 2262 are larger."""


class Stamp(NamedTuple):
    """Size, times and inode of a file. Unlike the modification time, the change time can't be set by programs.

    A named tuple, which is made and compared faster than a dataclass: an update does so tens of thousands of times.
    """

    size: int
    mtime_ns: int
    ctime_ns: int = 0
    """0 if the file was read so soon after a change that another change could have left the same time."""
    inode: int = 0

    @classmethod
    def of(cls, info: os.stat_result) -> Stamp:
        """The stamp of a file from its `stat` result."""
        return cls(*fields_of(info))

    def read_at(self, now_ns: int) -> Stamp:
        """The stamp to store for a file read at `now_ns`: one that never compares equal if it changed too recently."""
        settling = SETTLING_NS if self.ctime_ns % _COARSE_TICK_NS else COARSE_SETTLING_NS
        return self if now_ns - self.ctime_ns > settling else self._replace(ctime_ns=0)

    def looks_like(self, other: Stamp) -> bool:
        """Whether size and modification time are equal: then the content very likely is, and a digest confirms it."""
        return self.size == other.size and self.mtime_ns == other.mtime_ns


_MISSING = (-1,) * len(Stamp._fields)
"""Equals no stamp, as sizes are not negative."""


def look_at(root: Path, paths: Iterable[str]) -> array[int]:
    """The fields of the stamps of paths below a root, one after another; -1 for those that can't be looked at."""
    prefix = os.path.join(root, "")  # noqa: PTH118 - joined for every file of an index
    numbers = array("q")
    for path in paths:
        try:
            numbers.extend(fields_of(os.lstat(prefix + path)))
        except OSError:
            numbers.extend(_MISSING)
    return numbers


def fields_of(info: os.stat_result) -> tuple[int, int, int, int]:
    """The fields of a Stamp."""
    mtime, ctime = info.st_mtime_ns & _LARGEST_INTEGER, info.st_ctime_ns & _LARGEST_INTEGER
    return info.st_size, mtime, ctime, info.st_ino & _LARGEST_INTEGER
