"""Load the network from its weight files, which must contain exactly the expected tensors with their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from codesearch.errors import ModelUnavailable
from codesearch.models.checkpoint import FETCH_AGAIN, Checkpoint
from codesearch.models.jina.config import PREFIX, UNUSED, JinaConfig, read_config
from codesearch.models.jina.model import JinaModel

_FLOATS = {"F32", "F16", "BF16"}


def load_model(checkpoint: Checkpoint, precision: torch.dtype, device: torch.device) -> JinaModel:
    """Load the network of a checkpoint, with linear layers in `precision`. Raises ModelUnavailable.

    Embeddings keep their stored type and stay memory-mapped, since a query reads only a few rows. LayerNorms are
    float32.
    """
    config = read_config(checkpoint.config, checkpoint.tensors)
    names = check_tensors(checkpoint, config)
    with torch.device("meta"):
        model = JinaModel(config)
    model.load_state_dict(_read(checkpoint, names, precision, device), assign=True)
    return model.requires_grad_(False).eval()


def check_tensors(checkpoint: Checkpoint, config: JinaConfig) -> Mapping[str, str]:
    """The name in the files of every tensor that is used, by its official name. Raises ModelUnavailable."""
    if config.layers > len(checkpoint.tensors):  # before that many names are generated
        raise ModelUnavailable(
            f"config.json: {config.layers:,} layers are more than the weights have tensors", FETCH_AGAIN
        )
    names = {name.removeprefix(PREFIX): name for name in checkpoint.tensors}
    expected = config.tensors()
    missing = sorted(expected.keys() - names.keys())
    unexpected = sorted(names.keys() - expected.keys() - set(UNUSED))
    for reason, found in (("lack", missing), ("have, unlike config.json,", unexpected)):
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            raise ModelUnavailable(f"the weights in {checkpoint.folder} {reason} {found[0]}{more}", FETCH_AGAIN)
    for name, shape in expected.items():
        tensor = checkpoint.tensors[names[name]]
        if tensor.shape != shape or tensor.type not in _FLOATS:
            raise ModelUnavailable(
                f"{name} in {checkpoint.folder} is {tensor.type} {list(tensor.shape)}, not floats {list(shape)}",
                FETCH_AGAIN,
            )
    return {name: names[name] for name in expected}


def _read(
    checkpoint: Checkpoint, names: Mapping[str, str], precision: torch.dtype, device: torch.device
) -> dict[str, Tensor]:
    opened: dict[Path, Any] = {path: safe_open(path, framework="pt") for path in checkpoint.files}
    state = {}
    for name, stored in names.items():
        tensor: Tensor = opened[checkpoint.tensors[stored].file].get_tensor(stored)
        state[name] = tensor.to(device, _type_of(name, tensor, precision))
    return state


def _type_of(name: str, tensor: Tensor, precision: torch.dtype) -> torch.dtype:
    if "norm" in name.lower():
        return torch.float32
    return tensor.dtype if name.startswith("embeddings.") else precision
