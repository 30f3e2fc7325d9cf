"""Tests of what decides whether anything answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codesearch.api import Index
from codesearch.search.closeness import THRESHOLDS, Closeness, names_all
from codesearch.search.hit import Retrieval
from codesearch.search.question import parse_question

MIDDLE = Closeness(
    cosine=0.4,
    first=0.35,
    coverage=0.5,
    both=0.5,
    absent=1,
    size=8,
    expected=0.4,
    rarity=4.0,
    rarity_here=0.6,
    specificity=0.0,
)
FAR = MIDDLE._replace(cosine=0.1, first=0.1, coverage=0.2, both=0.13, absent=3)
NEAR = MIDDLE._replace(cosine=0.7, first=0.7, coverage=1.0, both=1.0, absent=0)


@pytest.mark.parametrize("retrieval", list(Retrieval))
def test_near_and_far_are_told_apart(retrieval: Retrieval) -> None:
    threshold = THRESHOLDS[retrieval]
    assert FAR.weighted(threshold.weights) < threshold.least <= NEAR.weighted(threshold.weights)


def test_each_measure_counts_in_its_direction() -> None:
    weights = THRESHOLDS[Retrieval.BOTH].weights
    for name, better in (
        ("cosine", 0.5),
        ("first", 0.4),
        ("coverage", 0.6),
        ("both", 0.6),
        ("absent", 0),
        ("size", 7),
        ("expected", 0.3),
        ("rarity", 5),
        ("rarity_here", 0.5),
        ("specificity", -0.01),
    ):
        assert MIDDLE._replace(**{name: better}).weighted(weights) > MIDDLE.weighted(weights)


@pytest.mark.parametrize(
    ("question", "is_close"),
    [
        ("hash a password", True),
        ("hash_password", True),
        ("attach a volume to a container", False),
        ("kubernetes", False),
    ],
)
@pytest.mark.parametrize("retrieval", list(Retrieval))
def test_of_an_index(question: str, is_close: bool, retrieval: Retrieval, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('def hash_password(text):\n    """Hash a password."""\n    return hash(text)\n')
    (tmp_path / "b.py").write_text("def total(prices):\n    return sum(prices) * 1.2\n")
    with Index.create(tmp_path) as index:
        index.update()
        assert index.search(question, retrieval=retrieval).is_close is is_close


NAMED = """class Response:
    def set_header(self, name, value):
        self.headers[name] = value

class String:
    def to_date(self):
        return parse(self)

class Cart:
    def total(self):
        return sum(self.prices)
"""


@pytest.mark.parametrize(
    ("question", "is_named"),
    [
        ("set header", True),
        ("setting the headers", True),
        ("string to date", True),
        ("header", False),
        ("set a header and its colour", False),
        ("date of the total", False),
        ("total of the cart", True),
        ("cart", False),
    ],
)
def test_a_name_with_all_words_of_a_question_is_close(tmp_path: Path, question: str, is_named: bool) -> None:
    (tmp_path / "named.py").write_text(NAMED, encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        snapshot = index.snapshot()
        chunks = snapshot.chunks(np.arange(snapshot.files[0].chunks) + snapshot.files[0].first_chunk)
    definitions = [chunk.focused_on(definition) for chunk in chunks for definition in chunk.definitions]
    assert any(names_all(chunk, parse_question(question)) for chunk in definitions) == is_named
