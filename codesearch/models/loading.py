"""A model's name → its encoder."""

from __future__ import annotations

from pathlib import Path

from codesearch.errors import ModelUnavailable
from codesearch.models.encoder import Encoder

DEFAULT_MODEL = "default"


def load_encoder(name: str = DEFAULT_MODEL) -> Encoder:
    """The encoder of a known name or a folder. Raises ModelUnavailable."""
    from codesearch.models.static import VOCABULARY_FILE, StaticEncoder

    if name == DEFAULT_MODEL:
        return StaticEncoder.default()
    folder = Path(name).expanduser()
    if (folder / VOCABULARY_FILE).is_file():
        return StaticEncoder(folder, str(folder.resolve()))
    raise ModelUnavailable(f"there is no model {name!r}", "use `default`, or the folder of a model")
