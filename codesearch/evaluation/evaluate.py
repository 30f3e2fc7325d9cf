"""Run labelled questions with one or two search configurations, and score the hits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError
from codesearch.evaluation.judging import Labels, ranks
from codesearch.evaluation.measures import measure
from codesearch.evaluation.report import Outcome, Report, SystemOutcomes
from codesearch.search.filters import file_rule

if TYPE_CHECKING:
    from codesearch.api import Index
    from codesearch.evaluation.judging import Task
    from codesearch.evaluation.questions import LabelledQuestion
    from codesearch.evaluation.setting import Setting
    from codesearch.search.hit import Filters

OnAnswer = Callable[[int], None]
"""Called after each question with the total number of questions."""


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """A named configuration to evaluate: an index, and a setting to search it with."""

    name: str
    index: Index
    setting: Setting


def evaluate(
    questions: Sequence[LabelledQuestion],
    baseline: SearchConfig,
    contender: SearchConfig | None,
    filters: Filters,
    limit: int,
    progress: OnAnswer,
) -> Report:
    """Run every question that both configurations can answer, and score the first `limit` hits.

    Both indexes are of the same folder. Raises CodesearchError if there is no such question, MeasuresUnavailable, and
    what Index.search raises.
    """
    configs = [baseline, contender] if contender else [baseline]
    labels = Labels(_searched_files(configs, filters), baseline.index.root, filters.within[0] if filters.within else "")
    tasks, unscored = labels.resolve(questions)
    if not tasks:
        item, reason = next(iter(unscored.items.items()))
        raise CodesearchError(
            f"nothing in the index answers any of the questions: {item} ({reason})",
            f"paths are relative to {baseline.index.root}",
        )
    on_answer = partial(progress, len(tasks) * len(configs))
    systems = [SystemOutcomes(config.name, _search_all(config, tasks, filters, limit, on_answer)) for config in configs]
    return Report(limit, systems[0], systems[1] if contender else None, unscored)


def _searched_files(configs: Sequence[SearchConfig], filters: Filters) -> dict[str, str]:
    """The languages of the files that all configurations search, by path."""
    accepts = file_rule(filters)
    files, *others = (config.index.snapshot().files for config in configs)
    shared = {file.path for file in files}.intersection(*({file.path for file in indexed} for indexed in others))
    return {f.path: f.language for f in files if f.path in shared and (accepts is None or accepts(f))}


def _search_all(
    config: SearchConfig, tasks: Sequence[Task], filters: Filters, limit: int, progress: Callable[[], None]
) -> list[Outcome]:
    found = []
    for task in tasks:
        result = config.index.search(
            task.question.query, limit, filters, rerank=config.setting.rerank, retrieval=config.setting.retrieval
        )
        found.append((result.hits, ranks(result.hits, task.items)))
        progress()
    scores = measure([ranks for _, ranks in found], limit)
    return [Outcome(task, *hits, score) for task, hits, score in zip(tasks, found, scores, strict=True)]
