"""Where things lie in an index's folder."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

FOLDER = ".codesearch"
FORMAT = 2
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
        return cls(root, index_dir.absolute() if index_dir else root / FOLDER)

    @property
    def database(self) -> Path:
        """SQLite: what is indexed."""
        return self.folder / "index.db"

    @property
    def segments(self) -> Path:
        """One folder a segment."""
        return self.folder / "segments"

    @property
    def lock(self) -> Path:
        """Locked by the writer."""
        return self.folder / "lock"

    def segment(self, number: int) -> Path:
        """The folder of a segment."""
        return self.segments / f"{number:06d}"

    def exists(self) -> bool:
        """Whether an index lies here."""
        return self.database.is_file()

    def create(self) -> None:
        """Make the folder; it ignores itself for git. Raises OSError."""
        self.segments.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")


def update_command(folder: Path, *options: str) -> str:
    """What to type, from where the user stands, to update the index that lies in `folder`."""
    words = ["codesearch", "index", *options]
    if folder.name != FOLDER:
        words += ["--index-dir", str(folder)]
    elif not Path(os.path.realpath(os.curdir)).is_relative_to(folder.parent):
        words.append(str(folder.parent))
    return shlex.join(words)


def find(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds an index, as git finds `.git`."""
    start = Path(os.path.realpath(start))
    return next((folder for folder in (start, *start.parents) if (folder / FOLDER / "index.db").is_file()), None)
