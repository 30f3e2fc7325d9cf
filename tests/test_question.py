"""What is read out of a question."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.question import (
    LONGEST_QUESTION,
    MOST_NAMES,
    MOST_TERMS,
    Location,
    QuestionKind,
    parse_question,
)


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


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None), max_size=200))
def test_control_characters_and_lone_surrogates_are_not_read(text: str) -> None:
    question = parse_question(text)
    read = " ".join((question.text, *question.terms, *question.identifiers, *question.required))
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", read)
    read.encode("utf-8")


@pytest.mark.parametrize(
    "unit", ["a", "aA", "A_", "a+", "a/", "a.", "a::", "\\a", "~", '"', "`a", "-a ", "1", "é_", "(a", " "]
)
def test_whatever_is_long_is_read_in_bounds(unit: str) -> None:
    for text in (unit * 100_000, unit * 30_000 + "-", " ".join([unit * 200 + "/"] * 80)):
        question = parse_question(text)
        assert len(question.text) <= LONGEST_QUESTION
        assert len(question.terms) <= MOST_TERMS
        assert len(question.identifiers) <= MOST_NAMES
        assert len(question.locations) <= MOST_NAMES


def test_a_pasted_function_has_no_operators_and_its_first_names_count() -> None:
    code = "\n".join(f'    value{n} = readValue{n}("key {n}", -flag, {n})' for n in range(300))
    question = parse_question("def load(): " + code)
    assert (question.required, question.excluded) == ((), ())
    assert question.kind is QuestionKind.MIXED
    assert question.identifiers[:2] == ("load", "readValue0")
    assert len(question.identifiers) == MOST_NAMES
    assert len(question.terms) == MOST_TERMS


def test_places_of_a_pasted_stack_trace() -> None:
    trace = "".join(f'  File "src/module{n}.py", line {n + 1}, in run\n    run()\n' for n in range(100))
    question = parse_question("Traceback (most recent call last):\n" + trace + "ValueError: no value")
    assert question.locations[:2] == (Location("src/module0.py", 1), Location("src/module1.py", 2))
    assert "valueerror" in question.terms
    assert parse_question("main.go:" + "9" * 300).locations == (Location("main.go", 999_999_999),)
