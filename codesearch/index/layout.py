"""Where things lie in an index's folder, and which index a folder belongs to."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.discovery.git import inside_repository, is_repository

DATABASE = "index.db"
JOURNAL_ENDINGS = ("-wal", "-shm", "-journal", ".new", ".new-wal", ".new-shm", ".new-journal")
"""Of files that SQLite, or the making of a database, leaves beside it when it is killed."""
_SETTLING_NS = 20_000_000
"""The coarsest tick of a file system's clock is 10 ms, but for FAT's 2 s."""
FORMAT = 4
"""Version of what lies on disk, not of the program: changed when an older program could not read it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one index: `root` is what it indexes, `folder` where it lies."""

    root: Path
    folder: Path

    @classmethod
    def of(cls, root: Path, index_dir: Path | None = None) -> Layout:
        """The layout of an index of `root`, in `.codesearch` unless `index_dir` says otherwise."""
        root = Path(os.path.realpath(root))
        if index_dir is None:
            return cls(root, root / INDEX_FOLDER)
        place = Path(os.path.abspath(index_dir))  # noqa: PTH100 - resolve() would follow the last link
        if place.name != INDEX_FOLDER:  # a link that the user names is followed; one that a repository brings is not
            return cls(root, Path(os.path.realpath(place)))
        return cls(root, Path(os.path.realpath(place.parent)) / INDEX_FOLDER)

    @property
    def is_inside(self) -> bool:
        """Whether the index lies where it is found without being named: in what it indexes, and moved with it."""
        return self.folder == self.root / INDEX_FOLDER

    @property
    def database(self) -> Path:
        """SQLite: what is indexed."""
        return self.folder / DATABASE

    @property
    def rollback_journal(self) -> Path:
        """Never there: the database has a write-ahead log. SQLite would play it, and delete a file that it names."""
        return self.folder / f"{DATABASE}-journal"

    @property
    def segments(self) -> Path:
        """One folder per segment."""
        return self.folder / "segments"

    @property
    def lock(self) -> Path:
        """Locked by the writer."""
        return self.folder / "lock"

    def segment(self, number: int) -> Path:
        """The folder of a segment."""
        return self.segments / f"{number:06d}"

    def last_write(self) -> tuple[int, ...]:
        """What changes with every write to the database's files; nothing if they are gone, or were just written.

        Two writes of one tick of the clock could look the same. Times of change (ctime) tell nothing: SQLite sets the
        owner of a log that it opens, where it may.
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
        """Whether an index lies here."""
        return os.path.lexists(self.database)


def find(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds an index of it, as git finds `.git`.

    A repository (a worktree, a submodule, one inside another) is left out by an index of the repository around it, so
    that none above it is an index of `start`; an index of a folder outside every repository holds those below too.
    """
    start = Path(os.path.realpath(start))
    is_inside_repository = False
    for folder in (start, *start.parents):
        has_index = holds_index(folder)
        if has_index and not (is_inside_repository and inside_repository(folder)):
            return folder
        is_inside_repository = is_inside_repository or is_repository(folder)
    return None


def holds_index(folder: Path) -> bool:
    """Whether an index lies in a folder, sound or not."""
    return os.path.lexists(folder / INDEX_FOLDER / DATABASE)
