"""Remove an index, and nothing else."""

from __future__ import annotations

from codesearch.errors import IndexNotFound
from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock
from codesearch.index.update import size_on_disk


def clean(layout: Layout) -> int:
    """Delete what belongs to an index and return the bytes freed; whatever else lies in its folder stays.

    Raises IndexNotFound where there is no index, IndexLocked while it is being updated.
    """
    if not layout.exists():
        raise IndexNotFound(f"there is no index in {layout.folder}")
    size = size_on_disk(layout)
    with WriterLock(layout.lock):
        segment.remove(layout.segments)
        for file in layout.folder.glob("index.db*"):
            file.unlink()
    for file in (layout.lock, layout.folder / ".gitignore"):
        file.unlink(missing_ok=True)
    if not any(layout.folder.iterdir()):
        layout.folder.rmdir()
    return size
