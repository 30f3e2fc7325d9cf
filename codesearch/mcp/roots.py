"""Which folders may be searched."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from codesearch.errors import CodesearchError


class Roots:
    """The folders that a server was started for, and those below them."""

    def __init__(self, folders: Sequence[Path], directory: Path) -> None:
        """Without folders, that of the repository around `directory`, at which relative paths start."""
        self.directory = Path(os.path.realpath(directory))
        self._folders = tuple(Path(os.path.realpath(self.directory / folder)) for folder in folders)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders."""
        return self._folders or (_repository(self.directory),)

    def chosen(self, name: str) -> tuple[Path, ...]:
        """The folder of this name; all for an empty one. Raises CodesearchError if it is gone or not allowed."""
        if not name.strip():
            chosen = self.folders
            if not self._folders and self.directory in (_home(), Path(self.directory.anchor)):
                raise CodesearchError(
                    f"the server was started in {self.directory}, which is not a project",
                    "pass the folder of the project as root",
                )
        else:
            folder = _resolved(self.directory, name, "pass another root")
            if not any(folder.is_relative_to(allowed) for allowed in self.folders):
                raise CodesearchError(
                    f"root {name} is not one of the folders that may be searched",
                    f"they are {', '.join(map(str, self.folders))} and what is below",
                )
            chosen = (folder,)
        for folder in chosen:
            if not _exists(folder):
                raise CodesearchError(f"the folder {folder} does not exist", "pass another root")
            if not folder.is_dir():
                raise CodesearchError(f"{folder} is not a folder", "pass a folder as root")
        return chosen

    def inside(self, base: Path, name: str) -> Path:
        """The file or folder of a path that starts at `base`. Raises CodesearchError if it is gone or not allowed."""
        place = _resolved(base, name, "pass a path in the root")
        if not any(place.is_relative_to(allowed) for allowed in self.folders):
            raise CodesearchError(f"{name} is outside the folders that may be searched", "pass a path in the root")
        if not _exists(place):
            raise CodesearchError(f"{name} does not exist in {base}", "pass a path in the root")
        return place


def _repository(directory: Path) -> Path:
    """The repository around a folder, or the folder itself."""
    from codesearch.discovery.git import is_repository

    around = (folder for folder in (directory, *directory.parents) if is_repository(folder) and folder != _home())
    return next(around, directory)


def _home() -> Path:
    return Path(os.path.realpath(os.path.expanduser("~")))  # noqa: PTH111 - Path.home() raises without a home


def _resolved(base: Path, name: str, hint: str) -> Path:
    """The path of a name that starts at `base`, without links. Raises CodesearchError for what can be no path."""
    try:
        return Path(os.path.realpath(base / _expanded(name.strip())))
    except ValueError:  # NUL, half a surrogate pair, or no `file:` address
        raise CodesearchError(f"{name} does not exist in {base}", hint) from None


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - which takes a name that is too long for one that is not there


def _expanded(name: str) -> str:
    """The path of a `file:` address or one with `~`."""
    if name.startswith("file://"):
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        return url2pathname(urlsplit(name).path)
    return os.path.expanduser(name)  # noqa: PTH111
