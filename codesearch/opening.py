"""Safe opening of untrusted paths: symbolic links are not followed, pipes don't block, the root is not left."""

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
_INVALID_NAMES = frozenset(("", ".", ".."))


def acts_on_terminal(path: str) -> bool:
    """Whether a path contains control characters other than tab and newline, which are harmless."""
    return bool(_CONTROL.search(path))


def harmless(path: str) -> str:
    """A path of elsewhere, with U+FFFD for what acts on a terminal."""
    return _CONTROL.sub("\ufffd", path)


def is_beneath(path: str) -> bool:
    """Whether a `/`-separated path is relative and stays below its root, judging by its text alone."""
    if not _INVALID_NAMES.isdisjoint(path.split("/")) or "\0" in path:
        return False
    return os.sep == "/" or not ("\\" in path or ":" in path)


def open_beneath(root: str | Path, path: str) -> int:
    """A descriptor for reading the regular file `path` (relative, `/`-separated) below the folder `root`.

    Raises OSError: ELOOP or ENOTDIR if a component is a symbolic link, EINVAL for anything but a regular file below
    `root`.
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
    folder_fd = os.open(root, _ENTER)
    try:
        for folder in folders:
            next_fd = os.open(folder, _ENTER | os.O_NOFOLLOW, dir_fd=folder_fd)
            os.close(folder_fd)
            folder_fd = next_fd
        return os.open(name, _READ, dir_fd=folder_fd)
    finally:
        os.close(folder_fd)


def _open_by_names(root: str | Path, path: str) -> int:
    """For systems without `dir_fd` (Windows): check each component before entering it."""
    location = os.fspath(root)
    for part in path.split("/"):
        location = os.path.join(location, part)  # noqa: PTH118 - called for every file of an index
        if stat.S_ISLNK(os.lstat(location).st_mode):
            raise OSError(errno.ELOOP, "a component is a symbolic link", path)
    return os.open(location, _READ)
