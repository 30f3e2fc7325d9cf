"""BM25: idf(term) · tf / (tf + k1 · (1 − b + b · length / average)), summed over a query's terms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75
"""The usual values (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond")."""


def idf(chunks: int, frequency: int) -> float:
    """Inverse document frequency of a term in `frequency` of all `chunks`: ln(1 + (n − df + ½) / (df + ½))."""
    return math.log1p((max(chunks - frequency, 0) + 0.5) / (frequency + 0.5))


def saturated(
    counts: npt.NDArray[Any], rows: npt.NDArray[Any], lengths: npt.NDArray[Any], average: float
) -> npt.NDArray[Any]:
    """The BM25 score without the idf, between 0 and 1, of each entry: `counts[i]` is a term's count in text `rows[i]`.

    `lengths` has one entry per text, `average` is their usual mean.
    """
    norms = K1 * (1 - B + B * lengths / average)
    return np.asarray(counts / (counts + norms[rows]))
