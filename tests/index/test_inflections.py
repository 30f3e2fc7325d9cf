"""Which words are forms of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.index.inflections import forms, stem


@pytest.mark.parametrize(
    "words",
    [
        "parse parses parsed parsing",
        "stop stops stopped stopping",
        "cache caches cached caching",
        "try tries tried trying",
        "dependency dependencies",
        "class classes",
        "status statuses",
        "call calls called calling",
        "embed embeds embedded embedding",
        "need needs needed needing",
        "string strings",
    ],
)
def test_forms_of_one_word(words: str) -> None:
    each = words.split()
    assert len({stem(word) for word in each}) == 1
    for word in each:
        assert forms(word)[0] == word
        assert set(each) <= set(forms(word))


@pytest.mark.parametrize(
    "words",
    [
        "class clas",
        "string str",
        "need ne",
        "speed spe",
        "parser parse",
        "status stat",
        "ids id",
        "king k",
        "http2 http",
    ],
)
def test_other_words(words: str) -> None:
    one, other = words.split()
    assert stem(one) != stem(other)


@given(
    word=st.text(st.sampled_from("abdegimnrsty"), min_size=1),
    ending=st.sampled_from(["", "e", "s", "es", "ies", "ied", "ed", "eds", "ing", "ings"]),
)
def test_all_forms_of_a_word_have_the_same_forms(word: str, ending: str) -> None:
    term = word + ending
    assert term in forms(term)
    for form in forms(term):
        assert set(forms(form)) == set(forms(term))
