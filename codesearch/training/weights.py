"""A trained table → the folder that `--model` takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from codesearch.arrays import save_arrays
from codesearch.models.static import VOCABULARY_FILE, WEIGHTS_FILE
from codesearch.training.trainer import Table

_LEVELS = 127
"""Of int8 on each side of 0. MRR@10 was .418 with float32 and with int8."""


def write_model(folder: Path, tokens: Sequence[str], table: Table) -> None:
    """Write weights (int8, one float16 scale a token) and vocabulary. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = (np.abs(table).max(1, initial=0.0) / _LEVELS).astype(np.float16)
    divisors = np.where(scales > 0, scales, 1).astype(np.float32)[:, None]
    embeddings = np.clip(np.rint(table / divisors), -_LEVELS, _LEVELS).astype(np.int8)
    part = folder / f"{WEIGHTS_FILE}.part"
    save_arrays(part, {"embeddings": embeddings, "scales": scales})
    (folder / VOCABULARY_FILE).write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8", newline="\n")
    part.replace(folder / WEIGHTS_FILE)
