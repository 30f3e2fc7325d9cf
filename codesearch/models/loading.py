"""A model's name → its encoder. torch and transformers are imported only by the models that need them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from codesearch.errors import FetchModel, InstallPackage, ListModels, ModelUnavailable
from codesearch.models import MOST_TOKENS, hub
from codesearch.models.encoder import Encoder
from codesearch.models.kinds import ModelFiles, kind_of

DEFAULT_MODEL = "default"
DEVICE_VARIABLE = "CODESEARCH_DEVICE"
PACKAGES = "./packages"
"""Where the packages of models lie in a checkout."""
PRECISION_VARIABLE = "CODESEARCH_PRECISION"

_NAME = re.compile(r"(?P<model>.+?)(?:@(?P<revision>[\w./-]+))?(?:#(?P<length>[0-9]+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ModelName:
    """What `--model` takes: a known name, a hub's id or a folder; `@REVISION` pins it, `#LENGTH` sets its tokens."""

    model: str
    revision: str = ""
    max_length: int | None = None

    @classmethod
    def parse(cls, text: str) -> ModelName:
        """The parts of a name. A folder that is there is taken as it is spelled. Raises ModelUnavailable."""
        if not text.strip():
            raise ModelUnavailable("the model name is empty", ListModels())
        whole = hub.expanded(text)
        if os.path.isdir(whole):  # noqa: PTH112 - Path.is_dir() raises where the name is too long
            return cls(str(whole.resolve()))
        match = _NAME.fullmatch(text)
        if not match:
            raise ModelUnavailable(f"unknown model {text!r}", ListModels())
        length = _length(match["length"])
        folder = hub.expanded(text.rpartition("#")[0]) if length else whole
        if os.path.isdir(folder):  # noqa: PTH112
            return cls(str(folder.resolve()), "", length)
        return cls(match["model"], match["revision"] or "", length)

    def __str__(self) -> str:
        """The name as parse() takes it."""
        revision = f"@{self.revision}" if self.revision else ""
        return f"{self.model}{revision}{f'#{self.max_length}' if self.max_length else ''}"


def _length(digits: str | None) -> int | None:
    """Raises ModelUnavailable for more tokens than any encoder reads."""
    if digits is None:
        return None
    if len(digits) > len(str(MOST_TOKENS)) or not 1 <= int(digits) <= MOST_TOKENS:
        raise ModelUnavailable(f"a length of {digits} tokens is not in the range 1 to {MOST_TOKENS:,}")
    return int(digits)


def load_encoder(name: str = DEFAULT_MODEL, device: str = "", precision: str = "") -> Encoder:
    """The encoder of a known name, a hub's id whose files are on this machine, or a folder.

    `device` is auto, cpu, cuda or mps, `precision` auto, float32, bfloat16 or float16; where they are empty, the
    environment variables CODESEARCH_DEVICE and CODESEARCH_PRECISION say it, or auto. Static models need neither.
    Nothing is fetched. Raises ModelUnavailable (not here, incomplete, unsafe, or its extra is not installed) or
    CodesearchError for a device that there is not.
    """
    if device:
        from codesearch.models.devices import check

        check(device)
    if name == DEFAULT_MODEL:
        from codesearch.models.static import StaticEncoder

        return StaticEncoder.default()
    files = _files(name)
    device = device or os.environ.get(DEVICE_VARIABLE) or "auto"
    return kind_of(files).load(files, device, precision or os.environ.get(PRECISION_VARIABLE) or "auto")


def is_static(name: str) -> bool:
    """Whether a model needs no device, and so no torch. Raises ModelUnavailable where its files are not here."""
    return name == DEFAULT_MODEL or not kind_of(_files(name)).capabilities.device


def _files(name: str) -> ModelFiles:
    """The files of a model that is on this machine. Raises ModelUnavailable."""
    parsed = ModelName.parse(name)
    return ModelFiles(find_folder(parsed), str(parsed), parsed.max_length)


def fetch_model(name: str) -> Path:
    """Fetch a known name or a hub's id, check its files, and return their folder. Raises ModelUnavailable."""
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
    """Where a model's files lie on this machine. Raises ModelUnavailable."""
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
    found = hub.cached(repository, name.revision or hub.MAIN)
    if found is None:
        raise ModelUnavailable(
            f"the model {name} is not on this machine",
            FetchModel(f"{name.model}{'@' + name.revision if name.revision else ''}", known.size if known else 0),
        )
    return found
