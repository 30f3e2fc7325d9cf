"""Remove an index, and nothing else."""

from __future__ import annotations

from codesearch.index.access import check_exists
from codesearch.index.folder import check_owner, first_odd_place, remove, size_on_disk
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock


def clean(layout: Layout) -> int:
    """Delete what belongs to an index and return the bytes freed; whatever else lies in its folder stays.

    Raises IndexNotFound where there is no index, IndexLocked while it is being updated, CodesearchError where it is
    another user's.
    """
    check_exists(layout)
    size = size_on_disk(layout)
    if first_odd_place(layout):  # nobody is writing an index that is not used
        remove(layout)
        return size
    check_owner(layout.folder)
    with WriterLock(layout.lock):
        remove(layout)
    return size
