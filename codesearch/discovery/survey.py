"""Everything that decides which files are listed. As long as none of it has changed, neither has a listing.

That are the folders, whose modification time changes with every file that is added, renamed or deleted, and the files
that hold rules: ignore files, those of git, and the modules of this package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from codesearch.discovery import attributes, git
from codesearch.discovery.files import StampedPaths, Stamps
from codesearch.discovery.folders import VCS_FOLDERS, folders_of
from codesearch.discovery.listing import IGNORE_FILES, ignore_files_above
from codesearch.discovery.stamp import Stamp

_MOST_FOLDERS = 100_000
"""More take longer to look at than git takes to list the files in them."""
_RULE_FILES = frozenset((*IGNORE_FILES, attributes.FILE_NAME))
_CODE = ("discovery", "languages")
"""The packages whose rules decide which files are listed and skipped."""


class Survey(NamedTuple):
    """What decides which files below a root are listed, as it was before they were."""

    folders: StampedPaths
    """All folders that may hold files that are not ignored, relative to the root, which is the empty string."""
    rules: Mapping[str, Stamp | None]
    """The files with rules, by their absolute paths; None for those that did not exist."""

    def is_current(self, root: Path, seen: Stamps | None = None) -> bool:
        """Whether nothing has changed since. `seen` are the present stamps of the folders, if they are known."""
        has_rules = all(_stamp(path) == stamp for path, stamp in self.rules.items())
        return has_rules and not self.folders.changed(root, seen)


def make_survey(root: Path, listed: Collection[str], began_ns: int) -> Survey | None:
    """A survey of what led to a listing, which began at a time; None if it would not show every change.

    What has changed since then, or shortly before, differs from every later state.
    """
    if sys.platform == "win32":  # where the change time of a file is that of its creation
        return None
    outside = git.rule_files(root)
    found = _walk(root, listed)
    if outside is None or found is None:
        return None
    folders, rules = found
    prefix = os.path.join(root, "")  # noqa: PTH118
    try:
        infos = {folder: os.lstat(prefix + folder) for folder in folders}
    except OSError:
        return None
    if len({info.st_dev for info in infos.values()}) > 1:
        return None  # another file system may not keep the times of folders
    return Survey(
        StampedPaths.of({folder: Stamp.of(info).read_at(began_ns) for folder, info in infos.items()}),
        {
            path: stamp.read_at(began_ns) if (stamp := _stamp(path)) else None
            for path in {*outside, *ignore_files_above(root), *_code(), *(prefix + path for path in rules)}
        },
    )


def _walk(root: Path, listed: Collection[str]) -> tuple[list[str], list[str]] | None:
    """The folders of a survey, and the paths of the files with rules in them; None if there are too many.

    A folder without a listed file is left out if git ignores it: a build may have thousands of them.
    """
    files = set(listed)
    with_files = folders_of(files)
    can_ignore = git.inside_repository(root)
    folders, rules = [], []
    pending = [""]
    while pending:
        folders += pending
        if len(folders) > _MOST_FOLDERS:
            return None
        below: list[str] = []
        for folder in pending:
            for entry in _entries(root, folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name in _RULE_FILES or (entry.name == git.FOLDER and folder):
                    rules.append(path)
                    if entry.name == git.FOLDER and not can_ignore:
                        return None  # a repository in a folder outside any has rules of its own
                elif entry.is_dir(follow_symlinks=False) and entry.name not in VCS_FOLDERS:
                    if path in files:
                        rules.append(f"{path}/{git.FOLDER}")  # it is listed while it is a repository of its own
                    else:
                        below.append(path)
        empty = [path for path in below if path not in with_files]
        ignored = git.ignored(root, empty) if empty and can_ignore else frozenset()
        if ignored is None:
            return None
        pending = [path for path in below if path not in ignored]
    return folders, rules


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / folder) as entries:
            return list(entries)
    except OSError:
        return []


def _code() -> Iterator[str]:
    package = Path(__file__).parent.parent
    return (entry.path for name in _CODE for entry in _entries(package, name) if entry.is_file())


def _stamp(path: str) -> Stamp | None:
    try:
        return Stamp.of(os.stat(path))  # noqa: PTH116 - called for every file with rules
    except OSError:
        return None
