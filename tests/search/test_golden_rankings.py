"""How questions about real code are answered: every change of ranking shows as a diff of tests/golden/rankings.txt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from codesearch.api import Index
from codesearch.evaluation.evaluate import SearchConfig, evaluate
from codesearch.evaluation.measures import MEASURES, measure_name
from codesearch.evaluation.questions import read_questions
from codesearch.evaluation.report import Outcome, Report
from codesearch.evaluation.setting import Setting
from codesearch.evaluation.summary import group
from codesearch.search.hit import Filters
from tests.support.places import TESTS, UPDATE_SNAPSHOTS

GOLDEN = TESTS / "golden"
RANKINGS = GOLDEN / "rankings.txt"
LIMIT = 10
SHOWN = 5
HEAD = f"""\
How each question about the repositories beside is answered: its NDCG and the first {SHOWN} hits, with a star where
one finds what the question wants. Rewritten by:
{UPDATE_SNAPSHOTS}=1 python -m pytest tests/search/test_golden_rankings.py
"""


def test_rankings(tmp_path: Path) -> None:
    names = sorted(path.stem for path in GOLDEN.glob("questions/*.jsonl"))
    reports = {name: report(name, tmp_path / name) for name in names}
    assert sum(len(each.baseline.outcomes) for each in reports.values()) >= 20
    assert not any(each.unscored.items for each in reports.values())
    text = "\n".join([HEAD, *(line for name, each in reports.items() for line in lines(name, each))])
    if os.environ.get(UPDATE_SNAPSHOTS):
        RANKINGS.write_text(text, encoding="utf-8", newline="\n")
    assert text.splitlines() == RANKINGS.read_text(encoding="utf-8").splitlines()


def report(name: str, place: Path) -> Report:
    """Index a copy of a repository, and ask the questions about it."""
    shutil.copytree(GOLDEN / "repositories" / name, place)
    with Index.create(place) as index:
        index.update(jobs=1)
        config = SearchConfig(index.encoder.name, index, Setting())
        questions = read_questions((GOLDEN / "questions" / f"{name}.jsonl").read_text(encoding="utf-8"))
        return evaluate(questions, config, None, Filters(), LIMIT, lambda total: None)


def lines(name: str, report: Report) -> Iterator[str]:
    """A repository's means, and its questions."""
    estimates = group("all", report.baseline.outcomes).estimates
    means = ", ".join(f"{measure_name(measure, LIMIT)} {estimates[measure].mean:.3f}" for measure in MEASURES)
    yield f"\n== {name}: {means}\n"
    for outcome in report.baseline.outcomes:
        yield f"{outcome.scores.ndcg:.2f}  {outcome.task.question.query}"
        yield from hits(outcome)


def hits(outcome: Outcome) -> Iterator[str]:
    """The first hits of a question."""
    for rank, hit in enumerate(outcome.hits[:SHOWN], 1):
        star = "*" if any(wanted.is_found_by(hit) for wanted in outcome.task.items) else " "
        yield f"    {rank} {star} {hit.path}:{hit.start_line}-{hit.end_line}  {hit.qualified_name}".rstrip()
