"""The measures of known rankings."""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.cli.remedies import hint_of
from codesearch.evaluation.measures import MeasuresUnavailable, Scores, measure, measure_name


@pytest.mark.parametrize(
    ("ranks", "scores"),
    [
        ((1,), Scores(1, 1, 1, 1)),
        ((2,), Scores(1 / math.log2(3), 0.5, 1, 0)),
        ((10,), Scores(1 / math.log2(11), 0.1, 1, 0)),
        ((0,), Scores(0, 0, 0, 0)),
        ((0, 0, 0), Scores(0, 0, 0, 0)),
        ((0, 1), Scores(1 / (1 + 1 / math.log2(3)), 1, 0.5, 1)),
        ((2, 1), Scores(1, 1, 1, 1)),
        # one hit that finds both takes one rank: both are found, the gain is one
        ((1, 1), Scores(1 / (1 + 1 / math.log2(3)), 1, 1, 1)),
    ],
)
def test_known_rankings(ranks: tuple[int, ...], scores: Scores) -> None:
    (found,) = measure([ranks], 10)
    assert [found.ndcg, found.mrr, found.recall, found.success] == pytest.approx(
        [scores.ndcg, scores.mrr, scores.recall, scores.success]
    )


def test_more_relevant_items_than_hits_can_still_be_answered_perfectly() -> None:
    (found,) = measure([(1, 2, 3, 0, 0)], 3)
    assert found.ndcg == pytest.approx(1)
    assert found.recall == pytest.approx(0.6)


def test_questions_keep_their_order() -> None:
    found = measure([(1,) if number % 3 else (0,) for number in range(30)], 10)
    assert [score.success for score in found] == [float(bool(number % 3)) for number in range(30)]


@given(
    st.integers(1, 12).flatmap(
        lambda limit: st.tuples(
            st.just(limit), st.lists(st.lists(st.integers(0, limit), min_size=1, max_size=15), min_size=1, max_size=5)
        )
    )
)
def test_the_definitions(drawn: tuple[int, list[list[int]]]) -> None:
    limit, questions = drawn
    for ranks, found in zip(questions, measure(questions, limit), strict=True):
        hits = {rank for rank in ranks if rank}
        gain = sum(1 / math.log2(rank + 1) for rank in hits)
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(limit, len(ranks)) + 1))
        assert found["ndcg"] == pytest.approx(gain / ideal)
        assert found["mrr"] == pytest.approx(1 / min(hits) if hits else 0)
        assert found["recall"] == pytest.approx(sum(map(bool, ranks)) / len(ranks))
        assert found["success"] == (1 in hits)


def test_names_say_the_cut() -> None:
    assert [measure_name(name, 5) for name in ("ndcg", "mrr", "recall", "success")] == [
        "NDCG@5",
        "MRR@5",
        "recall@5",
        "success@1",
    ]


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MeasuresUnavailable) as caught:
        measure([(1,)], 10)
    assert "ir-measures" in caught.value.message
    assert "pip install" in hint_of(caught.value) and "[eval]" in hint_of(caught.value)
