"""Many outcomes in few numbers: means by group, what went worst, and two settings beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from codesearch.evaluation.intervals import Difference, Estimate, Values, compare, estimate
from codesearch.evaluation.measures import MEASURES
from codesearch.evaluation.report import Outcome

Key = Callable[[Outcome], str]
Outcomes = Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Group:
    """The means of some questions, by measure."""

    name: str
    questions: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class PairedGroup:
    """The same questions asked in two ways: both means, and the difference of the other from the one, by measure."""

    name: str
    one: Group
    other: Group
    differences: Mapping[str, Difference]


def category(outcome: Outcome) -> str:
    """The category that a question was given."""
    return outcome.task.question.category


def language(outcome: Outcome) -> str:
    """The language of the first file that answers a question."""
    return outcome.task.language


def group(name: str, outcomes: Outcomes) -> Group:
    """Means over questions (at least one), each with its interval."""
    return Group(name, len(outcomes), {measure: estimate(_values(outcomes, measure)) for measure in MEASURES})


def groups(outcomes: Outcomes, key: Key) -> list[Group]:
    """A group for each value of the key, in their order."""
    return [group(name, [outcomes[i] for i in places]) for name, places in _places(outcomes, key)]


def paired_group(name: str, one: Outcomes, other: Outcomes) -> PairedGroup:
    """Two outcomes of each question, in the same order."""
    differences = {measure: compare(_values(one, measure), _values(other, measure)) for measure in MEASURES}
    return PairedGroup(name, group(name, one), group(name, other), differences)


def paired_groups(one: Outcomes, other: Outcomes, key: Key) -> list[PairedGroup]:
    """A paired group for each value of the key, in their order."""
    return [
        paired_group(name, [one[i] for i in places], [other[i] for i in places]) for name, places in _places(one, key)
    ]


def worst(outcomes: Outcomes, count: int) -> list[Outcome]:
    """At most `count` questions that could have been answered better, the worst first."""
    imperfect = [outcome for outcome in outcomes if outcome.scores.ndcg < 1]
    return sorted(imperfect, key=lambda outcome: outcome.scores.ndcg)[:count]


def most_changed(one: Outcomes, other: Outcomes, count: int) -> list[tuple[Outcome, Outcome]]:
    """At most `count` questions whose NDCG differs, the largest difference first."""
    changed = [pair for pair in zip(one, other, strict=True) if _change(pair)]
    return sorted(changed, key=lambda pair: -abs(_change(pair)))[:count]


def _change(pair: tuple[Outcome, Outcome]) -> float:
    return pair[1].scores.ndcg - pair[0].scores.ndcg


def _values(outcomes: Outcomes, measure: str) -> Values:
    return np.asarray([outcome.scores[measure] for outcome in outcomes], np.float64)


def _places(outcomes: Outcomes, key: Key) -> list[tuple[str, list[int]]]:
    """For each value of the key, in order, where its outcomes stand."""
    places: dict[str, list[int]] = {}
    for i, outcome in enumerate(outcomes):
        places.setdefault(key(outcome), []).append(i)
    return sorted(places.items())
