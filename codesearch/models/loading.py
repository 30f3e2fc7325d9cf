"""Load an encoder by name. torch and transformers are imported only for models that need them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codesearch.errors import FetchModel, InstallPackage, ListModels, ModelUnavailable
from codesearch.models import MAX_TOKENS, hub
from codesearch.models.kinds import ModelFiles, kind_of

if TYPE_CHECKING:
    from codesearch.models.encoder import Encoder

DEFAULT_MODEL = "default"
DEVICE_VARIABLE = "CODESEARCH_DEVICE"
PACKAGES = "./packages"
"""Folder of the model packages in a checkout."""
PRECISION_VARIABLE = "CODESEARCH_PRECISION"

_NAME = re.compile(r"(?P<model>.+?)(?:@(?P<revision>[\w./-]+))?(?:#(?P<length>[0-9]+))?", re.DOTALL)


class ModelName(NamedTuple):
    """A value of `--model`: a known name, an id on the hub or a folder, with optional `@REVISION` and `#LENGTH`."""

    model: str
    revision: str = ""
    max_length: int | None = None

    @classmethod
    def parse(cls, text: str) -> ModelName:
        """Parse a name. The path of an existing folder is not split. Raises ModelUnavailable."""
        if not text.strip():
            raise ModelUnavailable("the model name is empty", ListModels())
        whole = hub.expand_user(text)
        if os.path.isdir(whole):  # noqa: PTH112 - Path.is_dir() raises where the name is too long
            return cls(str(whole.resolve()))
        match = _NAME.fullmatch(text)
        if not match:
            raise ModelUnavailable(f"unknown model {text!r}", ListModels())
        length = _length(match["length"])
        folder = hub.expand_user(text.rpartition("#")[0]) if length else whole
        if os.path.isdir(folder):  # noqa: PTH112
            return cls(str(folder.resolve()), "", length)
        return cls(match["model"], match["revision"] or "", length)

    def __str__(self) -> str:
        """The inverse of `parse`."""
        revision = f"@{self.revision}" if self.revision else ""
        return f"{self.model}{revision}{f'#{self.max_length}' if self.max_length else ''}"


def _length(digits: str | None) -> int | None:
    """Raises ModelUnavailable for a length beyond MAX_TOKENS."""
    if digits is None:
        return None
    if len(digits) > len(str(MAX_TOKENS)) or not 1 <= int(digits) <= MAX_TOKENS:
        raise ModelUnavailable(f"a length of {digits} tokens is not in the range 1 to {MAX_TOKENS:,}")
    return int(digits)


def load_encoder(name: str = DEFAULT_MODEL, device: str = "", precision: str = "") -> Encoder:
    """Load the encoder of a known name, an id on the hub, or a folder. Nothing is downloaded.

    `device` is auto, cpu, cuda or mps, `precision` auto, float32, bfloat16, float16 or int8; if empty, they are taken
    from the environment variables CODESEARCH_DEVICE and CODESEARCH_PRECISION, else auto. Static models ignore both.
    Raises ModelUnavailable if the model is not on this machine, incomplete or unsafe, or needs an extra that is not
    installed, and CodesearchError for an unknown or unavailable device or precision.
    """
    if device:
        from codesearch.models.devices import check

        check(device)
    if name == DEFAULT_MODEL:
        from codesearch.models.static import StaticEncoder

        return StaticEncoder.default()
    files = _files(name)
    device = device or os.environ.get(DEVICE_VARIABLE) or "auto"
    encoder = kind_of(files).load(files, device, precision or os.environ.get(PRECISION_VARIABLE) or "auto")
    return _beside_default(encoder) if _is_beside_default(name) else encoder


def _is_beside_default(name: str) -> bool:
    from codesearch.models.catalog import BY_NAME

    known = BY_NAME.get(ModelName.parse(name).model)
    return known is not None and known.beside_default


def _beside_default(encoder: Encoder) -> Encoder:
    from codesearch.models.joined import DEFAULT_WEIGHT, JoinedEncoder
    from codesearch.models.static import StaticEncoder

    return JoinedEncoder(encoder, StaticEncoder.default(), DEFAULT_WEIGHT)


def is_static(name: str) -> bool:
    """Whether a model needs no device, and so no torch. Raises ModelUnavailable if it is not on this machine."""
    return name == DEFAULT_MODEL or not kind_of(_files(name)).capabilities.device


def _files(name: str) -> ModelFiles:
    """The files of a model. Raises ModelUnavailable if it is not on this machine."""
    parsed = ModelName.parse(name)
    return ModelFiles(find_folder(parsed), str(parsed), parsed.max_length)


def fetch_model(name: str) -> Path:
    """Download a known model or an id on the hub, and check its files. Returns the folder. Raises ModelUnavailable."""
    from codesearch.models.catalog import BY_NAME
    from codesearch.models.checkpoint import open_checkpoint
    from codesearch.models.modules import transformer_folder

    parsed = ModelName.parse(name)
    known = BY_NAME.get(parsed.model)
    repository = known.repository if known else parsed.model
    if known and known.package:
        return find_folder(parsed)
    if known and not repository:
        raise ModelUnavailable(f"the model {name} ships with codesearch; there is nothing to fetch")
    if not hub.REPOSITORY.fullmatch(repository):
        raise ModelUnavailable(f"unknown model {parsed.model!r}", ListModels())
    folder = hub.fetch(repository, parsed.revision or hub.MAIN)
    open_checkpoint(transformer_folder(folder))
    return folder


def find_folder(name: ModelName) -> Path:
    """The folder of a model on this machine. Raises ModelUnavailable."""
    from codesearch.models.catalog import BY_NAME, package_folder

    known = BY_NAME.get(name.model)
    if known and known.package:
        found = package_folder(known)
        if found is None:
            raise ModelUnavailable(
                f"the model {known.name} comes in a separate package ({known.size / 1e6:.0f} MB) that is not installed",
                InstallPackage(f"{PACKAGES}/{known.name}"),
            )
        return found
    repository = known.repository if known else name.model
    if not known and os.path.isdir(name.model):  # noqa: PTH112 - Path.is_dir() raises where the name is too long
        return Path(name.model)
    if not hub.REPOSITORY.fullmatch(repository):
        raise ModelUnavailable(f"unknown model {name.model!r}", ListModels())
    found = hub.cached_folder(repository, name.revision or hub.MAIN)
    if found is None:
        raise ModelUnavailable(
            f"the model {name} is not on this machine",
            FetchModel(f"{name.model}{'@' + name.revision if name.revision else ''}", known.size if known else 0),
        )
    return found
