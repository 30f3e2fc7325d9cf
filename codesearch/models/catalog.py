"""The models known by a short name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from codesearch.models.checkpoint import WEIGHTS_FILE
from codesearch.models.hub import cached_folder


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that `codesearch models` lists."""

    name: str
    repository: str
    """Its id on the hub; empty for models that come in a package."""
    parameters: int
    dimensions: int
    length: int
    """Maximum tokens per text; 0 for no limit."""
    languages: str
    licence: str
    size: int
    """Approximate download size in bytes."""
    package: str = ""
    """The separate Python package that contains the model, if any."""
    beside_default: bool = False
    """Whether the default encoder's embeddings are part of its own; see codesearch/models/joined.py."""


_APACHE = "Apache-2.0"

KNOWN = (
    KnownModel("default", "", 0, 256, 0, "English, code", _APACHE, 0),
    KnownModel(
        "small",
        "",
        19_016_448,
        640,
        96,
        "English, code",
        _APACHE,
        19_000_000,
        package="codesearch_small",
        beside_default=True,
    ),
    KnownModel(
        "jina-code",
        "jinaai/jina-embeddings-v2-base-code",
        160_869_120,
        768,
        8192,
        "English, 30 programming languages",
        _APACHE,
        324_000_000,
    ),
    KnownModel(
        "jina-small-en", "jinaai/jina-embeddings-v2-small-en", 32_690_688, 512, 8192, "English", _APACHE, 66_000_000
    ),
    KnownModel(
        "jina-base-en", "jinaai/jina-embeddings-v2-base-en", 137_368_320, 768, 8192, "English", _APACHE, 275_000_000
    ),
    KnownModel(
        "jina-base-de",
        "jinaai/jina-embeddings-v2-base-de",
        160_813_824,
        768,
        8192,
        "German, English",
        _APACHE,
        324_000_000,
    ),
    KnownModel(
        "jina-base-zh",
        "jinaai/jina-embeddings-v2-base-zh",
        160_813_824,
        768,
        8192,
        "Chinese, English",
        _APACHE,
        324_000_000,
    ),
    KnownModel(
        "jina-base-es",
        "jinaai/jina-embeddings-v2-base-es",
        160_850_688,
        768,
        8192,
        "Spanish, English",
        _APACHE,
        324_000_000,
    ),
    KnownModel(
        "minilm", "sentence-transformers/all-MiniLM-L6-v2", 22_713_216, 384, 256, "English", _APACHE, 91_000_000
    ),
)

BY_NAME = {model.name: model for model in KNOWN}


@dataclass(frozen=True, slots=True)
class ModelState:
    """A known model, and the folder of its files if it is on this machine."""

    model: KnownModel
    folder: Path | None
    revision: str


def package_folder(model: KnownModel) -> Path | None:
    """The model folder inside its package, None if the package is not installed."""
    spec = find_spec(model.package)
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def is_packaged(folder: Path) -> bool:
    """Whether a folder is that of a model which comes in a package, and is installed."""
    packages = (package_folder(model) for model in KNOWN if model.package)
    return any(found and found.resolve() == folder.resolve() for found in packages)


def model_states() -> list[ModelState]:
    """The state of all known models. Incomplete downloads have no folder."""
    found = []
    for model in KNOWN:
        if model.package:
            found.append(ModelState(model, package_folder(model), ""))
            continue
        folder = cached_folder(model.repository) if model.repository else None
        whole = folder if folder and (folder / WEIGHTS_FILE).exists() else None
        found.append(ModelState(model, whole, whole.name if whole else ""))
    return found
