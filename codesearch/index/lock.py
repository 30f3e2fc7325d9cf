"""A lock for one writer at a time. The operating system releases it when its process ends, so it is never stale."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from codesearch.errors import IndexLocked

_SECONDS_BETWEEN_TRIES = 0.1

_held: set[int] = set()
"""File descriptors of the locks that this process holds."""


def forget_inherited() -> None:
    """In a forked child: close the parent's locks, which would otherwise be held until the child ends."""
    while _held:
        os.close(_held.pop())


class WriterLock:
    """A lock on a file, held as a context. Raises IndexLocked on entry if another process holds it.

    With `on_wait`, it waits for the lock instead, and calls `on_wait` with a description of the holder meanwhile.
    """

    def __init__(self, path: Path, on_wait: Callable[[str], None] | None = None) -> None:
        self._path = path
        self._on_wait = on_wait
        self._descriptor = -1

    def __enter__(self) -> WriterLock:
        while True:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            self._descriptor = os.open(self._path, flags, 0o600)
            try:
                self._lock()
                if _is_file(self._descriptor, self._path):
                    break
            except BaseException:
                os.close(self._descriptor)
                raise
            os.close(self._descriptor)  # the previous holder removed the file: lock its successor
        _held.add(self._descriptor)
        self._name_holder()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _held.discard(self._descriptor)
        _unlock(self._descriptor)
        os.close(self._descriptor)

    def _name_holder(self) -> None:
        """Say in the file which process holds the lock. On a full disk it stays empty: `clean` frees space there."""
        holder = json.dumps({"pid": os.getpid(), "since": time.strftime("%H:%M:%S")}).encode()
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, holder)

    def _lock(self) -> None:
        while True:
            try:
                _lock(self._descriptor)
                return
            except OSError:
                holder = _holder(self._path)
                if self._on_wait is None:
                    message = f"the index is being updated by {holder}"
                    raise IndexLocked(message, "wait for it to finish, or stop it") from None
            self._on_wait(holder)
            time.sleep(_SECONDS_BETWEEN_TRIES)


def _is_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


if sys.platform == "win32":
    import msvcrt

    _LOCKED_BYTE = 1 << 30  # beyond the file's content, which other processes must be able to read

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
