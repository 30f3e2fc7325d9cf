"""Evaluation reports: a table by category and language, unscored items and the worst questions; also as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codesearch.evaluation.measures import MEASURES, measure_name
from codesearch.evaluation.questions import NO_CATEGORY
from codesearch.evaluation.summary import category, group, groups, language, worst
from codesearch.quantities import count
from codesearch.render.records import Record
from codesearch.render.safe import printable
from codesearch.render.tables import table

if TYPE_CHECKING:
    from codesearch.evaluation.intervals import Estimate
    from codesearch.evaluation.judging import Unscored
    from codesearch.evaluation.report import Outcome, Report, SystemOutcomes
    from codesearch.evaluation.summary import Group
    from codesearch.search.hit import Hit

_MOST_HITS = 3
"""Hits shown per question."""
_MOST_NAMED = 5
"""Unscored relevant items that are listed by name."""
_INDENT = " " * 6


def evaluation_lines(report: Report) -> Iterator[str]:
    """The size of the evaluation, unscored items, and the measures by category and language."""
    outcomes = report.baseline.outcomes
    relevant = count(sum(len(outcome.ranks) for outcome in outcomes), "relevant item")
    yield f"{count(len(outcomes), 'question')}, {relevant}, the first {count(report.limit, 'hit')} of each"
    yield from _unscored_lines(report.unscored)
    yield ""
    heading = ("", "questions", *(measure_name(measure, report.limit) for measure in MEASURES))
    yield from table([heading, *map(_row, _groups(outcomes))])


def worst_lines(report: Report, most: int) -> Iterator[str]:
    """The questions with the lowest NDCG, their relevant items and first hits."""
    outcomes = worst(report.baseline.outcomes, most)
    if outcomes:
        yield ""
        yield "Worst:"
    for outcome in outcomes:
        yield f"{outcome.scores.ndcg:.2f}  {printable(outcome.task.question.query)}"
        yield from relevant_lines(outcome, report.limit)
        yield from hit_lines("got", outcome)


def relevant_lines(outcome: Outcome, limit: int) -> Iterator[str]:
    """The relevant items of a question with their ranks."""
    for relevant, rank in zip(outcome.task.items, outcome.ranks, strict=True):
        where = f"rank {rank}" if rank else f"not in the first {limit}"
        yield f"{_INDENT}expected  {printable(str(relevant.item))}  ({where})"


def hit_lines(title: str, outcome: Outcome) -> Iterator[str]:
    """The first hits of a question."""
    hits = [f"{rank}. {_hit(hit)}" for rank, hit in enumerate(outcome.hits[:_MOST_HITS], 1)]
    for i, line in enumerate(hits or ["nothing"]):
        yield f"{_INDENT}{'' if i else title:<8}  {line}"


def estimate_cell(estimate: Estimate, sign: str = "") -> str:
    """`0.873 [0.81, 0.92]`; with `sign="+"`, for differences, all numbers are signed."""
    if estimate.interval is None:
        return f"{estimate.mean:{sign}.3f}"
    low, high = estimate.interval
    return f"{estimate.mean:{sign}.3f} [{low:{sign}.2f}, {high:{sign}.2f}]"


def evaluation_record(report: Report) -> Record:
    """The measures, unscored items and every question, as JSON."""
    return {
        "limit": report.limit,
        "left_out": {
            "relevant": [{"item": item, "reason": why} for item, why in report.unscored.items.items()],
            "questions": list(report.unscored.questions),
        },
        **system_record(report.baseline),
    }


def system_record(system: SystemOutcomes) -> Record:
    """The outcomes of a search configuration, as JSON."""
    outcomes = system.outcomes
    return {
        "setting": system.name,
        **_group_record(group("all", outcomes)),
        "by_category": {part.name: _group_record(part) for part in groups(outcomes, category)},
        "by_language": {part.name: _group_record(part) for part in groups(outcomes, language)},
        "results": [_outcome_record(outcome) for outcome in outcomes],
    }


def estimate_record(estimate: Estimate) -> Record:
    """A mean and its confidence interval; the interval is null if there are too few questions."""
    return {"mean": estimate.mean, "interval": estimate.interval}


def _unscored_lines(unscored: Unscored) -> Iterator[str]:
    if not unscored.items:
        return
    items = [f"{printable(item)} ({why})" for item, why in unscored.items.items()]
    more = f", and {len(items) - _MOST_NAMED:,} more" if len(items) > _MOST_NAMED else ""
    yield f"Not scored, not in the index: {count(len(items), 'relevant item')}: {', '.join(items[:_MOST_NAMED])}{more}"
    if unscored.questions:
        yield f"Not scored, without other relevant items: {count(len(unscored.questions), 'question')}"


def _groups(outcomes: Sequence[Outcome]) -> Iterator[Group]:
    """One group of all questions, one per category (if there are any) and one per language."""
    yield group("all", outcomes)
    if any(category(outcome) != NO_CATEGORY for outcome in outcomes):
        yield from groups(outcomes, category)
    yield from groups(outcomes, language)


def _row(part: Group) -> Sequence[str]:
    cells = (estimate_cell(part.estimates[measure]) for measure in MEASURES)
    return (printable(part.name), f"{part.questions:,}", *cells)


def _hit(hit: Hit) -> str:
    return printable(f"{hit.path}:{hit.start_line}-{hit.end_line}  {hit.qualified_name}").rstrip()


def _group_record(part: Group) -> Record:
    measures = {measure: estimate_record(estimate) for measure, estimate in part.estimates.items()}
    return {"questions": part.questions, "measures": measures}


def _outcome_record(outcome: Outcome) -> Record:
    return {
        "query": outcome.task.question.query,
        "category": category(outcome),
        "language": language(outcome),
        "measures": {measure: outcome.scores[measure] for measure in MEASURES},
        "relevant": [
            {
                "path": relevant.item.path,
                "start_line": relevant.item.start_line or None,
                "end_line": relevant.item.end_line or None,
                "rank": rank or None,
            }
            for relevant, rank in zip(outcome.task.items, outcome.ranks, strict=True)
        ],
        "hits": [
            {
                "path": hit.path,
                "start_line": hit.start_line,
                "end_line": hit.end_line,
                "qualified_name": hit.qualified_name,
                "score": hit.score,
            }
            for hit in outcome.hits
        ],
    }
