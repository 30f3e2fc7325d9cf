"""The paths of an index, and finding the index of a folder."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import NamedTuple

from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.discovery.git import inside_repository, is_repository
from codesearch.discovery.roots import repository_of

DATABASE = "index.db"
JOURNAL_ENDINGS = ("-wal", "-shm", "-journal", ".new", ".new-wal", ".new-shm", ".new-journal")
"""Suffixes of files beside the database: SQLite's, and those of a database whose creation was interrupted."""
_SETTLING_NS = 20_000_000
"""File systems' timestamps have a resolution of at most 10 ms, except for FAT's 2 s."""
FORMAT = 5
"""Version of the files on disk, not of the program: raised if older programs can't read them."""


class Layout(NamedTuple):
    """The paths of one index: `root` is the indexed folder, `folder` the index's own."""

    root: Path
    folder: Path

    @classmethod
    def of(cls, root: Path, index_dir: Path | None = None) -> Layout:
        """The layout of an index of `root` in the folder `index_dir`, by default in `.codesearch` of `root`."""
        root = Path(os.path.realpath(root))
        if index_dir is None:
            return cls(root, root / INDEX_FOLDER)
        folder = Path(os.path.abspath(index_dir))  # noqa: PTH100 - resolve() would follow the last link
        if folder.name != INDEX_FOLDER:  # a link that the user names is followed, one from a repository is not
            return cls(root, Path(os.path.realpath(folder)))
        return cls(root, Path(os.path.realpath(folder.parent)) / INDEX_FOLDER)

    @property
    def is_inside(self) -> bool:
        """Whether the index is in the folder that it indexes: found without being named, and moved with the folder."""
        return self.folder == self.root / INDEX_FOLDER

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.folder / DATABASE

    @property
    def rollback_journal(self) -> Path:
        """Must not exist: we use a write-ahead log. SQLite would apply the journal, and delete a file that it names."""
        return self.folder / f"{DATABASE}-journal"

    @property
    def segments(self) -> Path:
        """The folder of the segments' folders."""
        return self.folder / "segments"

    @property
    def lock(self) -> Path:
        """The file that a writer locks."""
        return self.folder / "lock"

    @property
    def ignore_file(self) -> Path:
        """The rules that hide the folder from git."""
        return self.folder / ".gitignore"

    @property
    def discovery(self) -> Path:
        """What the last update found in the root (codesearch.discovery.record)."""
        return self.folder / "discovery.record"

    def segment(self, number: int) -> Path:
        """The folder of a segment."""
        return self.segments / f"{number:06d}"

    def last_write(self) -> tuple[int, ...]:
        """Values that differ after every write to the database; empty if it is missing or was just written.

        Two writes within one tick of the clock could have the same values. Change times (ctime) are of no use: SQLite
        sets the owner of a log that it opens, if it may.
        """
        infos = []
        for file in (self.database, self.folder / (self.database.name + "-wal")):
            try:
                infos.append(file.stat())
            except OSError:
                continue
        if any(time.time_ns() - info.st_mtime_ns < _SETTLING_NS for info in infos):
            return ()
        return tuple(n for info in infos for n in (info.st_ino, info.st_size, info.st_mtime_ns))

    def exists(self) -> bool:
        """Whether there is an index, sound or not."""
        return os.path.lexists(self.database)


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` with an index that includes `start`.

    The index of a repository excludes repositories nested in it (worktrees, submodules, others). The index of a folder
    outside any repository includes the repositories below.
    """
    start = Path(os.path.realpath(start))
    is_inside_repository = False
    for folder in (start, *start.parents):
        has_index = holds_index(folder)
        if has_index and not (is_inside_repository and inside_repository(folder)):
            return folder
        is_inside_repository = is_inside_repository or is_repository(folder)
    return None


def root_of(folder: Path) -> Path:
    """What `codesearch index` indexes in a folder: that of its index, else the repository around it, else itself."""
    return find_root(folder) or repository_of(folder) or Path(os.path.realpath(folder))


def holds_index(folder: Path) -> bool:
    """Whether a folder has an index in `.codesearch`, sound or not."""
    return os.path.lexists(folder / INDEX_FOLDER / DATABASE)
