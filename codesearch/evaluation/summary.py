"""Summaries of outcomes: means by group, the worst questions, and comparisons of two configurations."""

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
    """The means of a group of questions, by measure."""

    name: str
    questions: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class PairedGroup:
    """A group of questions in two configurations: the means of both, and their differences by measure."""

    name: str
    baseline: Group
    contender: Group
    differences: Mapping[str, Difference]


def category(outcome: Outcome) -> str:
    """The category of the question."""
    return outcome.task.question.category


def language(outcome: Outcome) -> str:
    """The language of the question's first relevant file."""
    return outcome.task.language


def group(name: str, outcomes: Outcomes) -> Group:
    """The means over questions (at least one), each with its interval."""
    return Group(name, len(outcomes), {measure: estimate(_values(outcomes, measure)) for measure in MEASURES})


def groups(outcomes: Outcomes, key: Key) -> list[Group]:
    """A group for each value of the key, sorted by it."""
    return [group(name, [outcomes[i] for i in places]) for name, places in _groups(outcomes, key)]


def paired_group(name: str, baseline: Outcomes, contender: Outcomes) -> PairedGroup:
    """Compare two sequences of outcomes of the same questions, in the same order."""
    differences = {measure: compare(_values(baseline, measure), _values(contender, measure)) for measure in MEASURES}
    return PairedGroup(name, group(name, baseline), group(name, contender), differences)


def paired_groups(baseline: Outcomes, contender: Outcomes, key: Key) -> list[PairedGroup]:
    """A paired group for each value of the key, sorted by it."""
    return [
        paired_group(name, [baseline[i] for i in places], [contender[i] for i in places])
        for name, places in _groups(baseline, key)
    ]


def worst(outcomes: Outcomes, count: int) -> list[Outcome]:
    """At most `count` questions whose NDCG is below 1, worst first."""
    imperfect = [outcome for outcome in outcomes if outcome.scores.ndcg < 1]
    return sorted(imperfect, key=lambda outcome: outcome.scores.ndcg)[:count]


def most_changed(baseline: Outcomes, contender: Outcomes, count: int) -> list[tuple[Outcome, Outcome]]:
    """At most `count` questions whose NDCG differs, the largest difference first."""
    changed = [pair for pair in zip(baseline, contender, strict=True) if _change(pair)]
    return sorted(changed, key=lambda pair: -abs(_change(pair)))[:count]


def _change(pair: tuple[Outcome, Outcome]) -> float:
    return pair[1].scores.ndcg - pair[0].scores.ndcg


def _values(outcomes: Outcomes, measure: str) -> Values:
    return np.asarray([outcome.scores[measure] for outcome in outcomes], np.float64)


def _groups(outcomes: Outcomes, key: Key) -> list[tuple[str, list[int]]]:
    """(value, indexes of its outcomes) for each value of the key, sorted by it."""
    places: dict[str, list[int]] = {}
    for i, outcome in enumerate(outcomes):
        places.setdefault(key(outcome), []).append(i)
    return sorted(places.items())
