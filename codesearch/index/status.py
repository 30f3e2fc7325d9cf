"""What an index holds, counted from its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codesearch.errors import IndexNotFound, UpdateIndex
from codesearch.index import skips
from codesearch.index.access import open_store
from codesearch.index.folder import size_on_disk
from codesearch.index.layout import FORMAT, Layout


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
    if not layout.exists():
        raise IndexNotFound(f"{layout.root} is not indexed", UpdateIndex())
    store = open_store(layout)
    try:
        meta = store.state().meta
        chunks: Counter[str] = Counter()
        files: Counter[str] = Counter()
        skipped = Counter(skips.recorded(meta))
        fallbacks: Counter[str] = Counter()
        encodings: Counter[str] = Counter()
        for file in store.files():
            if file.skipped:
                skipped[file.skipped] += 1
                continue
            files[file.language] += 1
            chunks[file.language] += file.chunks
            encodings[file.encoding] += 1
            skipped[skips.OUTPUTS] += file.outputs
            if file.fallback:
                fallbacks[file.fallback] += 1
        return Status(
            root=layout.root,
            folder=layout.folder,
            format=FORMAT,
            model=meta.get("model", ""),
            revision=meta.get("revision", ""),
            dimensions=store.number("dimensions"),
            files=sum(files.values()),
            chunks=sum(chunks.values()),
            chunks_by_language=dict(chunks.most_common()),
            files_by_language=dict(files.most_common()),
            encodings=dict(encodings.most_common()),
            skipped=dict((+skipped).most_common()),
            fallbacks=dict(fallbacks.most_common()),
            segments=len(store.segments()),
            size=size_on_disk(layout),
            search="exact, 8 bits a dimension",
        )
    finally:
        store.close()
