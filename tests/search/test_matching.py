"""Words of names against words of questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.matching import WordMatcher, word_similarity


@pytest.mark.parametrize(
    ("a", "b"), [("dependency", "dependencies"), ("iterate", "iteration"), ("key", "keys"), ("parse", "parser")]
)
def test_inflections_are_nearly_the_same(a: str, b: str) -> None:
    assert 0.7 < word_similarity(a, b) < 1


@pytest.mark.parametrize(("a", "b"), [("config", "configuration"), ("auth", "authentication")])
def test_abbreviations_are_alike(a: str, b: str) -> None:
    assert 0 < word_similarity(a, b) < 0.8


@pytest.mark.parametrize(("a", "b"), [("test", "latest"), ("get", "getter"), ("so", "socket"), ("cat", "dog")])
def test_parts_of_words_are_not(a: str, b: str) -> None:
    assert word_similarity(a, b) == 0


@given(st.text("abcdeys", min_size=1, max_size=9), st.text("abcdeys", min_size=1, max_size=9))
def test_similarity_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert word_similarity(a, b) == word_similarity(b, a)
    assert 0 <= word_similarity(a, b) <= word_similarity(a, a) == 1


def test_recall_weighs_rare_words_and_precision_counts_the_names_words() -> None:
    matcher = WordMatcher({"session": 3.0, "open": 1.0})
    assert matcher.recall_precision(["session"]) == (0.75, 1.0)
    assert matcher.recall_precision(["open", "file"]) == (0.25, 0.5)
    assert matcher.recall_precision(["session", "open"]) == (1.0, 1.0)
    assert matcher.recall_precision([]) == (0.0, 0.0)
    assert WordMatcher({}).recall_precision(["x"]) == (0.0, 0.0)
