"""Examining the paths below a root."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from codesearch.discovery.options import size_limit
from codesearch.discovery.skip_reason import COPIES, SkipReason
from codesearch.discovery.stamp import Stamp
from codesearch.opening import acts_on_terminal


class FoundFile(NamedTuple):
    """A file to index; the path is relative to the root and `/`-separated."""

    path: str
    stamp: Stamp
    is_wanted: bool = False
    """Whether to index it even if it looks generated, by options or `.gitattributes`."""


_REASONS_AGAINST_KINDS = {stat.S_IFLNK: SkipReason.SYMBOLIC_LINK, stat.S_IFDIR: SkipReason.NESTED_REPOSITORY}
EXAMINED = COPIES.union(
    _REASONS_AGAINST_KINDS.values(),
    (SkipReason.UNREADABLE, SkipReason.NOT_REGULAR, SkipReason.TOO_LARGE, SkipReason.EMPTY),
)
"""Reasons to skip files that were examined; the others are known from paths alone."""


class Tree:
    """The paths below a root, with cached `lstat` results. Folders that are symbolic links count as empty."""

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(root, "")  # noqa: PTH118 - joined for every file of an index
        self._seen: dict[str, os.stat_result] = {}
        self._real_folders = {"": True}

    def look(self, path: str) -> os.stat_result:
        """The `lstat` result of a path. Raises OSError."""
        found = self._seen.get(path)
        if found is None:
            found = self._seen[path] = os.lstat(self._prefix + path)
        return found

    def is_inside(self, path: str) -> bool:
        """Whether all parent folders exist and none is a symbolic link; git lists tracked files below others too.

        Raises OSError for a folder that can't be looked at.
        """
        unknown = []
        folder = path.rpartition("/")[0]
        while folder not in self._real_folders:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        is_real = self._real_folders[folder]
        for below in reversed(unknown):
            try:
                is_real = is_real and stat.S_ISDIR(os.lstat(self._prefix + below).st_mode)
            except (FileNotFoundError, NotADirectoryError):
                is_real = False
            self._real_folders[below] = is_real
        return is_real

    def examine(self, path: str, max_file_size: int) -> FoundFile | SkipReason:
        """The file, or the reason to skip it; NONE for a tracked file that was deleted."""
        is_plain = path.isascii() and path.isprintable()  # as almost all are; quicker to tell than what follows
        if not is_plain and acts_on_terminal(path):
            return SkipReason.UNPRINTABLE_NAME
        try:
            if not is_plain:
                path.encode("utf-8")
            if not self.is_inside(path):
                return SkipReason.NONE
            info = self._seen.get(path) or os.lstat(self._prefix + path)
        except UnicodeEncodeError:
            return SkipReason.UNDECODABLE_NAME
        except (FileNotFoundError, NotADirectoryError):
            return SkipReason.NONE
        except OSError:
            return SkipReason.UNREADABLE
        kind = stat.S_IFMT(info.st_mode)
        if kind != stat.S_IFREG:
            return _REASONS_AGAINST_KINDS.get(kind, SkipReason.NOT_REGULAR)
        if info.st_size > size_limit(path, max_file_size):
            return SkipReason.TOO_LARGE
        if info.st_size == 0:
            return SkipReason.EMPTY
        return FoundFile(path, Stamp.of(info))
