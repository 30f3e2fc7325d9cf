"""What is read out of a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.question import Location, QuestionKind, parse_question


@pytest.mark.parametrize(
    "text",
    [
        "HandlerStack",
        "get_http_response",
        "Foo::bar",
        "flask.Flask",
        "_private",
        "parseJSON()",
        "Session",
    ],
)
def test_bare_symbols(text: str) -> None:
    question = parse_question(text)
    assert question.kind is QuestionKind.IDENTIFIER
    assert question.identifiers == (text.removesuffix("()"),)


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        ("where does HandlerStack push middleware", ("HandlerStack",)),
        ("what calls get_http_response on retry", ("get_http_response",)),
        ("how is `open` wrapped", ("open",)),
        ("why does connect() hang", ("connect",)),
        ("members of Foo::Bar", ("Foo::Bar",)),
    ],
)
def test_symbols_inside_prose(text: str, identifiers: tuple[str, ...]) -> None:
    question = parse_question(text)
    assert question.kind is QuestionKind.MIXED
    assert question.identifiers == identifiers


@pytest.mark.parametrize("text", ["how are sessions signed", "session", "Where is the JSON parsed?", "a b c"])
def test_prose(text: str) -> None:
    assert parse_question(text).kind is QuestionKind.PROSE


def test_stop_words_are_no_terms_unless_nothing_else_is_left() -> None:
    assert parse_question("how is the cache invalidated").terms == ("cache", "invalidated")
    assert parse_question("how to do it").terms == ("how", "to", "do", "it")


def test_quotes_require_and_a_dash_excludes() -> None:
    question = parse_question('hash "salt and pepper" -md5 -legacy')
    assert question.required == ("salt and pepper",)
    assert question.excluded == ("md5", "legacy")
    assert question.text == "hash salt and pepper"
    assert "md5" not in question.terms


def test_a_dash_inside_a_word_or_alone_is_no_operator() -> None:
    assert parse_question("read-only mode").excluded == ()
    assert parse_question("-x").excluded == ()


@pytest.mark.parametrize(
    ("text", "locations"),
    [
        ('File "src/app.py", line 12, in main', (Location("src/app.py", 12),)),
        ("at Object.run (lib/index.js:40:7)", (Location("lib/index.js", 40),)),
        ("panic in server/main.go:88", (Location("server/main.go", 88),)),
        ("utils.py", (Location("utils.py"),)),
        ("helpers in src/net/", (Location("src/net"),)),
        ("version 1.2 of the API e.g. this", ()),
    ],
)
def test_places(text: str, locations: tuple[Location, ...]) -> None:
    assert parse_question(text).locations == locations


@given(st.text(max_size=200))
def test_any_text_is_a_question(text: str) -> None:
    question = parse_question(text)
    assert all(term == term.lower() for term in question.terms)
