"""The words of a text, for models that were trained on words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.models.text_form import TextForm

WORDS = TextForm(is_words=True)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("def getUserName(user_name):\n    return self._name", "def get user name return self"),
        ("HTTPServer2.listen(8080)", "http server 2 listen 8080"),
        ("naïveGröße größe_Ab 日本", "naïveGröße größe ab 日本"),
        ("", ""),
        ("{} => ;", ""),
    ],
)
def test_documents_are_their_distinct_words(text: str, document: str) -> None:
    assert WORDS.document(text) == document


def test_questions_keep_their_words_in_order() -> None:
    assert WORDS.question("How is parseURL called, and how often?") == "how is parse url called and how often"


def test_prompts_come_first() -> None:
    form = TextForm("query: ", "passage: ", is_words=True)
    assert form.question("a-b a") == "query: a b a"
    assert form.document("a-b a") == "passage: a b"


def test_other_models_are_given_the_text_itself() -> None:
    assert TextForm(query_prompt="query: ").question("parseURL()") == "query: parseURL()"
    assert TextForm().document("parseURL()") == "parseURL()"


@given(st.text())
def test_the_words_of_words_are_the_same(text: str) -> None:
    once = WORDS.document(text)
    assert WORDS.document(once) == once
