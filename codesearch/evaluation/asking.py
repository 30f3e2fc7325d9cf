"""Ask labelled questions in one way or in two, and score the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError
from codesearch.evaluation.judging import Labels, ranks
from codesearch.evaluation.measures import measure
from codesearch.evaluation.report import Asked, Outcome, Report
from codesearch.search.filters import file_rule

if TYPE_CHECKING:
    from codesearch.api import Index
    from codesearch.evaluation.judging import Task
    from codesearch.evaluation.questions import LabelledQuestion
    from codesearch.evaluation.setting import Setting
    from codesearch.search.hit import Filters

OnAnswer = Callable[[int], None]
"""Called after each question, with the number of all of them."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to ask: an index and a setting, with a name for reports."""

    name: str
    index: Index
    setting: Setting


def evaluate(
    questions: Sequence[LabelledQuestion],
    one: Way,
    other: Way | None,
    filters: Filters,
    limit: int,
    progress: OnAnswer,
) -> Report:
    """Ask every question that the indexes of both ways (of one folder) can answer; score the first `limit` hits.

    Raises CodesearchError where there is no such question, MeasuresUnavailable, and what Index.search does.
    """
    ways = [one, other] if other else [one]
    labels = Labels(_searched(ways, filters), one.index.root, filters.within[0] if filters.within else "")
    tasks, left_out = labels.resolve(questions)
    if not tasks:
        item, why = next(iter(left_out.items.items()))
        raise CodesearchError(
            f"nothing in the index answers any of the questions: {item} ({why})",
            f"paths are relative to {one.index.root}",
        )
    asked = [
        Asked(way.name, _ask(way, tasks, filters, limit, partial(progress, len(tasks) * len(ways)))) for way in ways
    ]
    return Report(limit, asked[0], asked[1] if other else None, left_out)


def _searched(ways: Sequence[Way], filters: Filters) -> dict[str, str]:
    """Paths that every way searches, with their language."""
    accepts = file_rule(filters)
    files, *others = (way.index.snapshot().files for way in ways)
    shared = {file.path for file in files}.intersection(*({file.path for file in held} for held in others))
    return {f.path: f.language for f in files if f.path in shared and (accepts is None or accepts(f))}


def _ask(way: Way, tasks: Sequence[Task], filters: Filters, limit: int, progress: Callable[[], None]) -> list[Outcome]:
    found = []
    for task in tasks:
        result = way.index.search(
            task.question.query, limit, filters, rerank=way.setting.rerank, retrieval=way.setting.retrieval
        )
        found.append((result.hits, ranks(result.hits, task.wanted)))
        progress()
    scores = measure([ranks for _, ranks in found], limit)
    return [Outcome(task, *hits, score) for task, hits, score in zip(tasks, found, scores, strict=True)]
