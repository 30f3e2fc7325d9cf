"""What signals say together, which their weighted sum does not: boosted trees that correct the log-odds.

A tree asks up to three questions about a candidate, each whether a value is above a threshold, and has a correction for
each of the eight cases. The sum over all trees is added to the weighted sum of the signals (Friedman 2001, "Greedy
function approximation: a gradient boosting machine"). Learned by benchmarks/learn_interactions.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.arrays import map_arrays

Values = npt.NDArray[np.floating]

FILE = Path(__file__).with_name("interactions.safetensors")
CORRECTED = 40
"""Candidates that are corrected, best first: those further behind hardly come among the first ten, and take as long."""
BEST, BELOW_BEST = "best ", " below best"
"""With a signal's name: the highest value of any candidate, and how far a candidate's is below it."""
SPLITS, CASES = 7, 8
"""Of a tree, in levels: split i is followed by split 2i + 1, or by 2i + 2 if the value is above the threshold."""


class Interactions(NamedTuple):
    """Trees over the values that `value_names` lists."""

    value: npt.NDArray[np.uint8]
    """[SPLITS, trees]: the row of `value_table` that a split is about."""
    threshold: npt.NDArray[np.float32]
    """[SPLITS, trees]"""
    corrections: npt.NDArray[np.float32]
    """[trees, CASES], log-odds."""

    def correct(self, features: Values, odds: Values, file: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The corrected log-odds [candidates].

        `features` is [signals, candidates], `odds` are their weighted sums, and `file` numbers the candidates' files.
        """
        if not len(odds):
            return np.asarray(odds, np.float64)
        best = np.argsort(-odds, kind="stable")[:CORRECTED]
        values = value_table(features, odds, file)[:, best]
        above = values[self.value] > self.threshold[:, :, None]
        second = np.where(above[0], above[2], above[1])
        third = np.where(above[0], np.where(above[2], above[6], above[5]), np.where(above[1], above[4], above[3]))
        case = 4 * above[0] + 2 * second + third
        corrected = np.array(odds, np.float64)
        corrected[best] += np.take_along_axis(self.corrections, case, axis=1).sum(axis=0, dtype=np.float64)
        return corrected


@lru_cache(maxsize=1)
def package_interactions(signals: tuple[str, ...]) -> Interactions:
    """The trees in the package, which are for questions in prose, over the values of these signals."""
    arrays, metadata = map_arrays(FILE)
    row = {name: number for number, name in enumerate(value_names(signals))}
    rows = np.array([row[name] for name in value_names(metadata["signals"].split())], np.uint8)
    return Interactions(rows[arrays["value"]], arrays["threshold"], arrays["corrections"])


def value_names(signals: Sequence[str]) -> list[str]:
    """What the rows of `value_table` are, by the signals' names."""
    best, below = ([BEST + name for name in signals], [name + BELOW_BEST for name in signals])
    return [*signals, *best, *below, "odds" + BELOW_BEST, "place", "candidates of its file"]


def value_table(features: Values, odds: Values, file: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """All that trees may ask about [values, candidates]; see Interactions.correct for the arguments."""
    best = np.broadcast_to(features.max(axis=1, keepdims=True), features.shape)
    place = np.argsort(np.argsort(-odds, kind="stable"), kind="stable")
    rows = [features, best, best - features, odds.max() - odds, place, np.bincount(file)[file]]
    return np.vstack(rows, dtype=np.float32, casting="unsafe")
