"""A new index begins with what the index of another worktree or clone of the repository has."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple

from codesearch.discovery.discovery import Discovery
from codesearch.errors import CodesearchError
from codesearch.index import origin, segment
from codesearch.index.access import open_store
from codesearch.index.conditions import STAGED_FOR, conditions, wanted_settings
from codesearch.index.layout import Layout
from codesearch.index.relatives import relatives
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import FileExtent
from codesearch.index.settings import root_setting
from codesearch.index.store import Store

_LEAST_SHARE = 0.5
"""Of the chunks of the other index that have to be of use. With fewer, copying them all takes too much of the time that
they save, and more would be left than the new index keeps of deleted chunks."""
_MOST_COMPARED = 32
"""Other indexes that are looked at, those updated last: whoever makes many worktrees leaves old ones behind."""
_LONGEST_COMPARISON = 1.0
"""Seconds until the best one so far is taken. One takes 3 ms for the 1,200 files of redis."""


def begin(request: UpdateRequest, found: Discovery) -> Layout | None:
    """Make a database with the files of another index of the same repository, as if an interrupted update had staged
    them, so that those that are the same here are not processed. Returns that index; None if there is none of use.

    The other index is only read, in one state, whatever its writers do.
    """
    wanted = conditions(wanted_settings(request, found))
    sizes = {file.path: file.stamp.size for file in found.files}
    for other in _best_first(relatives(request.layout)[:_MOST_COMPARED], wanted, sizes):
        with suppress(CodesearchError, OSError):  # it is damaged, was made by another version, or is being removed
            if _stage(request.layout, other, wanted, sizes):
                return other
    return None


class _Use(NamedTuple):
    """How much of another index is of use, judged by the paths and sizes of its files."""

    files: int
    chunks: int
    all_chunks: int
    """With those of no use."""

    @classmethod
    def of(cls, extents: Iterable[FileExtent], sizes: Mapping[str, int]) -> _Use:
        """The use of an index with these files for one with files of these sizes."""
        files = chunks = all_chunks = 0
        for path, size, count in extents:
            is_same = sizes.get(path) == size
            files += is_same
            chunks += count * is_same
            all_chunks += count
        return cls(files, chunks, all_chunks)

    @property
    def is_enough(self) -> bool:
        """Whether the index is worth copying."""
        return self.chunks > _LEAST_SHARE * self.all_chunks


def _best_first(others: list[Layout], wanted: str, sizes: Mapping[str, int]) -> list[Layout]:
    """The other indexes, those that are of use first, the one with most chunks of use before all.

    No more are looked at once one has all the files, or time is up; these come last, as those that are of no use.
    """
    deadline = time.monotonic() + _LONGEST_COMPARISON
    of_use: dict[Layout, _Use] = {}
    for other in others:
        with suppress(CodesearchError, OSError), _opened(other, wanted) as store:
            use = _Use.of(store.extents(), sizes) if store else _Use(0, 0, 0)
            if use.is_enough:
                of_use[other] = use
            if use.files == len(sizes):
                break
        if of_use and time.monotonic() > deadline:
            break
    best = sorted(of_use, key=lambda other: (-of_use[other].chunks, of_use[other].all_chunks))
    return [*best, *(other for other in others if other not in of_use)]


@contextmanager
def _opened(other: Layout, wanted: str) -> Iterator[Store | None]:
    """The database of another index; None if a copy of it can't be used here. Raises CodesearchError or OSError."""
    store = open_store(other)
    try:
        meta = store.state().meta
        yield store if origin.was_made_here(meta, other) and conditions(meta) == wanted else None
    finally:
        store.close()


def _stage(layout: Layout, other: Layout, wanted: str, sizes: Mapping[str, int]) -> bool:
    """Stage the files of another index if it is of use."""
    with _opened(other, wanted) as store:
        if store is None:
            return False
        files = store.files()  # verifies the rows that are copied
        if not _Use.of((FileExtent(file.path, file.stamp.size, file.chunks) for file in files), sizes).is_enough:
            return False
        _copy(layout, other, store, wanted)
        return True


def _copy(layout: Layout, other: Layout, store: Store, wanted: str) -> None:
    segments = [
        segment.copy(layout.segment(record.number), record, other.segment(record.number)) for record in store.segments()
    ]
    store.copy_as_staged(layout.database, segments, {STAGED_FOR: wanted, **root_setting(layout)})
