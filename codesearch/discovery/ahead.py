"""Looking at the files of a record in another process, while this one imports what an update needs."""

from __future__ import annotations

import mmap
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from codesearch.discovery import record_file
from codesearch.discovery.record_file import DIGEST_BYTES, RecordFile
from codesearch.discovery.stamp import Stamp, look_at

_MIN_BYTES = 1_500_000
"""Size of a record with about 20,000 paths, which take 60 ms to look at: much more than another process."""
_BLOCKS = 256
_STAMP_BYTES = 8 * len(Stamp._fields)
_MAX_SECONDS = 5.0
"""What was seen earlier is not used: another process may have held the lock of the index since."""


class LookAhead:
    """A process that looks at the paths of a record; stamps() takes part in what is left when it is called.

    The blocks of paths are the bytes in a pipe, of which each process takes the next. What they see is in memory that
    they share; a block of which nothing is known, since the process was killed, is 0, which equals no stamp of a file.
    """

    def __init__(self, root: Path, file: Path, recorded: RecordFile) -> None:
        self.recorded = recorded
        self._root = root
        self._file = file
        self._began = time.monotonic()
        self._seen = mmap.mmap(-1, len(recorded.paths) * _STAMP_BYTES)
        self._blocks, end = os.pipe()
        os.write(end, bytes(range(_BLOCKS)))
        os.close(end)
        self._process = os.fork()
        if not self._process:
            try:
                self._look()
            finally:
                os._exit(0)

    @classmethod
    def start(cls, root: Path, file: Path) -> LookAhead | None:
        """Look at the paths in a record's file; None where it does not pay, or there is no such record."""
        if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
            return None
        if "numpy" in sys.modules:  # little is left to import, and what there is may have threads, which forks lack
            return None
        try:
            if file.stat().st_size < _MIN_BYTES or not (recorded := record_file.read(file)):
                return None
            return cls(root, file, recorded)
        except OSError:
            return None

    @property
    def is_current(self) -> bool:
        """Whether the file is still the same, and was read a short time ago."""
        with suppress(OSError), self._file.open("rb") as opened:
            digest = opened.read(DIGEST_BYTES)
            return digest == self.recorded.digest and time.monotonic() - self._began < _MAX_SECONDS
        return False

    def stamps(self) -> mmap.mmap:
        """The stamps of all paths, in order, as 8-byte integers; -1 for those that can't be looked at. To call once."""
        self._look()
        os.close(self._blocks)
        with suppress(ChildProcessError):  # where ended processes are not kept
            os.waitpid(self._process, 0)
        return self._seen

    def _look(self) -> None:
        paths = self.recorded.paths
        size = -(-len(paths) // _BLOCKS)
        while block := os.read(self._blocks, 1):
            begin = block[0] * size
            seen = look_at(self._root, paths[begin : begin + size]).tobytes()
            self._seen[begin * _STAMP_BYTES : begin * _STAMP_BYTES + len(seen)] = seen
