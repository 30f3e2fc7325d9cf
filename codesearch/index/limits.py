"""What a worker process may use of processor time and memory, where the system can be told so."""

from __future__ import annotations

import faulthandler
import importlib.util
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CPU_SECONDS = 5.0
BATCH_CPU_SECONDS = 10.0
CPU_SECONDS_PER_BYTE = 3e-6
"""Parsing is given two seconds and as much a byte, and gives up by itself where the grammar lets it. A batch takes a
quarter of a second; where its time is up, its files are tried one by one."""
MEMORY = 500_000_000
MEMORY_PER_BYTE = 200
"""On top of what a worker begins with. In 31 repositories no sound file took more than half a second or 50 MB."""


class Limits:
    """Of the process that it is made in."""

    def __init__(self) -> None:
        self._data = _data_bytes()

    @contextmanager
    def allow(self, size: int, is_batch: bool) -> Iterator[None]:
        """Let what is done meanwhile use what files of so many bytes may take; more of it ends the process."""
        if not _HAS_LIMITS:
            yield
            return
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        seconds = (BATCH_CPU_SECONDS if is_batch else CPU_SECONDS) + CPU_SECONDS_PER_BYTE * size
        limits = {resource.RLIMIT_CPU: math.ceil(usage.ru_utime + usage.ru_stime + seconds)}
        if self._data:
            limits[resource.RLIMIT_DATA] = self._data + MEMORY + MEMORY_PER_BYTE * size
        before = {kind: resource.getrlimit(kind) for kind in limits}
        for kind, limit in limits.items():
            _set_soft(kind, limit)
        try:
            yield
        finally:
            for kind, pair in before.items():
                resource.setrlimit(kind, pair)


def silence() -> None:
    """Leave no core, and no last words (an allocator's, an assertion's, Python's) on the user's terminal."""
    faulthandler.disable()
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - as long as the process lives
    os.dup2(sys.stderr.fileno(), 2)
    if _HAS_LIMITS:
        import resource

        _set_soft(resource.RLIMIT_CORE, 0)


_HAS_LIMITS = importlib.util.find_spec("resource") is not None


def _set_soft(kind: int, limit: int) -> None:
    """Set the soft limit, which can be raised again."""
    import resource

    soft, hard = resource.getrlimit(kind)
    known = [one for one in (soft, limit) if one != resource.RLIM_INFINITY]
    resource.setrlimit(kind, (min(known), hard))


def _data_bytes() -> int:
    """Private writable memory, which is what Linux counts for RLIMIT_DATA; 0 elsewhere, where nothing enforces it."""
    if sys.platform != "linux":
        return 0
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    return pages * os.sysconf("SC_PAGE_SIZE")
