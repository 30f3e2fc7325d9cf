"""The interface of an encoder in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairGroup:
    """The size of a group of pairs, and the share of them that each epoch samples."""

    pairs: int
    share: float = 1.0


class Learner(Protocol):
    """An encoder in training. Pairs are grouped by language and kind; a batch is taken from one group."""

    groups: Sequence[PairGroup]
    tokens: int
    """Size of the vocabulary."""

    def learn(self, number: int, group: int, rows: Rows, rate: float) -> float:
        """Run step `number`, counted from 1, on these rows of a group. Returns the loss before the step."""
        ...

    def state(self) -> Mapping[str, npt.NDArray[Any]]:
        """The parameters and the optimizer's state, for checkpoints."""
        ...

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Restore what `state` returned. Raises CodesearchError if it belongs to another encoder."""
        ...

    def write(self, folder: Path) -> None:
        """Write a model folder that `--model` accepts. Raises OSError."""
        ...
