"""A new index begins with what the index of another worktree or clone of the repository has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codesearch.discovery.discovery import Discovery
from codesearch.errors import CodesearchError
from codesearch.index import origin, segment
from codesearch.index.access import open_store
from codesearch.index.conditions import STAGED_FOR, conditions, wanted_settings
from codesearch.index.layout import Layout
from codesearch.index.relatives import relatives
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import FileRow
from codesearch.index.store import Store

_LEAST_SHARE = 0.5
"""Of the chunks of the other index that have to be of use. With fewer, copying them all takes too much of the time that
they save, and more would be left than the new index keeps of deleted chunks."""


def begin(request: UpdateRequest, found: Discovery) -> Layout | None:
    """Make a database with the files of another index of the same repository, as if an interrupted update had staged
    them, so that those that are the same here are not processed. Returns that index; None if there is none of use.

    The other index is only read, in one state, whatever its writers do.
    """
    wanted = conditions(wanted_settings(request, found))
    sizes = {file.path: file.stamp.size for file in found.files}
    for other in relatives(request.layout):
        try:
            if _stage(request.layout, other, wanted, sizes):
                return other
        except (CodesearchError, OSError):
            continue  # it is damaged, was made by another version, or is being removed
    return None


def _stage(layout: Layout, other: Layout, wanted: str, sizes: Mapping[str, int]) -> bool:
    """Stage the files of another index if it is of use."""
    store = open_store(other)
    try:
        state = store.state()
        if not origin.was_made_here(state.meta, other) or conditions(state.meta) != wanted:
            return False
        if not _is_of_use(store.files(), sizes):
            return False
        _copy(layout, other, store, wanted)
        return True
    finally:
        store.close()


def _is_of_use(files: Sequence[FileRow], sizes: Mapping[str, int]) -> bool:
    of_use = sum(file.chunks for file in files if sizes.get(file.path) == file.stamp.size)
    return of_use > _LEAST_SHARE * sum(file.chunks for file in files)


def _copy(layout: Layout, other: Layout, store: Store, wanted: str) -> None:
    segments = [
        segment.copy(layout.segment(record.number), record, other.segment(record.number)) for record in store.segments()
    ]
    store.copy_as_staged(layout.database, segments, {STAGED_FOR: wanted})
