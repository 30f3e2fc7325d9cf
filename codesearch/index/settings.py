"""The settings in an index's database, and whether they match an encoder."""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.chunking import VERSION as CHUNKER_VERSION
from codesearch.errors import IndexIncompatible, UpdateIndex
from codesearch.index.access import open_store
from codesearch.index.database import IDENTITY
from codesearch.index.layout import Layout
from codesearch.models.encoder import Encoder

PUBLICATION = "publication"
"""Key of the setting that counts publications of the index."""

ATTRIBUTES = "attributes"
"""Key of the digest of the .gitattributes rules that decided which files that look generated are indexed."""


def publication(meta: Mapping[str, str]) -> tuple[str, str]:
    """The identity and publication count of an index, which identify a published state."""
    return meta.get(IDENTITY, ""), meta.get(PUBLICATION, "")


def read_meta(layout: Layout) -> dict[str, str]:
    """The settings of an index; empty if there is none. Raises IndexDamaged, IndexIncompatible or IndexUntrusted."""
    if not layout.exists():
        return {}
    store = open_store(layout)
    try:
        return dict(store.state().meta)
    finally:
        store.close()


def settings(encoder: Encoder) -> dict[str, str]:
    """The settings on which an index's vectors and chunks depend: if one of them differs, all files are processed."""
    return {
        "model": encoder.name,
        "revision": encoder.revision,
        "dimensions": str(encoder.dimensions),
        "chunker": str(CHUNKER_VERSION),
    }


def check_model(layout: Layout, meta: Mapping[str, str], encoder: Encoder) -> None:
    """Raises IndexIncompatible if an index was made with another model."""
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
    """Raises IndexIncompatible if an index was made with another revision of the model, whose vectors differ."""
    if meta.get("revision", encoder.revision) != encoder.revision:
        raise IndexIncompatible(
            f"the index was made with revision {meta['revision']} of {encoder.name}; {encoder.revision} is installed",
            UpdateIndex(layout.folder),
        )
