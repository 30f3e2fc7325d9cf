"""Rank candidates by a probability: their signals' weighted sum, corrected by trees, with repeats of a file decayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.search.candidates import Candidates
from codesearch.search.evidence import Evidence, rank_in_file
from codesearch.search.hit import Signal
from codesearch.search.interactions import package_interactions
from codesearch.search.places import place_precedence
from codesearch.search.precedence import Precedence, joint_precedence
from codesearch.search.question import Question, QuestionKind
from codesearch.search.signals import SIGNALS
from codesearch.search.weights import INTERCEPT, WEIGHTS, WITHIN_FILE

SAME_FILE_DECAY = 0.3
"""The share that a file's second chunk counts; further ones count less and less; see docs/ranking.md."""
DECLARATION_SHARE = 0.5
"""A declaration (a prototype in a header) counts half if its definition is a candidate too."""
_EDGE = 1e-6


class Ranking(NamedTuple):
    """Ranked candidates. `order` [candidates] indexes them, best first; `scores` are in that order."""

    order: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    """[signals, candidates], for explanations and for learning the weights."""
    weights: npt.NDArray[np.float32]
    interactions: npt.NDArray[np.float32]
    """[candidates]: what codesearch.search.interactions added to the log-odds of each."""
    within_file: npt.NDArray[np.float32]
    """[candidates]: what `order_within_files` added to the log-odds of each."""
    precedence: Precedence
    """[candidates]: places that the question names and definitions of the symbol that it is precede all others."""
    is_place: npt.NDArray[np.bool_]
    """[candidates]: whether it is one of the places that the question names."""

    def decayed_scores(self, file: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The scores with the decay of further chunks of a file."""
        factor = np.where(self.precedence[self.order], 1, decay(self.scores, file[self.order]))
        return np.asarray(self.scores * factor, np.float32)


def rank(question: Question, candidates: Candidates) -> Ranking:
    """Rank the candidates of a question. Scores are probabilities that a hit answers, without the decay.

    If any candidates are places that the question names, or define the symbol that it is, these score above 0.5 and all
    others below.
    """
    evidence = Evidence(question, candidates)
    features = np.stack([signal.compute(evidence) for signal in SIGNALS])
    weights, extra = (_in_order(of[question.kind]) for of in (WEIGHTS, WITHIN_FILE))
    odds = summed = weights @ features + INTERCEPT[question.kind]
    if question.kind is not QuestionKind.IDENTIFIER:
        trees = package_interactions(tuple(signal.name for signal in SIGNALS))
        odds = trees.correct(features, summed, evidence.file)
    own = 1 / (1 + np.exp(-odds)) * _declaration_factor(candidates)
    probability = order_within_files(own, extra @ features, evidence.file)
    within_file = np.asarray(log_odds(probability) - log_odds(own), np.float32)
    interactions = np.asarray(odds - summed, np.float32)
    places = place_precedence(question, candidates)
    precedence = joint_precedence(evidence, places)
    if precedence.any():
        probability = np.where(precedence, 1 + probability, probability) / 2
    order = decayed_order(probability, evidence.file, precedence)
    return Ranking(
        order,
        probability[order].astype(np.float32),
        features,
        weights,
        interactions,
        within_file,
        precedence,
        places > 0,
    )


def _in_order(weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
    """The weights in the order of SIGNALS, 0 for those that have none."""
    return np.asarray([weights.get(signal.name, 0.0) for signal in SIGNALS], np.float32)


def order_within_files(
    probability: npt.NDArray[np.floating], extra: npt.NDArray[np.floating], file: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The probabilities of each file's candidates in another order: by their log-odds and `extra`.

    Much of what tells that a file answers, such as its name, tells nothing about which of its chunks does. Which file
    comes first stays as it is.
    """
    by_probability = np.lexsort((-probability, file))
    by_both = np.lexsort((-(log_odds(probability) + extra), file))
    ordered = np.empty(len(probability), np.float64)
    ordered[by_both] = probability[by_probability]
    return ordered


def _declaration_factor(candidates: Candidates) -> npt.NDArray[np.float32]:
    """DECLARATION_SHARE for declarations whose definition is a candidate too, 1 for all others."""
    defined = {chunk.name for chunk in candidates.chunks if chunk.kind != "declaration"}
    is_declared = [chunk.kind == "declaration" and chunk.name in defined for chunk in candidates.chunks]
    return np.where(is_declared, np.float32(DECLARATION_SHARE), np.float32(1))


def decayed_order(
    scores: npt.NDArray[np.floating], file: npt.NDArray[np.int64], precedence: Precedence
) -> npt.NDArray[np.int64]:
    """Indexes of the candidates, best first: by precedence, then by score, decayed within each file."""
    decayed = scores * np.where(precedence, 1, decay(scores, file))
    return np.lexsort((-decayed, -precedence))


def explain(ranking: Ranking, candidate: int, score: float, shown: float) -> tuple[Signal, ...]:
    """The contribution of each signal to a candidate's log-odds, largest first; `shown` is the score with the decay."""
    parts = [
        Signal(spec.name, float(value), float(value * weight), spec.label)
        for spec, value, weight in zip(SIGNALS, ranking.features[:, candidate], ranking.weights, strict=True)
        if value * weight
    ]
    for name, added, reason in (
        ("interactions", ranking.interactions, "by what its signals say together"),
        ("within_file", ranking.within_file, "against the others of its file"),
    ):
        if added[candidate]:
            parts.append(Signal(name, 1.0, float(added[candidate]), reason))
    if shown < score:
        parts.append(
            Signal("decay", shown / score, float(log_odds(shown) - log_odds(score)), "after a better hit in its file")
        )
    return tuple(sorted(parts, key=lambda part: -abs(part.contribution)))


def log_odds(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The log-odds of probabilities, with those of 0 and 1 kept finite."""
    kept = np.clip(np.asarray(probability, np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(kept / (1 - kept)))


def decay(scores: npt.NDArray[np.floating], file: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """SAME_FILE_DECAY to the power of the square root of the number of better chunks of the same file."""
    return (SAME_FILE_DECAY ** np.sqrt(rank_in_file(scores, file))).astype(np.float32)
