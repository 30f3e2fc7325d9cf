"""What a trainer teaches: an encoder that learns from batches of pairs, and can be written."""

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
    """How many pairs a group has, and what share of them an epoch takes, others each time."""

    pairs: int
    share: float = 1.0


class Learner(Protocol):
    """An encoder in training. Pairs lie in groups of a language and kind; a batch is of one group."""

    groups: Sequence[PairGroup]
    tokens: int
    """Of its vocabulary."""

    def learn(self, number: int, group: int, rows: Rows, rate: float) -> float:
        """Step `number`, counted from 1, on these rows of a group; the loss before it."""
        ...

    def state(self) -> Mapping[str, npt.NDArray[Any]]:
        """All that learning changes."""
        ...

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take up what `state` gave. Raises CodesearchError where it is another encoder's."""
        ...

    def write(self, folder: Path) -> None:
        """Write the encoder as `--model` takes it. Raises OSError."""
        ...
