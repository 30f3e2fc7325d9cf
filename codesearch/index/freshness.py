"""How far the files have moved on since they were indexed. Reads only names, sizes and times."""

from __future__ import annotations

from dataclasses import dataclass

from codesearch.discovery.discover import discover
from codesearch.discovery.stamp import Stamp
from codesearch.index.access import open_store
from codesearch.index.layout import Layout
from codesearch.index.options import recorded
from codesearch.index.settings import settings
from codesearch.models.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update would work on."""

    files: int
    """Files that are new, gone or look changed."""
    size: int
    """Bytes to read and chunk."""
    doubtful_files: int
    """Files of the size and modification time that were indexed, but of another change time or inode."""
    doubtful_size: int
    """Bytes to read in order to tell whether these changed."""
    is_outdated: bool
    """The index as a whole was made by another version of the model or chunker."""


def file_count(layout: Layout) -> int:
    """How many files an index knows. Raises IndexDamaged or IndexIncompatible."""
    store = open_store(layout)
    try:
        return store.file_count()
    finally:
        store.close()


def changes(layout: Layout, encoder: Encoder) -> Changes:
    """Compare the index with the files as they stand. Raises IndexDamaged, IndexIncompatible or CodesearchError."""
    store = open_store(layout)
    try:
        meta = store.state().meta
        known = {path: stamp for path, *stamp in store.stamps()}
    finally:
        store.close()
    is_outdated = any(meta.get(key, value) != value for key, value in settings(encoder).items())
    changed: list[int] = []
    doubtful: list[int] = []
    for found in discover(layout.root, recorded(meta)).files:
        stamp = found.stamp
        old = known.pop(found.path, None)
        if old is None or not stamp.looks_like(Stamp(*old)):
            changed.append(stamp.size)
        elif old != [stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode]:
            doubtful.append(stamp.size)
    return Changes(len(changed) + len(known), sum(changed), len(doubtful), sum(doubtful), is_outdated)
