"""Which folder a first index is of, when the user names none."""

from __future__ import annotations

import os
from pathlib import Path

from codesearch.discovery.git import is_repository
from codesearch.errors import IndexAnyway, IndexNotFound

MODEST_ENTRIES = 5000
"""A folder that is no repository is indexed unasked only when files and folders below it number at most so many."""


def root_for(folder: Path) -> Path:
    """The git repository around a folder, or the folder itself where it is modest.

    Raises IndexNotFound for a large folder outside every repository. A repository in the
    home folder itself is taken for none: such keep settings, and the folder holds everything else too.
    """
    folder = Path(os.path.realpath(folder))
    home = _home()
    for above in (folder, *folder.parents):
        if is_repository(above) and above != home:
            return above
    if not _is_modest(folder):
        raise IndexNotFound(
            f"{folder} has no index, is not a git repository and contains more than {MODEST_ENTRIES:,} files",
            IndexAnyway(),
        )
    return folder


def _home() -> Path | None:
    """The user's folder; None where the system knows none."""
    try:
        return Path(os.path.realpath(Path.home()))
    except RuntimeError:
        return None


def _is_modest(folder: Path) -> bool:
    """Whether at most `MODEST_ENTRIES` entries lie below; stops counting there."""
    left = MODEST_ENTRIES
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return False
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError:
            continue  # unreadable: discovery will not read it either
    return True
