"""The results of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codesearch.evaluation.judging import Task, Unscored
from codesearch.evaluation.measures import Scores
from codesearch.search.hit import Hit


@dataclass(frozen=True, slots=True)
class Outcome:
    """The hits of a question and their scores."""

    task: Task
    hits: tuple[Hit, ...]
    ranks: tuple[int, ...]
    """Rank of each of the task's items, from 1; 0 if it was not found."""
    scores: Scores


@dataclass(frozen=True, slots=True)
class SystemOutcomes:
    """The outcomes of one search configuration, one per question."""

    name: str
    outcomes: Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of one or two configurations on the same questions (at least one), in the same order."""

    limit: int
    baseline: SystemOutcomes
    contender: SystemOutcomes | None
    unscored: Unscored
