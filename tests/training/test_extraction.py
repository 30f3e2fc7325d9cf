"""Extraction of the pairs of a source: of its files, and of its newest commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.training.extraction import ExtractionOptions, extract_pairs
from codesearch.training.sources import TrainingSource
from tests.support.repositories import git, needs_git, write

CODE = '''\
def exchange_rate(currency, day):
    """Return the rate of a currency on a day."""
    table = load_rates(day)
    return table[currency]
'''


@needs_git
@pytest.mark.parametrize(("commits", "expected"), [(0, []), (1, ["Round what a currency is worth"])])
def test_only_the_newest_commits_are_read(tmp_path: Path, commits: int, expected: list[str]) -> None:
    git(tmp_path, "init", "-q")
    for subject, text in (
        ("Add rates", CODE),
        ("Divide by what the table has", CODE.replace("table[", "1 / table[")),
        ("Round what a currency is worth", CODE.replace("return table[currency]", "return round(table[currency])")),
    ):
        write(tmp_path, {"money.py": text})
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", subject)
    extracted = extract_pairs(TrainingSource("money", tmp_path), ExtractionOptions(commits=commits, keeps_texts=True))
    pairs = extracted.texts["Python"]
    assert [pair.question for pair in pairs if pair.kind == "commit"] == expected
    assert any(pair.kind == "documentation" for pair in pairs)
