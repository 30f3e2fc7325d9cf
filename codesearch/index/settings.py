"""What an index depends on, as its database records it."""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.chunking import VERSION as CHUNKER_VERSION
from codesearch.errors import IndexIncompatible, UpdateIndex
from codesearch.index.access import open_store
from codesearch.index.database import IDENTITY
from codesearch.index.layout import Layout
from codesearch.models.encoder import Encoder

PUBLICATION = "publication"
"""The setting that counts how often the index was published."""

ATTRIBUTES = "attributes"
"""The setting that tells by which rules of .gitattributes files were indexed that look generated."""


def publication(meta: Mapping[str, str]) -> tuple[str, str]:
    """What tells one published state from any other."""
    return meta.get(IDENTITY, ""), meta.get(PUBLICATION, "")


def read_meta(layout: Layout) -> dict[str, str]:
    """The settings of an index; none where there is no index. Raises IndexDamaged or IndexIncompatible."""
    if not layout.exists():
        return {}
    store = open_store(layout)
    try:
        return dict(store.state().meta)
    finally:
        store.close()


def settings(encoder: Encoder) -> dict[str, str]:
    """What an index depends on: where one of these differs, its vectors or chunks are others."""
    return {
        "model": encoder.name,
        "revision": encoder.revision,
        "dimensions": str(encoder.dimensions),
        "chunker": str(CHUNKER_VERSION),
    }


def check_model(layout: Layout, meta: Mapping[str, str], encoder: Encoder) -> None:
    """Raises IndexIncompatible where an index was made with another model."""
    model = meta.get("model", encoder.name)
    if model != encoder.name:
        raise IndexIncompatible(
            f"the index was made with the model {model}, not {encoder.name}",
            UpdateIndex(layout.folder, encoder.name),
        )
    if meta.get("dimensions", str(encoder.dimensions)) != str(encoder.dimensions):
        raise IndexIncompatible(
            f"the index has {meta['dimensions']} dimensions, the model {encoder.name} now has {encoder.dimensions}",
            UpdateIndex(layout.folder),
        )


def check_revision(layout: Layout, meta: Mapping[str, str], encoder: Encoder) -> None:
    """Raises IndexIncompatible where vectors are of another revision of the model: they can't be compared."""
    if meta.get("revision", encoder.revision) != encoder.revision:
        raise IndexIncompatible(
            f"the index was made with revision {meta['revision']} of {encoder.name}; {encoder.revision} is installed",
            UpdateIndex(layout.folder),
        )
