"""Which files below a root change, as the operating system reports it, so that not all have to be looked at.

A watch can miss nothing that happened before `changes` is called: a file of our own is written then, and reports come
in order, so that all earlier ones have arrived when its own does (as Watchman's cookies do). Where a report may have
been lost, or something happened that reports can't describe, `changes` returns None: everything is to be looked at.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.discovery import git
from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.discovery.listing import IGNORE_FILES, list_folders

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

MOST_REPORTS = 2000
"""Paths reported at once. The kernel's queue holds 16,384 reports, a few per path, and drops others unseen."""
_SECONDS_FOR_COOKIE = 0.5
_UNRELIABLE = frozenset("nfs nfs4 cifs smb3 smbfs 9p drvfs vboxsf prl_fs afs ceph glusterfs lustre sshfs".split())
"""File systems on which others change files without a report here; those of FUSE are too."""
_TRIES = 3
_UNDECODABLE = "the name of a file or folder is not UTF-8"
"""No report of it can be read, nor any after it."""
_ADDED = 1
"""What watchfiles calls a path that came to be."""


class WatchUnavailable(Exception):
    """Files can't be watched; the message says why."""


class Watch:
    """Watches the folders below a root. Not for several threads at once."""

    def __init__(self, root: Path, cookies: Path) -> None:
        """`cookies` is a folder in which files may be written. Raises WatchUnavailable."""
        _check_platform(root)
        self._root = root
        self._prefix = os.path.join(root, "")  # noqa: PTH118 - stripped from every path
        self._cookies = cookies
        self._cookie = 0
        self._notify: RustNotify | None = None
        self._internals: git.Internals | None = None
        self._outside_files = _outside_files(root)
        self._outside: tuple[object, ...] = ()
        self._identity: tuple[int, int] | None = None
        self._changed: set[str] = set()
        self._is_unsure = True
        self._has_new_folders = True

    def changes(self) -> frozenset[str] | None:
        """Paths of files and folders, relative to the root, that changed since `forget`; None for any.

        What changes while this runs is reported later. Raises WatchUnavailable.
        """
        if self._identity != _identity(self._root):
            self._has_new_folders = True
        if not self._has_new_folders:
            self._synchronize()
        if self._has_new_folders:
            self._start()
        if self._outside != (outside := tuple(map(_stamp, self._outside_files))):
            self._outside = outside
            self._is_unsure = True
        return None if self._is_unsure else frozenset(self._changed)

    def has_quieted(self) -> bool:
        """Whether no report came since this was asked last. Takes no time. Raises WatchUnavailable."""
        before = len(self._changed), self._is_unsure, self._has_new_folders
        self._take(self._reports(1, step=1))
        return before == (len(self._changed), self._is_unsure, self._has_new_folders)

    @property
    def has_changes(self) -> bool:
        """Whether reports have come since `forget`."""
        return bool(self._changed) or self._is_unsure or self._has_new_folders

    def distrust(self) -> None:
        """Take everything as changed."""
        self._is_unsure = True

    def forget(self, changes: Collection[str] | None) -> None:
        """These changes, which `changes` returned last, have been dealt with."""
        if changes is None:
            self._is_unsure = False
        self._changed.clear()

    def close(self) -> None:
        """Stop watching."""
        if self._notify is not None:
            self._notify.close()
            self._notify = None
            for cookie in map(self._cookie_file, range(2)):
                cookie.unlink(missing_ok=True)

    def _start(self) -> None:
        """Watch all folders that there are now; what happened before is not known."""
        self._is_unsure = True
        self._identity = _identity(self._root)
        for _ in range(_TRIES):
            folders = list_folders(self._root)
            self._watch(folders)
            if list_folders(self._root) <= folders:  # none came to be before its parent was watched
                self._has_new_folders = False
                return
        raise WatchUnavailable("folders are being created faster than they can be watched")

    def _watch(self, folders: Collection[str]) -> None:
        from watchfiles._rust_notify import RustNotify

        self.close()
        places = [self._cookies, *self._internal_folders(), *(self._root / folder for folder in folders)]
        paths = list(dict.fromkeys(str(place) for place in places))
        try:
            self._notify = RustNotify(paths, False, False, 0, False, True)
        except OSError as error:
            reason = "fs.inotify.max_user_watches is too low" if "limit" in str(error).lower() else str(error)
            raise WatchUnavailable(reason) from error
        except UnicodeEncodeError:
            raise WatchUnavailable(_UNDECODABLE) from None

    def _internal_folders(self) -> Iterable[Path]:
        self._internals = git.internals(self._root)
        folders = (self._internals.index_file.parent, self._internals.exclude.parent) if self._internals else ()
        return [folder for folder in folders if folder.is_dir()]

    def _synchronize(self) -> None:
        """Wait until all that happened so far has been reported. Raises WatchUnavailable."""
        self._cookie += 1
        cookie = self._cookie_file(self._cookie % 2)
        try:
            cookie.write_bytes(b"")
        except OSError as error:
            raise WatchUnavailable(f"{cookie.parent} can't be written: {error.strerror}") from error
        end = time.monotonic() + _SECONDS_FOR_COOKIE
        while time.monotonic() < end:
            reports = self._reports(int(_SECONDS_FOR_COOKIE * 1000), step=0)
            self._take(reports)
            if any(path == str(cookie) for _, path in reports):
                return
        self._is_unsure = True  # it was lost, and others may be too

    def _cookie_file(self, number: int) -> Path:
        return self._cookies / f"{os.getpid()}-{id(self):x}-{number}"

    def _reports(self, timeout: int, step: int) -> Collection[tuple[int, str]]:
        """What was reported since the last call. Waits for a first report, looking every `step` ms for `timeout` ms.

        Raises WatchUnavailable.
        """
        from watchfiles._rust_notify import WatchfilesRustInternalError

        if self._notify is None:
            return ()
        try:
            reports = self._notify.watch(step, step, timeout, None)
        except WatchfilesRustInternalError:
            raise WatchUnavailable(_UNDECODABLE) from None
        return reports if isinstance(reports, set) else ()

    def _take(self, reports: Collection[tuple[int, str]]) -> None:
        if len(reports) > MOST_REPORTS:
            self._is_unsure = True
        rules = {str(self._internals.index_file), str(self._internals.exclude)} if self._internals else set()
        for change, path in reports:
            if path in rules:
                self._is_unsure = True
            elif path.startswith(self._prefix):
                relative = path[len(self._prefix) :].replace(os.sep, "/")
                if relative.partition("/")[0] in VCS_FOLDERS:
                    continue
                self._changed.add(relative)
                if change == _ADDED and os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
                    self._has_new_folders = True
                if relative.rpartition("/")[2] in IGNORE_FILES:
                    self._has_new_folders = True  # those that are ignored no more


