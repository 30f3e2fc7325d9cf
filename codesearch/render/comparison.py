"""Comparison of two search configurations: tables, a verdict and the questions that changed most; also as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codesearch.evaluation.intervals import MIN_CHANGED
from codesearch.evaluation.measures import MEASURES, measure_name
from codesearch.evaluation.questions import NO_CATEGORY
from codesearch.evaluation.summary import category, language, most_changed, paired_group, paired_groups
from codesearch.quantities import count
from codesearch.render.evaluation import estimate_cell, estimate_record, hit_lines, relevant_lines, system_record
from codesearch.render.records import Record
from codesearch.render.safe import printable
from codesearch.render.tables import table

if TYPE_CHECKING:
    from codesearch.evaluation.intervals import Difference
    from codesearch.evaluation.report import Report, SystemOutcomes
    from codesearch.evaluation.summary import PairedGroup

_MAIN = "ndcg"
"""The measure that categories, languages and the verdict are based on."""

_WIDEST = 20


def comparison_lines(report: Report, contender: SystemOutcomes, most: int) -> Iterator[str]:
    """All measures, the main one by category and language, the verdict, and the `most` most changed questions."""
    baseline, limit = report.baseline, report.limit
    overall = paired_group("all", baseline.outcomes, contender.outcomes)
    heading = ("", _short(baseline.name), _short(contender.name), "difference", "better", "worse", "same", "p")
    rows = [heading, *(_row(measure_name(measure, limit), overall, measure) for measure in MEASURES)]
    groups = _groups(baseline, contender)
    yield ""
    yield f"{printable(contender.name)} compared with {printable(baseline.name)}:"
    yield from table(rows + [_row(f"{measure_name(_MAIN, limit)}, {group.name}", group, _MAIN) for group in groups])
    yield ""
    yield verdict(overall.differences[_MAIN], contender.name, measure_name(_MAIN, limit))
    yield from _changed_lines(report, contender, most)


def verdict(difference: Difference, contender: str, measure: str) -> str:
    """One sentence on whether the difference is larger than chance explains."""
    changed = difference.better + difference.worse
    questions = count(changed + difference.same, "question")
    if not changed:
        return f"No difference: {printable(contender)} answers all {questions} equally well."
    mean = difference.estimate.mean
    size = f"With {printable(contender)}, {measure} is {abs(mean):.3f} {'higher' if mean > 0 else 'lower'}"
    counts = f"of {questions} {difference.better:,} better, {difference.worse:,} worse (p = {difference.p_value:.2g})"
    if difference.is_beyond_chance:
        return f"{size}, which is more than chance explains: {counts}."
    if changed < MIN_CHANGED:
        return f"{size}, which may be chance: {counts}. At least {MIN_CHANGED} have to differ to tell."
    return f"{size}, which may be chance: {counts}."


def comparison_record(baseline: SystemOutcomes, contender: SystemOutcomes) -> Record:
    """The contender's outcomes and its differences from the baseline, as JSON."""
    overall = paired_group("all", baseline.outcomes, contender.outcomes)
    return {
        **system_record(contender),
        "differences": _differences_record(overall),
        "differences_by_category": _by_group(paired_groups(baseline.outcomes, contender.outcomes, category)),
        "differences_by_language": _by_group(paired_groups(baseline.outcomes, contender.outcomes, language)),
    }


def _short(name: str) -> str:
    """A configuration's name as a column heading, truncated at its start."""
    return printable(name if len(name) <= _WIDEST else "…" + name[1 - _WIDEST :])


def _groups(baseline: SystemOutcomes, contender: SystemOutcomes) -> list[PairedGroup]:
    categories = paired_groups(baseline.outcomes, contender.outcomes, category)
    if [group.name for group in categories] == [NO_CATEGORY]:
        categories = []
    return categories + paired_groups(baseline.outcomes, contender.outcomes, language)


def _row(title: str, group: PairedGroup, measure: str) -> Sequence[str]:
    difference = group.differences[measure]
    return (
        printable(title),
        f"{group.baseline.estimates[measure].mean:.3f}",
        f"{group.contender.estimates[measure].mean:.3f}",
        estimate_cell(difference.estimate, "+"),
        f"{difference.better:,}",
        f"{difference.worse:,}",
        f"{difference.same:,}",
        f"{difference.p_value:.2g}",
    )


def _changed_lines(report: Report, contender: SystemOutcomes, most: int) -> Iterator[str]:
    changed = most_changed(report.baseline.outcomes, contender.outcomes, most)
    if changed:
        yield ""
        yield "Most changed:"
    for before, after in changed:
        yield f"{before.scores.ndcg:.2f} → {after.scores.ndcg:.2f}  {printable(before.task.question.query)}"
        yield from relevant_lines(after, report.limit)
        yield from hit_lines("before", before)
        yield from hit_lines("after", after)


def _by_group(groups: Sequence[PairedGroup]) -> Record:
    return {group.name: _differences_record(group) for group in groups}


def _differences_record(group: PairedGroup) -> Record:
    return {
        measure: {
            **estimate_record(difference.estimate),
            "better": difference.better,
            "worse": difference.worse,
            "same": difference.same,
            "p_value": difference.p_value,
            "is_beyond_chance": difference.is_beyond_chance,
        }
        for measure, difference in group.differences.items()
    }
