"""Limits on a worker process's processor time and memory, on systems that support them."""

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
"""Parsing has a timeout of two seconds plus the same time per byte, which most grammars obey. A batch takes a quarter
of a second; if it exceeds its limit, its files are tried one by one."""
MEMORY = 500_000_000
MEMORY_PER_BYTE = 200
"""In addition to what a worker starts with. In 31 repositories no valid file took more than 0.5 s or 50 MB."""


class Limits:
    """Limits on the current process, relative to its memory when this is created."""

    def __init__(self) -> None:
        self._data = _data_bytes()

    @contextmanager
    def allow(self, size: int, is_batch: bool) -> Iterator[None]:
        """A context for work on files of `size` bytes: the process ends if it uses more than that allows."""
        if not _HAS_LIMITS:
            yield
            return
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        seconds = (BATCH_CPU_SECONDS if is_batch else CPU_SECONDS) + CPU_SECONDS_PER_BYTE * size
        limits = {resource.RLIMIT_CPU: math.ceil(usage.ru_utime + usage.ru_stime + seconds)}
        if self._data:
            limits[resource.RLIMIT_DATA] = self._data + MEMORY + MEMORY_PER_BYTE * size
        previous = {kind: resource.getrlimit(kind) for kind in limits}
        for kind, limit in limits.items():
            _set_soft(kind, limit)
        try:
            yield
        finally:
            for kind, limit_pair in previous.items():
                resource.setrlimit(kind, limit_pair)


def silence() -> None:
    """Prevent core dumps, and messages on the user's terminal when the process crashes."""
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
    finite = [value for value in (soft, limit) if value != resource.RLIM_INFINITY]
    resource.setrlimit(kind, (min(finite), hard))


def _data_bytes() -> int:
    """Private writable memory in bytes, to which Linux applies RLIMIT_DATA; 0 on other systems, which ignore it."""
    if sys.platform != "linux":
        return 0
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    return pages * os.sysconf("SC_PAGE_SIZE")
