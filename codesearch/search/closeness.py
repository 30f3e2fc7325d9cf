"""Whether a repository answers a question at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.index.bm25 import idf
from codesearch.index.inflections import stem
from codesearch.index.snapshot import StoredChunk
from codesearch.index.terms import question_terms, words
from codesearch.models.encoder import Embeddings
from codesearch.search.background import package_background
from codesearch.search.candidates import Candidates
from codesearch.search.hit import Retrieval
from codesearch.search.question import Question

MOST_RARITY = 6.6
"""More counts as this. 95 % of the questions that the thresholds were learned from have less, one unknown word more."""

LEAST_COSINE = 0.35
"""Of the nearest chunk, if no chunk has a word of the question: 2 of a repository's own questions and 84 of others' are
such, all of them less close than this."""

COVERAGE_SHARE = 0.3
"""How much a chunk's coverage counts beside its cosine, in `both`. With 0.2 or 0.5 half a point less is told."""


NAMED_HITS = 3
"""The first hits whose names tell, too; see names_all. That keeps the note from 1 of 2,000 questions to other
repositories."""


class Closeness(NamedTuple):
    """How close the candidates of a question come to it and should come to it, or how much each of these counts."""

    cosine: float
    """Of the nearest chunk."""
    first: float
    """Cosine of the first hit."""
    coverage: float
    """Share of the question's term weight in the chunk that has most of it."""
    both: float
    """Highest sum of a chunk's cosine and COVERAGE_SHARE of its coverage: near and with the words, not one each."""
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
    def of(cls, candidates: Candidates, order: npt.NDArray[np.int64], vector: Embeddings | None) -> Closeness:
        """The closeness of the candidates of a question, which are ranked in this order.

        `vector` is the question's by the default encoder, if used.
        """
        background, terms = package_background(), candidates.term_weights
        usual = list(map(background.usual, terms))
        weights = np.fromiter(terms.values(), np.float64, len(terms))
        unknown = idf(candidates.searched, 0)
        covered = weights @ (candidates.by_term > 0) / (weights.sum() or 1.0)
        return cls(
            cosine=float(candidates.dense.max(initial=0.0)),
            first=float(candidates.dense[order[:1]].max(initial=0.0)),
            coverage=float(covered.max(initial=0.0)),
            both=float((candidates.dense + COVERAGE_SHARE * covered).max(initial=0.0)),
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
            cosine=2.71,
            first=3.22,
            coverage=1.45,
            both=8.65,
            absent=-0.27,
            size=-0.99,
            expected=-8,
            rarity=1.44,
            rarity_here=-8.36,
            specificity=-47.02,
        ),
        -2.52,
    ),
    Retrieval.LEXICAL: Threshold(
        Closeness(
            cosine=0,
            first=0,
            coverage=4.72,
            both=0,
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
            cosine=9.7,
            first=5.72,
            coverage=0,
            both=0,
            absent=0,
            size=-1.06,
            expected=-7.05,
            rarity=1.57,
            rarity_here=-14.24,
            specificity=-44.28,
        ),
        -6.52,
    ),
}


def is_close(
    candidates: Candidates, order: npt.NDArray[np.int64], retrieval: Retrieval, vector: Embeddings | None
) -> bool:
    """Whether any candidate may answer, judged by the cosines of the default model (DENSE), by words, or by both.

    The candidates are ranked in this order. `vector` is the question's by the default model, None if judged by words.
    """
    threshold, found = THRESHOLDS[retrieval], Closeness.of(candidates, order, vector)
    if not found.coverage and found.cosine < LEAST_COSINE:
        return False
    return found.weighted(threshold.weights) >= threshold.least


def names_all(chunk: StoredChunk, question: Question) -> bool:
    """Whether a definition's name has all words of a question of several (`set_header`, “set header”).

    If it has no others, its owner's may have some (`String.to_date`, “string to date”). Common words are in many chunks
    of a large index by chance, such a name is not.
    """
    asked, content = set(map(stem, question_terms(question.text))), set(map(stem, question.terms))
    name, qualified = (set(map(stem, words(text))) for text in (chunk.name, chunk.qualified_name))
    return len(content) > 1 and (content <= name or (content <= qualified and name <= asked))


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values) if values else 0.0
