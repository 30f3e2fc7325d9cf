"""The folder to index if the user doesn't name one."""

from __future__ import annotations

import os
from pathlib import Path

from codesearch.discovery.git import is_repository
from codesearch.errors import IndexAnyway, IndexNotFound

MOST_ENTRIES = 5000
"""Folders outside repositories are indexed automatically only if they contain at most this many files and folders."""


def root_for(folder: Path) -> Path:
    """The root of the git repository that contains a folder, or else the folder itself if it is small.

    Raises IndexNotFound for a large folder outside any repository.
    """
    folder = Path(os.path.realpath(folder))
    if repository := repository_of(folder):
        return repository
    if not _is_small(folder):
        raise IndexNotFound(
            f"{folder} has no index, is not a git repository and contains more than {MOST_ENTRIES:,} files",
            IndexAnyway(folder),
        )
    return folder


def repository_of(folder: Path) -> Path | None:
    """The root of the git repository that contains a folder; None if there is none.

    A repository in the home folder doesn't count: it is used for dotfiles, and the folder contains everything else too.
    """
    folder = Path(os.path.realpath(folder))
    home = _home()
    repositories = (one for one in (folder, *folder.parents) if is_repository(one) and one != home)
    return next(repositories, None)


def _home() -> Path | None:
    """The home folder; None if there is none."""
    try:
        return Path(os.path.realpath(Path.home()))
    except RuntimeError:
        return None


def _is_small(folder: Path) -> bool:
    """Whether a folder contains at most `MOST_ENTRIES` files and folders; stops counting there."""
    remaining = MOST_ENTRIES
    stack = [os.fspath(folder)]
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    remaining -= 1
                    if remaining < 0:
                        return False
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
        except OSError:
            continue  # unreadable: discovery will not read it either
    return True
