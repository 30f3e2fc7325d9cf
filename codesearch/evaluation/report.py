"""What an evaluation found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codesearch.evaluation.judging import LeftOut, Task
from codesearch.evaluation.measures import Scores
from codesearch.search.hit import Hit


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, its hits, and how good they are."""

    task: Task
    hits: tuple[Hit, ...]
    ranks: tuple[int, ...]
    """At which each wanted item was found, from 1; 0 where it was not."""
    scores: Scores


@dataclass(frozen=True, slots=True)
class Asked:
    """A way to ask, and the outcome of every question."""

    name: str
    outcomes: Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Report:
    """At least one question, asked in one way or in two, in the same order."""

    limit: int
    one: Asked
    other: Asked | None
    left_out: LeftOut
