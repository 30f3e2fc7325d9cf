"""The words of many texts at once: those of each, in order."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from codesearch.identifiers import ascii_words, identifiers
from codesearch.words import PART, TERM, TOKEN, Groups, split

LONGEST = 8
ASCII = st.text(st.sampled_from("abXY01__ .\n"), max_size=20)


def found_in(texts: list[str], text: int, *uses: int) -> list[str]:
    """The words of one of the texts with one of the uses, in order."""
    words = split(texts, LONGEST, str.split)
    is_chosen = (words.texts == text) & np.isin(words.uses, uses)
    return [words.distinct[number] for number in words.numbers[is_chosen]]


@given(st.lists(ASCII, min_size=1, max_size=4), st.data())
@example(["HTTPServer2", "_a__b_", "", "aB"], None)
def test_identifiers_are_split_into_parts_and_short_wholes(texts: list[str], data: st.DataObject | None) -> None:
    i = data.draw(st.integers(0, len(texts) - 1)) if data else 0
    parts = [ascii_words(identifier) for identifier in identifiers(texts[i])]
    assert found_in(texts, i, PART) == [part for of_one in parts for part in of_one]
    wholes = ["".join(of_one) for of_one in parts if len(of_one) > 1]
    assert found_in(texts, i, TERM) == [whole for whole in wholes if len(whole) <= LONGEST]


def test_texts_that_are_not_ascii_have_terms_of_their_own_and_whole_words_of_other_scripts() -> None:
    texts = ["oneTwo", "naïve Wörter", "two"]
    assert found_in(texts, 1, TERM) == ["naïve", "Wörter"]
    assert found_in(texts, 1, TOKEN) == ["na", "ï", "ve", "w", "ö", "rter"]
    assert found_in(texts, 0, PART) == ["one", "two"]
    words = split(texts, LONGEST, str.split)
    assert words.texts[words.uses != TERM].tolist() == sorted(words.texts[words.uses != TERM])
    assert len(set(words.distinct)) == len(words.distinct)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=30))
def test_groups_have_the_occurrences_of_a_number_in_a_text(pairs: list[tuple[int, int]]) -> None:
    texts, numbers = np.asarray(pairs, np.int64).reshape(-1, 2).T
    groups = Groups.of(texts, numbers)
    distinct = list(dict.fromkeys(pairs))
    assert list(zip(groups.texts.tolist(), groups.numbers.tolist(), strict=True)) == distinct
    assert groups.of_occurrences.tolist() == [distinct.index(pair) for pair in pairs]
    assert groups.sums(np.ones(len(pairs), np.float32)).tolist() == [pairs.count(pair) for pair in distinct]
