"""Open files that somebody else laid there: no link is followed, no pipe waited on, no folder left."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_ENTER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_HAS_FOLDER_HANDLES = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_NAMES = frozenset(("", ".", ".."))


def acts_on_terminal(path: str) -> bool:
    """Whether a path holds control characters, but for the tab and the newline, which only look odd."""
    return bool(_CONTROL.search(path))


def is_beneath(path: str) -> bool:
    """Whether a `/`-separated path is relative and stays below its root, judged by its text alone."""
    if not _NO_NAMES.isdisjoint(path.split("/")) or "\0" in path:
        return False
    return os.sep == "/" or not ("\\" in path or ":" in path)


def open_beneath(root: str | Path, path: str) -> int:
    """A descriptor for reading the regular file `path` (relative, `/`-separated) below the folder `root`.

    Raises OSError: ELOOP or ENOTDIR where a link lies on the way, EINVAL for what is no regular file below `root`.
    """
    if not is_beneath(path):
        raise OSError(errno.EINVAL, "not a path below the folder", path)
    descriptor = _open_by_handles(root, path) if _HAS_FOLDER_HANDLES else _open_by_names(root, path)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return descriptor


def _open_by_handles(root: str | Path, path: str) -> int:
    *folders, name = path.split("/")
    place = os.open(root, _ENTER)
    try:
        for folder in folders:
            below = os.open(folder, _ENTER | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = below
        return os.open(name, _READ, dir_fd=place)
    finally:
        os.close(place)


def _open_by_names(root: str | Path, path: str) -> int:
    """Where the system has no handles of folders (Windows): each part is looked at before it is entered."""
    place = os.fspath(root)
    for part in path.split("/"):
        place = os.path.join(place, part)  # noqa: PTH118 - called for every file of an index
        if stat.S_ISLNK(os.lstat(place).st_mode):
            raise OSError(errno.ELOOP, "a link lies on the way", path)
    return os.open(place, _READ)
