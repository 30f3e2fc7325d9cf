"""Weights on disk → the network. Every expected tensor is there with its shape, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from codesearch.errors import ModelUnavailable
from codesearch.models.checkpoint import GET_AGAIN, Checkpoint
from codesearch.models.jina.config import PREFIX, UNUSED, JinaConfig, read_config
from codesearch.models.jina.model import JinaModel

_FLOATS = {"F32", "F16", "BF16"}


def load_model(checkpoint: Checkpoint, precision: torch.dtype, device: torch.device) -> JinaModel:
    """The network of a checkpoint, its linear layers in `precision`. Raises ModelUnavailable.

    Embeddings stay in the type that they are stored in, mapped from the file: a question reads a few rows of them.
    LayerNorms are float32.
    """
    config = read_config(checkpoint.config, checkpoint.tensors)
    names = check_tensors(checkpoint, config)
    with torch.device("meta"):
        model = JinaModel(config)
    model.load_state_dict(_read(checkpoint, names, precision, device), assign=True)
    return model.requires_grad_(False).eval()


def check_tensors(checkpoint: Checkpoint, config: JinaConfig) -> Mapping[str, str]:
    """Official name → name in the files, for every tensor that is used. Raises ModelUnavailable."""
    if config.layers > len(checkpoint.tensors):  # as many names would be made
        raise ModelUnavailable(
            f"config.json: {config.layers:,} layers are more than the weights hold tensors", GET_AGAIN
        )
    names = {name.removeprefix(PREFIX): name for name in checkpoint.tensors}
    expected = config.tensors()
    missing = sorted(expected.keys() - names.keys())
    unexpected = sorted(names.keys() - expected.keys() - set(UNUSED))
    for reason, found in (("lack", missing), ("hold, against config.json,", unexpected)):
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            raise ModelUnavailable(f"the weights in {checkpoint.folder} {reason} {found[0]}{more}", GET_AGAIN)
    for name, shape in expected.items():
        tensor = checkpoint.tensors[names[name]]
        if tensor.shape != shape or tensor.type not in _FLOATS:
            raise ModelUnavailable(
                f"{name} in {checkpoint.folder} is {tensor.type} {list(tensor.shape)}, not of floats {list(shape)}",
                GET_AGAIN,
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