def _outside_files(root: Path) -> list[str]:
    """The ignore files that apply below the root and do not lie there."""
    home = Path.home()
    files = [home / ".gitconfig", home / ".config" / "git" / "ignore", home / ".config" / "git" / "config"]
    files += [folder / name for folder in root.parents for name in IGNORE_FILES]
    return [str(file) for file in files]


def _check_platform(root: Path) -> None:
    """Raises WatchUnavailable where reports can't be relied on."""
    if sys.platform != "linux":
        raise WatchUnavailable("reports of changes are not in order on this system")
    kind = _file_system(root)
    if kind in _UNRELIABLE or kind.startswith("fuse"):
        raise WatchUnavailable(f"changes on {kind} are not reported reliably")
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        raise WatchUnavailable("the package watchfiles is not installed") from None


def _file_system(path: Path) -> str:
    """The kind of the file system that a path lies on; empty where that can't be read."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    mounts = [(fields[1].encode().decode("unicode_escape"), fields[2]) for line in lines if (fields := line.split())]
    above = {str(folder) for folder in (path, *path.parents)}
    holding = [(len(place), kind) for place, kind in mounts if place in above]
    return max(holding, default=(0, ""))[1]


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        info = root.stat()
    except OSError:
        return None
    return info.st_dev, info.st_ino


def _stamp(file: str) -> tuple[int, int, int] | None:
    try:
        info = os.stat(file)  # noqa: PTH116 - called for every query and file
    except OSError:
        return None
    return info.st_size, info.st_mtime_ns, info.st_ino
