"""Candidates → an order: the weighted sum of the signals, turned into a probability, one file's repeats decayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codesearch.search.candidates import Candidates
from codesearch.search.evidence import Evidence, rank_in_file
from codesearch.search.hit import Signal
from codesearch.search.question import Question
from codesearch.search.signals import SIGNALS
from codesearch.search.standing import Standing, standing
from codesearch.search.weights import INTERCEPT, WEIGHTS

SAME_FILE_DECAY = 0.25
"""A further chunk of a file already shown tells half as much (NDCG@10 0.741 → 0.787 on 9 repositories, 0.779 →
0.824 on 8 others; part of that gain is the metric's, which credits the first chunk of each file)."""


DECLARED = 0.5
"""What a declaration (a prototype in a header) counts beside its definition: a reader wants the code."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates in order. `order` indexes the candidates, best first; `scores` are theirs, in that order."""

    order: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    """[signals, candidates], for explanations and for learning the weights."""
    weights: npt.NDArray[np.float32]
    standing: Standing
    """Of the candidates: definitions of the symbol that is asked for stand before all others."""


def rank(question: Question, candidates: Candidates) -> Ranking:
    """Rank the candidates of a question. Scores are probabilities that a hit answers, before the decay.

    Where some candidates define the symbol that is asked for, these have the upper half of the scores.
    """
    evidence = Evidence(question, candidates)
    features = np.stack([signal.compute(evidence) for signal in SIGNALS])
    weights = np.asarray([WEIGHTS[question.kind].get(signal.name, 0.0) for signal in SIGNALS], np.float32)
    probability = 1 / (1 + np.exp(-(weights @ features + INTERCEPT[question.kind])))
    probability *= _declared_only(candidates)
    stands = standing(evidence)
    if stands.any():
        probability = np.where(stands, 1 + probability, probability) / 2
    order = in_order(probability, evidence.file, stands)
    return Ranking(order, probability[order].astype(np.float32), features, weights, stands)


def _declared_only(candidates: Candidates) -> npt.NDArray[np.float32]:
    """DECLARED for a declaration whose definition is a candidate too, 1 for all others."""
    defined = {chunk.name for chunk in candidates.chunks if chunk.kind != "declaration"}
    is_declared = [chunk.kind == "declaration" and chunk.name in defined for chunk in candidates.chunks]
    return np.where(is_declared, np.float32(DECLARED), np.float32(1))


def in_order(scores: npt.NDArray[np.floating], file: npt.NDArray[np.int64], stands: Standing) -> npt.NDArray[np.int64]:
    """The candidates, best first: by their standing, then by their scores, those of one file decayed."""
    decayed = scores * np.where(stands, 1, decay(scores, file))
    return np.lexsort((-decayed, -stands))


def explain(ranking: Ranking, candidate: int) -> tuple[Signal, ...]:
    """What each signal added to a candidate's log-odds, the largest first."""
    parts = (
        Signal(spec.name, float(value), float(value * weight), spec.label)
        for spec, value, weight in zip(SIGNALS, ranking.features[:, candidate], ranking.weights, strict=True)
        if value * weight
    )
    return tuple(sorted(parts, key=lambda part: -abs(part.contribution)))


def decay(scores: npt.NDArray[np.floating], file: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """SAME_FILE_DECAY to the power of how many better chunks of the same file there are."""
    return (SAME_FILE_DECAY ** rank_in_file(scores, file)).astype(np.float32)
