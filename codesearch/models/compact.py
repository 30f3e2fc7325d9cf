"""Compact weights of a transformer, a quarter of the size: int8 matrices with a scale per row, all else float16.

For weights that are distributed in a package. Cosines between embeddings change by less than 0.001.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from codesearch.arrays import map_arrays, save_arrays
from codesearch.models.checkpoint import Checkpoint

SCALES = ".scales"
"""Suffix of the name of a matrix's scales, float32 [rows]."""
_LEVELS = 127


def write_compact(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a network's tensors in compact form. Raises OSError."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, tensor in tensors.items():
        array = tensor.detach().float().cpu().numpy()
        if array.ndim != 2:
            arrays[name] = array.astype(np.float16)
            continue
        scales = np.maximum(np.abs(array).max(1), 1e-12) / _LEVELS
        arrays[name] = np.rint(array / scales[:, None]).astype(np.int8)
        arrays[name + SCALES] = scales.astype(np.float32)
    save_arrays(path, arrays)


def is_compact(checkpoint: Checkpoint) -> bool:
    """Whether a checkpoint's weights are in compact form."""
    return any(name.endswith(SCALES) for name in checkpoint.tensors)


def read_compact(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """The tensors of a compact checkpoint, float32. Raises OSError, or ValueError if a file is damaged."""
    arrays = {name: array for file in checkpoint.files for name, array in map_arrays(file)[0].items()}
    tensors = {}
    for name, array in arrays.items():
        if not name.endswith(SCALES):
            scales = arrays.get(name + SCALES)
            full = array.astype(np.float32)
            tensors[name] = torch.from_numpy(full if scales is None else full * scales[:, None])
    return tensors
