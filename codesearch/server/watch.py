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
from typing import TYPE_CHECKING, NamedTuple

from codesearch.discovery import git
from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.discovery.listing import IGNORE_FILES, ignore_files_above, list_folders

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

MOST_REPORTS = 2000
"""Paths reported at once. The kernel's queue holds 16,384 reports, a few per path, and drops others unseen."""
_SECONDS_FOR_COOKIE = 0.5
_UNRELIABLE = frozenset("nfs nfs4 cifs smb3 smbfs 9p drvfs vboxsf prl_fs afs ceph glusterfs lustre sshfs".split())
"""File systems on which others change files without a report here; those of FUSE are too."""
_TRIES = 4
"""Lists of the folders, until there are none but those that are watched."""
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
        self._rules: frozenset[str] = frozenset()
        """The files that decide what is ignored, but for the ignore files below the root."""
        self._rules_seen: RulesSeen | None = None
        self._watched: set[str] = set()
        """The folders that are watched; none where they all have to be watched anew."""
        self._identity: tuple[int, int] | None = None
        self._changed: set[str] = set()
        self._is_unsure = True
        self._may_lack_folders = True

    def changes(self) -> frozenset[str] | None:
        """Paths of files and folders, relative to the root, that changed since `forget`; None for any.

        What changes while this runs is reported later. Raises WatchUnavailable.
        """
        if self._identity != _identity(self._root):
            self._watch_anew()
        if self._watched:
            self._synchronize()
        self._look_at_rules()
        if self._may_lack_folders:
            self._start()
        return None if self._is_unsure else frozenset(self._changed)

    def has_quieted(self) -> bool:
        """Whether no report came since this was asked last. Takes no time. Raises WatchUnavailable."""
        before = len(self._changed), self._is_unsure, self._may_lack_folders
        self._take(self._reports(1, step=1))
        self._look_at_rules()
        return before == (len(self._changed), self._is_unsure, self._may_lack_folders)

    @property
    def has_changes(self) -> bool:
        """Whether reports have come since `forget`."""
        return bool(self._changed) or self._is_unsure or self._may_lack_folders

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
            self._watched = set()
            for cookie in map(self._cookie_file, range(2)):
                cookie.unlink(missing_ok=True)

    def _start(self) -> None:
        """Watch all folders that there are now; what happened before is not known."""
        self._is_unsure = True
        self._identity = _identity(self._root)
        for _ in range(_TRIES):
            self._rules_seen = RulesSeen.of(self._root, self._rules)
            rules, folders = _rules(self._root), list_folders(self._root)
            are_watched = folders <= self._watched
            if are_watched and rules == self._rules:
                self._may_lack_folders = False
                return
            self._rules = rules
            if not are_watched:  # some may come to be before their parents are watched
                self._watch(folders)
        raise WatchUnavailable("folders are being created faster than they can be watched")

    def _watch_anew(self) -> None:
        self._watched = set()
        self._may_lack_folders = True

    def _look_at_rules(self) -> None:
        if self._rules_seen != RulesSeen.of(self._root, self._rules):
            self._is_unsure = self._may_lack_folders = True

    def _watch(self, folders: set[str]) -> None:
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
        self._watched = folders

    def _internal_folders(self) -> Iterable[Path]:
        internals = git.internals(self._root)
        files = (internals.index_file, internals.exclude, internals.config) if internals else ()
        return [file.parent for file in files if file.parent.is_dir()]

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
        for change, path in reports:
            if path in self._rules:
                self._is_unsure = self._may_lack_folders = True
            elif path.startswith(self._prefix):
                self._take_below(path, path[len(self._prefix) :].replace(os.sep, "/"), is_new=change == _ADDED)

    def _take_below(self, path: str, relative: str, is_new: bool) -> None:
        parts = relative.split("/")
        if relative == git.FOLDER or git.FOLDER in parts[1:]:  # a folder is a repository now, or is no more
            self._is_unsure = True
            self._watch_anew()
        elif parts[0] not in VCS_FOLDERS:
            self._changed.add(relative)
            if parts[-1] in IGNORE_FILES:
                self._may_lack_folders = True  # those that are ignored no more
            if is_new and os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
                self._watch_anew()  # one of this name may have been watched


def _rules(root: Path) -> frozenset[str]:
    """The files that decide which files below the root are ignored, but for the ignore files there."""
    return frozenset((*ignore_files_above(root), *(git.rule_files(root) or ())))


class RulesSeen(NamedTuple):
    """What is looked at without reports."""

    stamps: tuple[tuple[int, int, int] | None, ...]
    """Of the files with rules."""
    repositories: tuple[bool, ...]
    """Whether the root and each folder above it is a repository."""

    @classmethod
    def of(cls, root: Path, rules: Iterable[str]) -> RulesSeen:
        """Those of now."""
        return cls(tuple(map(_stamp, rules)), tuple(map(git.is_repository, (root, *root.parents))))


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
