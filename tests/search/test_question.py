"""What is read out of a question."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.index.letters import fold
from codesearch.search.question import (
    MAX_NAMES,
    MAX_QUESTION_LENGTH,
    MAX_TERMS,
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


@pytest.mark.parametrize("text", ["ПолучитьЦену", "получить_цену", "Größe", "größeÄndern", "Модуль.ПолучитьЦену", "λ1"])
def test_bare_symbols_of_other_letters(text: str) -> None:
    assert parse_question(text).identifiers == (text,)
    assert parse_question(text).kind is QuestionKind.IDENTIFIER


def test_symbols_of_other_letters_inside_prose() -> None:
    assert parse_question("где ПолучитьЦену вызывается").identifiers == ("ПолучитьЦену",)
    assert parse_question("如何使用HTTP协议传输").kind is QuestionKind.PROSE
    assert parse_question("顧客の割引率を計算する").terms[:3] == ("顧客", "客の", "の割")


def test_a_question_is_the_same_however_its_letters_are_composed() -> None:
    text = "wo wird die Größe in naïveBayes geprüft"
    assert parse_question(unicodedata.normalize("NFD", text)) == parse_question(text)


@pytest.mark.parametrize("text", ["how are sessions signed", "session", "Where is the JSON parsed?", "a b c"])
def test_prose(text: str) -> None:
    assert parse_question(text).kind is QuestionKind.PROSE


def test_stop_words_are_no_terms_unless_nothing_else_is_left() -> None:
    assert parse_question("how is the cache invalidated").terms == ("cache", "invalidated")
    assert parse_question("how to do it").terms == ("how", "to", "do", "it")


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
    assert all(term == fold(term) for term in question.terms)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None), max_size=200))
def test_control_characters_and_lone_surrogates_are_not_read(text: str) -> None:
    question = parse_question(text)
    read = " ".join((question.text, *question.terms, *question.identifiers, *question.operators.phrases))
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", read)
    read.encode("utf-8")


@pytest.mark.parametrize(
    "unit", ["a", "aA", "A_", "a+", "a/", "a.", "a::", "\\a", "~", '"', "`a", "-a ", "1", "é_", "(a", " "]
)
def test_whatever_is_long_is_read_in_bounds(unit: str) -> None:
    for text in (unit * 100_000, unit * 30_000 + "-", " ".join([unit * 200 + "/"] * 80)):
        question = parse_question(text)
        assert len(question.text) <= MAX_QUESTION_LENGTH
        assert len(question.terms) <= MAX_TERMS
        assert len(question.identifiers) <= MAX_NAMES
        assert len(question.locations) <= MAX_NAMES


def test_a_pasted_function_has_no_operators_and_its_first_names_count() -> None:
    code = "\n".join(f'    value{n} = readValue{n}("key {n}", -flag, {n})' for n in range(300))
    question = parse_question("def load(): " + code)
    assert not question.operators
    assert question.kind is QuestionKind.MIXED
    assert question.identifiers[:2] == ("load", "readValue0")
    assert len(question.identifiers) == MAX_NAMES
    assert len(question.terms) == MAX_TERMS


def test_operators_are_no_part_of_what_is_asked() -> None:
    question = parse_question('hash "salt and pepper" -md5')
    assert question.text == "hash salt and pepper"
    assert question.terms == ("hash", "salt", "pepper")
    assert question.operators.phrases == ("salt and pepper",)


def test_a_file_in_quotes_is_a_place_and_no_phrase() -> None:
    question = parse_question('what is in "src/app.py"')
    assert question.locations == (Location("src/app.py"),)
    assert not question.operators


def test_places_of_a_pasted_stack_trace() -> None:
    trace = "".join(f'  File "src/module{n}.py", line {n + 1}, in run\n    run()\n' for n in range(100))
    question = parse_question("Traceback (most recent call last):\n" + trace + "ValueError: no value")
    assert question.locations[:2] == (Location("src/module0.py", 1), Location("src/module1.py", 2))
    assert "valueerror" in question.terms
    assert parse_question("main.go:" + "9" * 300).locations == (Location("main.go", 999_999_999),)


def test_the_quotes_and_dashes_of_a_stack_trace_are_text() -> None:
    trace = 'Exception in thread "main" java.lang.IllegalStateException at com.x.Parser.parse(Parser.java:75) -foo'
    question = parse_question(trace)
    assert not question.operators
    assert "main" in question.text
