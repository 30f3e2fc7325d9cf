"""The settings in an index's database, and whether they match an encoder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.chunking import VERSION as CHUNKER_VERSION
from codesearch.errors import IndexIncompatible, UpdateIndex
from codesearch.index.access import open_store
from codesearch.index.database import IDENTITY
from codesearch.index.layout import Layout

if TYPE_CHECKING:
    from codesearch.models.encoder import Encoder

PUBLICATION = "publication"
"""Key of the setting that counts publications of the index."""

ATTRIBUTES = "attributes"
"""Key of the digest of the .gitattributes rules that decided which files that look generated are indexed."""


def publication(meta: Mapping[str, str]) -> tuple[str, str]:
    """The identity and publication count of an index, which identify a published state."""
    return meta.get(IDENTITY, ""), meta.get(PUBLICATION, "")


def state_name(meta: Mapping[str, str]) -> str:
    """A name for a published state that no other has; empty if nothing is published."""
    return ":".join(publication(meta)) if PUBLICATION in meta else ""


MODEL_AND_CHUNKER = ("model", "revision", "dimensions", "chunker")
"""Keys of the settings on which an index's vectors and chunks depend."""


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
    values = (encoder.name, encoder.revision, str(encoder.dimensions), str(CHUNKER_VERSION))
    return dict(zip(MODEL_AND_CHUNKER, values, strict=True))


_ROOT = "root"


def root_setting(layout: Layout) -> dict[str, str]:
    """The root as a setting, from the first update on, however it ends; empty if inside, as it moves with the root."""
    return {_ROOT: "" if layout.is_inside else str(layout.root)}


def stored_layout(folder: Path) -> Layout | None:
    """The layout of the index in a folder chosen by the user, which records its root; None if there is no index."""
    layout = Layout.of(folder.absolute().parent, folder)
    if layout.is_inside:  # the root is its parent folder, whatever is recorded
        return layout if layout.exists() else None
    root = read_meta(layout).get(_ROOT, "")
    return Layout.of(Path(root), folder) if root and Path(root).is_absolute() else None


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
