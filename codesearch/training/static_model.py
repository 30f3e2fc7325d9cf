"""Write a trained network as a model folder that `--model` accepts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.arrays import save_arrays
from codesearch.models.side import PARTS, POSITION_WEIGHTS
from codesearch.models.static import SIDES, VOCABULARY_FILE, WEIGHTS_FILE
from codesearch.training.network import Network

_LEVELS = 127
"""Positive levels of int8, which costs no MRR@10 against float32."""


def write_model(folder: Path, tokens: Sequence[str], network: Network) -> None:
    """Write weights (int8 with a float16 scale per token; both sides as float16) and vocabulary. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    table = network.table
    scales = (np.abs(table).max(1, initial=0.0) / _LEVELS).astype(np.float16)
    divisors = np.where(scales > 0, scales, 1).astype(np.float32)[:, None]
    arrays = {"embeddings": np.clip(np.rint(table / divisors), -_LEVELS, _LEVELS).astype(np.int8), "scales": scales}
    for name, side in zip(SIDES, network.sides(), strict=True):
        arrays[f"{name}.{POSITION_WEIGHTS}"] = side.position_weights.astype(np.float16)
        arrays |= {f"{name}.{part}": getattr(side.head, part).astype(np.float16) for part in PARTS}
    part = folder / f"{WEIGHTS_FILE}.part"
    save_arrays(part, arrays, {"revision": _revision(arrays)})
    (folder / VOCABULARY_FILE).write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8", newline="\n")
    part.replace(folder / WEIGHTS_FILE)


def _revision(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """A digest of the weights, stored in their file so that loading need not read all of them."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
