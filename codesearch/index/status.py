"""What an index holds, counted from its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codesearch.index import skips
from codesearch.index.access import check_exists, open_store
from codesearch.index.folder import size_on_disk
from codesearch.index.layout import FORMAT, Layout
from codesearch.index.tally import tally


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds."""

    root: Path
    folder: Path
    format: int
    model: str
    revision: str
    dimensions: int
    files: int
    chunks: int
    chunks_by_language: Mapping[str, int]
    files_by_language: Mapping[str, int]
    encodings: Mapping[str, int]
    """Files that were read in each."""
    skipped: Mapping[str, int]
    fallbacks: Mapping[str, int]
    segments: int
    size: int
    """Bytes on disk."""
    search: str
    """How vectors are searched."""


def read_status(layout: Layout) -> Status:
    """Raises IndexNotFound, IndexIncompatible or IndexDamaged."""
    check_exists(layout)
    store = open_store(layout)
    try:
        meta = store.state().meta
        counted = tally(store.files(), skips.recorded(meta))
        return Status(
            root=layout.root,
            folder=layout.folder,
            format=FORMAT,
            model=meta.get("model", ""),
            revision=meta.get("revision", ""),
            dimensions=store.number("dimensions"),
            files=counted.files,
            chunks=counted.chunks,
            chunks_by_language=counted.chunks_by_language,
            files_by_language=counted.files_by_language,
            encodings=counted.encodings,
            skipped=counted.skipped,
            fallbacks=counted.fallbacks,
            segments=len(store.segments()),
            size=size_on_disk(layout),
            search="exact, 8 bits a dimension",
        )
    finally:
        store.close()
