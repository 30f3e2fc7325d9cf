"""What an evaluation found: a table by category and language, what was left out, the worst questions; and as JSON."""

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

_SHOWN_INSTEAD = 3
"""Hits shown of a question that went wrong."""
_MOST_NAMED = 5
"""Relevant items that are named of those left out."""
_INDENT = " " * 6


def evaluation_lines(report: Report) -> Iterator[str]:
    """What was asked, what was left out, and the measures by category and language."""
    outcomes = report.baseline.outcomes
    relevant = count(sum(len(outcome.ranks) for outcome in outcomes), "relevant item")
    yield f"{count(len(outcomes), 'question')}, {relevant}, the first {count(report.limit, 'hit')} of each"
    yield from _unscored_lines(report.unscored)
    yield ""
    heading = ("", "questions", *(measure_name(measure, report.limit) for measure in MEASURES))
    yield from table([heading, *map(_row, _groups(outcomes))])


def worst_lines(report: Report, most: int) -> Iterator[str]:
    """The questions that were answered worst, what was wanted and what came instead."""
    found = worst(report.baseline.outcomes, most)
    if found:
        yield ""
        yield "Worst:"
    for outcome in found:
        yield f"{outcome.scores.ndcg:.2f}  {printable(outcome.task.question.query)}"
        yield from wanted_lines(outcome, report.limit)
        yield from hit_lines("came", outcome)


def wanted_lines(outcome: Outcome, limit: int) -> Iterator[str]:
    """What a question wants, and the rank at which it came."""
    for wanted, rank in zip(outcome.task.items, outcome.ranks, strict=True):
        where = f"rank {rank}" if rank else f"not in the first {limit}"
        yield f"{_INDENT}wanted  {printable(str(wanted.item))}  ({where})"


def hit_lines(title: str, outcome: Outcome) -> Iterator[str]:
    """The first hits of a question."""
    hits = [f"{rank}. {_hit(hit)}" for rank, hit in enumerate(outcome.hits[:_SHOWN_INSTEAD], 1)]
    for i, line in enumerate(hits or ["nothing"]):
        yield f"{_INDENT}{'' if i else title:<6}  {line}"


def estimate_cell(estimate: Estimate, sign: str = "") -> str:
    """`0.873 [0.81, 0.92]`; with the sign `+` as a difference."""
    if estimate.interval is None:
        return f"{estimate.mean:{sign}.3f}"
    low, high = estimate.interval
    return f"{estimate.mean:{sign}.3f} [{low:{sign}.2f}, {high:{sign}.2f}]"


def evaluation_record(report: Report) -> Record:
    """The measures, what was left out, and every question, as JSON."""
    return {
        "limit": report.limit,
        "left_out": {
            "relevant": [{"item": item, "reason": why} for item, why in report.unscored.items.items()],
            "questions": list(report.unscored.questions),
        },
        **system_record(report.baseline),
    }


def system_record(system: SystemOutcomes) -> Record:
    """The outcomes of one search configuration."""
    outcomes = system.outcomes
    return {
        "setting": system.name,
        **_group_record(group("all", outcomes)),
        "by_category": {found.name: _group_record(found) for found in groups(outcomes, category)},
        "by_language": {found.name: _group_record(found) for found in groups(outcomes, language)},
        "results": [_outcome_record(outcome) for outcome in outcomes],
    }


def estimate_record(estimate: Estimate) -> Record:
    """A mean and its interval, null for few questions."""
    return {"mean": estimate.mean, "interval": estimate.interval}


def _unscored_lines(unscored: Unscored) -> Iterator[str]:
    if not unscored.items:
        return
    items = [f"{printable(item)} ({why})" for item, why in unscored.items.items()]
    more = f", and {len(items) - _MOST_NAMED:,} more" if len(items) > _MOST_NAMED else ""
    yield f"Left out, not in the index: {count(len(items), 'relevant item')}: {', '.join(items[:_MOST_NAMED])}{more}"
    if unscored.questions:
        yield f"Not scored, as they have no other: {count(len(unscored.questions), 'question')}"


def _groups(outcomes: Sequence[Outcome]) -> Iterator[Group]:
    """All questions, those of each category (where they have any), and of each language."""
    yield group("all", outcomes)
    if any(category(outcome) != NO_CATEGORY for outcome in outcomes):
        yield from groups(outcomes, category)
    yield from groups(outcomes, language)


def _row(found: Group) -> Sequence[str]:
    cells = (estimate_cell(found.estimates[measure]) for measure in MEASURES)
    return (printable(found.name), f"{found.questions:,}", *cells)


def _hit(hit: Hit) -> str:
    return printable(f"{hit.path}:{hit.start_line}-{hit.end_line}  {hit.qualified_name}").rstrip()


def _group_record(found: Group) -> Record:
    measures = {measure: estimate_record(estimate) for measure, estimate in found.estimates.items()}
    return {"questions": found.questions, "measures": measures}


def _outcome_record(outcome: Outcome) -> Record:
    return {
        "query": outcome.task.question.query,
        "category": category(outcome),
        "language": language(outcome),
        "measures": {measure: outcome.scores[measure] for measure in MEASURES},
        "relevant": [
            {
                "path": wanted.item.path,
                "start_line": wanted.item.start_line or None,
                "end_line": wanted.item.end_line or None,
                "rank": rank or None,
            }
            for wanted, rank in zip(outcome.task.items, outcome.ranks, strict=True)
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
