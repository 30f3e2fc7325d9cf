"""BM25: idf(term) · tf / (tf + k1 · (1 − b + b · length / average)), summed over a question's terms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75
"""Robertson and Zaragoza's usual values (2009)."""


def idf(chunks: int, frequency: int) -> float:
    """Inverse document frequency of a term that so many of all chunks hold: ln(1 + (n − df + ½) / (df + ½))."""
    return math.log1p((max(chunks - frequency, 0) + 0.5) / (frequency + 0.5))


def saturated(
    counts: npt.NDArray[Any], rows: npt.NDArray[Any], lengths: npt.NDArray[Any], average: float
) -> npt.NDArray[Any]:
    """What is left of BM25 without idf, between 0 and 1: entry i counts a term in the text `rows[i]`.

    `lengths` has one entry per text.
    """
    norms = K1 * (1 - B + B * lengths / average)
    return np.asarray(counts / (counts + norms[rows]))
