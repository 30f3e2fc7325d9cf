"""The contents of an index, counted from its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codesearch.index import skips
from codesearch.index.access import check_exists, open_store
from codesearch.index.folder import size_on_disk
from codesearch.index.layout import FORMAT, Layout
from codesearch.index.rows import FileCounts
from codesearch.index.tally import tally


@dataclass(frozen=True, slots=True)
class Status:
    """The contents of an index."""

    root: Path
    folder: Path
    format: int
    is_complete: bool
    """Whether the first update has finished: before it has, there is no model, and nothing can be searched."""
    staged: FileCounts
    """What an update that runs, or was interrupted, has done so far."""
    model: str
    revision: str
    dimensions: int
    files: int
    chunks: int
    chunks_by_language: Mapping[str, int]
    files_by_language: Mapping[str, int]
    encodings: Mapping[str, int]
    """Number of files in each encoding."""
    skipped: Mapping[str, int]
    """Number of skipped files by the value of a SkipReason."""
    fallbacks: Mapping[str, int]
    """Number of files chunked into windows of lines, by reason."""
    segments: int
    size: int
    """Bytes on disk."""
    search: str
    """Description of the vector search."""


def read_status(layout: Layout) -> Status:
    """The contents of an index. Raises IndexNotFound, IndexIncompatible, IndexUntrusted or IndexDamaged."""
    check_exists(layout)
    store = open_store(layout)
    try:
        meta = store.state().meta
        store.files()  # verifies the rows that are counted
        counted = tally(store.file_groups(), skips.read_skips(meta))
        return Status(
            root=layout.root,
            folder=layout.folder,
            format=FORMAT,
            is_complete="model" in meta,
            staged=store.staged_counts(),
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
            search="exact, 8 bits per dimension",
        )
    finally:
        store.close()
