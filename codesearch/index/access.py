"""Open an index, if it may be used: a repository can bring one of its author's making."""

from __future__ import annotations

import os

from codesearch.discovery import git
from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.errors import IndexNotFound, IndexUntrusted, UpdateIndex
from codesearch.index.folder import check_owner, first_odd_place, is_another_users
from codesearch.index.layout import DATABASE, Layout
from codesearch.index.store import Store


def open_store(layout: Layout, *, write: bool = False) -> Store:
    """The database of an index; for reading, all that is read is of one moment. Another user's is never written.

    Raises IndexUntrusted for an index that came with the repository, or with links or other oddities in its folder;
    IndexDamaged, IndexIncompatible or CodesearchError.
    """
    check_places(layout)
    is_foreign = is_another_users(layout.folder) or is_another_users(layout.database)
    if write and is_foreign:
        check_owner(layout.folder)
        check_owner(layout.database)
    store = Store.open(layout.database, write=write, immutable=is_foreign)
    try:
        if not write:
            store.begin_reading()
        _check_origin(layout, store)
    except BaseException:
        store.close()
        raise
    return store


def check_exists(layout: Layout) -> None:
    """Raises IndexNotFound where nothing of an index lies."""
    if not layout.exists():
        raise IndexNotFound(f"{layout.root} is not indexed", UpdateIndex())


def check_places(layout: Layout) -> None:
    """Raises IndexUntrusted where what lies in an index's folder is not of codesearch's making, by its kind."""
    if reason := first_odd_place(layout):
        raise _untrusted(layout, reason)


def _check_origin(layout: Layout, store: Store) -> None:
    """Raises IndexUntrusted for an index that git brought: it tracks some of it, and this user did not make it here."""
    if not layout.is_inside:
        return
    found = git.tracked(layout.root, INDEX_FOLDER, DATABASE)
    if not found.is_any and not os.path.lexists(layout.folder / ".git"):
        return
    from codesearch.index import origin

    if found.has_content or not origin.was_made_here(store.meta(), layout):
        raise _untrusted(layout, f"git tracks {layout.folder}, so it came with the repository")


def _untrusted(layout: Layout, reason: str) -> IndexUntrusted:
    return IndexUntrusted(f"the index is not trusted: {reason}", UpdateIndex(layout.folder))
