"""What tells without reading it whether a file is the one that was read."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

_COARSE_TICK_NS = 1_000_000
"""Times that are whole milliseconds come from a file system that keeps no finer ones (FAT, HFS+, ext3)."""
COARSE_SETTLING_NS = 2_000_000_000
"""FAT counts in steps of two seconds."""
SETTLING_NS = 50_000_000
"""Other file systems stamp with the kernel's tick, 10 ms at most."""
_LARGEST_INTEGER = (1 << 63) - 1
"""SQLite's integers have a sign; inodes have none."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size and times of a file, and which file it is. The change time can't be set by programs, as the other can."""

    size: int
    mtime_ns: int
    ctime_ns: int = 0
    """0 for a file that was read so soon after it changed that it may have changed again without another time."""
    inode: int = 0

    @classmethod
    def of(cls, info: os.stat_result) -> Stamp:
        """The stamp of a file as the system tells it."""
        return cls(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino & _LARGEST_INTEGER)

    def read_at(self, now_ns: int) -> Stamp:
        """The stamp to keep for a file that was read at a time; equal to no file's where it is too young to tell."""
        settling = SETTLING_NS if self.ctime_ns % _COARSE_TICK_NS else COARSE_SETTLING_NS
        return self if now_ns - self.ctime_ns > settling else replace(self, ctime_ns=0)

    def looks_like(self, other: Stamp) -> bool:
        """Whether size and modification time are the same: then the text is, as a rule, and reading it tells."""
        return self.size == other.size and self.mtime_ns == other.mtime_ns
