"""Opening an index only if it can be trusted: a cloned repository can contain one made by its author."""

from __future__ import annotations

import os

from codesearch.discovery import git
from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.errors import IndexNotFound, IndexUntrusted, UpdateIndex
from codesearch.index.folder import belongs_to_another_user, check_owner, unexpected_file
from codesearch.index.layout import DATABASE, Layout
from codesearch.index.store import Store


def open_store(layout: Layout, *, write: bool = False) -> Store:
    """The database of an index. Without `write`, everything is read from one state, whatever writers do meanwhile.

    Raises IndexUntrusted for an index that came with the repository, or if there are links or unexpected files in its
    folder; IndexDamaged, IndexIncompatible, or CodesearchError for an index of another user that is to be written.
    """
    check_file_types(layout)
    is_foreign = belongs_to_another_user(layout.folder) or belongs_to_another_user(layout.database)
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
    """Raises IndexNotFound if there is no index."""
    if not layout.exists():
        raise IndexNotFound(f"{layout.root} is not indexed", UpdateIndex(layout.folder, has_root=layout.is_inside))


def check_file_types(layout: Layout) -> None:
    """Raises IndexUntrusted if the index's folder contains links, or types of files that codesearch never creates."""
    if reason := unexpected_file(layout):
        raise _untrusted(layout, reason)


def _check_origin(layout: Layout, store: Store) -> None:
    """Raises IndexUntrusted if git tracks a part of the index and this user did not create it here."""
    if not layout.is_inside:
        return
    tracked = git.tracked(layout.root, INDEX_FOLDER, DATABASE)
    if not tracked.is_any and not os.path.lexists(layout.folder / ".git"):
        return
    from codesearch.index import origin

    if tracked.has_content or not origin.was_made_here(store.meta(), layout):
        raise _untrusted(layout, f"git tracks {layout.folder}, so it came with the repository")


def _untrusted(layout: Layout, reason: str) -> IndexUntrusted:
    return IndexUntrusted(f"the index is not trusted: {reason}", UpdateIndex(layout.folder))
