"""Tests of the statistics of questions and code in general."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codesearch.models.static import StaticEncoder
from codesearch.search import background
from codesearch.search.background import Background, expected_share, package_background


def test_words_of_questions_are_told_from_words_of_code() -> None:
    found = package_background()
    for of_questions in ("how", "implement", "handling"):
        for of_code in ("socket", "hash", "password"):
            assert found.usual(of_questions).expected < found.usual(of_code).expected


def test_common_words_are_told_from_rare_ones() -> None:
    found = package_background()
    assert found.usual("return").rarity < found.usual("socket").rarity < found.usual("kebaberize").rarity


@pytest.mark.parametrize(("a", "b"), [("parse", "parsing"), ("socket", "sockets")])
def test_forms_of_a_word_are_one(a: str, b: str) -> None:
    found = package_background()
    assert found.usual(a) == found.usual(b)


def test_what_some_repositories_do_and_others_not_is_more_specific_than_what_all_have() -> None:
    found, encoder = package_background(), StaticEncoder.default()
    assert len(found.spread) == encoder.dimensions
    general, special = (
        found.specificity(encoder.encode_query(question)) for question in ("add tests", "hash a password")
    )
    assert general < special


def test_an_unknown_word_is_rare_and_may_be_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(background, "FILE", tmp_path / "background.safetensors")
    Background.of(
        ["go", "how"], rarity=np.array([4.0, 2.0]), expected=np.array([0.8, 0.1]), spread=np.array([1.0, -1.0])
    ).save()
    package_background.cache_clear()
    read = package_background()
    package_background.cache_clear()
    assert [read.usual(word).rarity for word in ("go", "how", "nowhere")] == [4.0, 2.0, 4.0]
    assert [read.usual(word).expected for word in ("go", "how", "nowhere")] == pytest.approx([0.8, 0.1, 0.35], abs=0.01)
    assert read.specificity(np.array([0.6, 0.1])) == pytest.approx(0.5)


def test_a_share_of_few_questions_is_near_the_usual() -> None:
    none, few, many = expected_share(np.array([0, 1, 900]), np.array([0, 1, 1000]))
    assert none == pytest.approx(0.35)
    assert none < few < many < 0.9
