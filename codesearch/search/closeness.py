"""Whether a repository answers a question at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from codesearch.index.bm25 import idf
from codesearch.models.encoder import Embeddings
from codesearch.search.background import package_background
from codesearch.search.candidates import Candidates
from codesearch.search.hit import Retrieval

MOST_RARITY = 6.6
"""More counts as this. 95 % of the questions that the thresholds were learned from have less, one unknown word more."""

LEAST_COSINE = 0.35
"""Of the nearest chunk, if no chunk has a word of the question: 2 of a repository's own questions and 84 of others' are
such, all of them less close than this."""


class Closeness(NamedTuple):
    """How close the candidates of a question come to it and should come to it, or how much each of these counts."""

    cosine: float
    """Of the nearest chunk."""
    coverage: float
    """Share of the question's term weight in the chunk that has most of it."""
    absent: float
    """Number of the question's terms that no chunk contains."""
    size: float
    """Logarithm of the number of chunks searched: among more chunks some come closer by chance."""
    expected: float
    """Mean share of questions with one of the terms whose answer has it: words of code should be found."""
    rarity: float
    """Mean rarity of the terms in code of all kinds: where rare words meet, it is no chance."""
    rarity_here: float
    """Mean rarity of the terms in the chunks searched, as a share of an absent term's."""
    specificity: float
    """How much the nearest chunk's cosine differs between repositories, estimated from the question."""

    @classmethod
    def of(cls, candidates: Candidates, vector: Embeddings | None) -> Closeness:
        """The closeness of the candidates of a question; `vector` is the question's by the default encoder, if used."""
        background, terms = package_background(), candidates.term_weights
        usual = list(map(background.usual, terms))
        weights = np.fromiter(terms.values(), np.float64, len(terms))
        unknown = idf(candidates.searched, 0)
        return cls(
            cosine=float(candidates.dense.max(initial=0.0)),
            coverage=float((weights @ (candidates.by_term > 0)).max(initial=0.0) / (weights.sum() or 1.0)),
            absent=float((weights >= unknown).sum()),
            size=float(np.log(max(candidates.searched, 1))),
            expected=_mean([word.expected for word in usual]),
            rarity=min(_mean([word.rarity for word in usual]), MOST_RARITY),
            rarity_here=_mean(terms.values()) / unknown,
            specificity=0.0 if vector is None else background.specificity(vector),
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
    Retrieval.BOTH: Threshold(
        Closeness(
            cosine=14.86,
            coverage=3.63,
            absent=-0.28,
            size=-1.04,
            expected=-7.41,
            rarity=1.49,
            rarity_here=-8.13,
            specificity=-45.5,
        ),
        -1.85,
    ),
    Retrieval.LEXICAL: Threshold(
        Closeness(
            cosine=0,
            coverage=4.72,
            absent=-0.17,
            size=-1.13,
            expected=-6.9,
            rarity=2.36,
            rarity_here=-17.28,
            specificity=0,
        ),
        -8.47,
    ),
    Retrieval.DENSE: Threshold(
        Closeness(
            cosine=15.26,
            coverage=0,
            absent=0,
            size=-1.07,
            expected=-6.98,
            rarity=1.56,
            rarity_here=-14.06,
            specificity=-42.4,
        ),
        -6.41,
    ),
}


def is_close(candidates: Candidates, retrieval: Retrieval, vector: Embeddings | None) -> bool:
    """Whether any candidate may answer, judged by the cosines of the default model (DENSE), by words, or by both.

    `vector` is the question's by the default model, None if judged by words.
    """
    threshold, found = THRESHOLDS[retrieval], Closeness.of(candidates, vector)
    if not found.coverage and found.cosine < LEAST_COSINE:
        return False
    return found.weighted(threshold.weights) >= threshold.least


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values) if values else 0.0
