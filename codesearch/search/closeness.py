"""Whether a repository answers a question at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from codesearch.index.bm25 import idf
from codesearch.search.candidates import Candidates
from codesearch.search.hit import Retrieval


class Closeness(NamedTuple):
    """How close the candidates of a question come to it, or how much each of these counts."""

    cosine: float
    """Of the nearest chunk."""
    coverage: float
    """Share of the question's term weight in the chunk that has most of it."""
    absent: float
    """Share of the question's terms that no chunk contains."""
    size: float
    """Logarithm of the number of chunks searched: among more chunks some come closer by chance."""

    @classmethod
    def of(cls, candidates: Candidates) -> Closeness:
        """The closeness of the candidates of a question."""
        weights = np.asarray(list(candidates.term_weights.values()), np.float64)
        holds = candidates.by_term > 0
        unknown = weights >= idf(candidates.searched, 0)
        return cls(
            cosine=float(candidates.dense.max(initial=0.0)),
            coverage=float((weights @ holds).max(initial=0.0) / (weights.sum() or 1.0)),
            absent=float(unknown.mean()) if len(weights) else 0.0,
            size=float(np.log(max(candidates.searched, 1))),
        )

    def weighted(self, weights: Closeness) -> float:
        """The weighted sum."""
        return float(np.dot(self, weights))


class Threshold(NamedTuple):
    """Candidates whose weighted closeness is less do not answer."""

    weights: Closeness
    least: float


# Learned by benchmarks/nothing_close.py so that 2 % of a repository's own questions are below; see docs/ranking.md.
THRESHOLDS: Mapping[Retrieval, Threshold] = {
    Retrieval.BOTH: Threshold(Closeness(cosine=11.94, coverage=3.45, absent=-2.99, size=-0.48), 0.63),
    Retrieval.LEXICAL: Threshold(Closeness(cosine=0, coverage=6.38, absent=-3.60, size=-0.38), -2.32),
    Retrieval.DENSE: Threshold(Closeness(cosine=15.54, coverage=0, absent=0, size=-0.33), 1.96),
}


def is_close(candidates: Candidates, retrieval: Retrieval) -> bool:
    """Whether any candidate may answer, judged by the cosines of the default model (DENSE), by words, or by both."""
    threshold = THRESHOLDS[retrieval]
    return Closeness.of(candidates).weighted(threshold.weights) >= threshold.least
