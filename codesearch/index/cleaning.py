"""Removing an index, and nothing else."""

from __future__ import annotations

from codesearch.index.access import check_exists
from codesearch.index.folder import check_owner, has_leftovers, remove, size_on_disk, unexpected_file
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock


def clean(layout: Layout) -> int:
    """Delete the files of an index, or what is left of a failed first update, and return the bytes freed.

    Other files in its folder are kept. Raises IndexNotFound if there is neither, IndexLocked while it is being updated,
    CodesearchError if it belongs to another user.
    """
    if not has_leftovers(layout):
        check_exists(layout)
    size = size_on_disk(layout)
    if unexpected_file(layout):  # such an index is never used, so nobody is writing it
        remove(layout)
        return size
    check_owner(layout.folder, "only that user can delete it")
    with WriterLock(layout.lock):
        remove(layout)
    return size
