"""Open an index, if it may be used: a repository can bring one of its author's making."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from codesearch.discovery import git
from codesearch.errors import IndexUntrusted
from codesearch.index.folder import check_owner, first_odd_place, is_another_users
from codesearch.index.layout import FOLDER, Layout, update_command
from codesearch.index.store import Store


def check(layout: Layout) -> None:
    """Raises IndexUntrusted for an index that git tracks, or with links or other oddities in its folder."""
    reason = first_odd_place(layout)
    if not reason and layout.is_inside and layout.exists():
        info = layout.database.stat()
        if _came_with_repository(layout.root, info.st_ino, info.st_ctime_ns):
            reason = f"git tracks {layout.database}, so it came with the repository"
    if reason:
        raise IndexUntrusted(f"the index is not used: {reason}", f"run: {update_command(layout.folder)}")


def open_store(layout: Layout, *, write: bool = False) -> Store:
    """The database of an index. Another user's is read as if nobody changed it, and not written.

    Raises IndexUntrusted, IndexDamaged, IndexIncompatible, or CodesearchError.
    """
    check(layout)
    is_theirs = is_another_users(layout.folder) or is_another_users(layout.database)
    if write and is_theirs:
        check_owner(layout.folder)
        check_owner(layout.database)
    return Store.open(layout.database, write=write, immutable=is_theirs)


@lru_cache(maxsize=16)
def _came_with_repository(root: Path, inode: int, ctime_ns: int) -> bool:
    """Whether git tracks the database and it is as git has it; the numbers tell it from a later one."""
    return git.is_unchanged(root, f"{FOLDER}/index.db")
