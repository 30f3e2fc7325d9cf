"""How far the files have moved on since they were indexed. Reads only names, sizes and times."""

from __future__ import annotations

from dataclasses import dataclass

from codesearch.discovery.discover import discover
from codesearch.index.layout import Layout
from codesearch.index.options import recorded
from codesearch.index.settings import settings
from codesearch.index.store import Store
from codesearch.models.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update would work on."""

    files: int
    """Files that are new, gone or look changed."""
    size: int
    """Bytes to read and chunk."""
    is_outdated: bool
    """The index as a whole was made by another version of the model or chunker."""


def file_count(layout: Layout) -> int:
    """How many files an index knows. Raises IndexDamaged or IndexIncompatible."""
    store = Store.open(layout.database)
    try:
        return store.file_count()
    finally:
        store.close()


def changes(layout: Layout, encoder: Encoder) -> Changes:
    """Compare the index with the files as they stand. Raises IndexDamaged, IndexIncompatible or CodesearchError."""
    store = Store.open(layout.database)
    try:
        meta = store.meta()
        known = {file.path: (file.size, file.mtime_ns) for file in store.files()}
    finally:
        store.close()
    is_outdated = any(meta.get(key, value) != value for key, value in settings(encoder).items())
    files = size = 0
    for found in discover(layout.root, recorded(meta)).files:
        if known.pop(found.path, None) != (found.size, found.mtime_ns):
            files += 1
            size += found.size
    return Changes(files + len(known), size, is_outdated)
