"""Quoted phrases and excluded words, and the quotes and dashes of prose and code, which are neither."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codesearch.search.operators import Operators, read_operators


def _read(text: str) -> Operators:
    return read_operators(text, lambda phrase: phrase.endswith(".py"))


@pytest.mark.parametrize(
    ("text", "left", "phrases"),
    [
        ('hash "salt and pepper"', 'hash "salt and pepper"', ("salt and pepper",)),
        ('"not found" errors', '"not found" errors', ("not found",)),
        ('which "one", or "two"?', 'which "one", or "two"?', ("one", "two")),
        ("what raises “not found”", "what raises “not found”", ("not found",)),
    ],
)
def test_phrases(text: str, left: str, phrases: tuple[str, ...]) -> None:
    assert _read(text) == Operators(left, phrases)


@pytest.mark.parametrize(
    "text",
    [
        "what's the users' files and the parser's state",
        "it's 'single quoted' text",
        'an unpaired " in prose',
        'open "quote at the end',
        'ends with a quote"',
        'a 5" and a 3" disk',
        'raise ValueError("no such key") when "',
        'x = d["key"] + e["other key"]',
        'log.info("a", "b")',
        '{"name": "value"}',
        'assert kind == "the kind"',
        'File "<stdin>", line 3, in main',
        'what is in "src/app.py"',
        'Error: required flag(s) "color" not set',
        'MissingSchema: Invalid URL "example.com": No scheme supplied',
        'mapping is overwriting an existing endpoint function: "index"',
        '""',
        '" "',
    ],
)
def test_other_quotes_are_text(text: str) -> None:
    assert not _read(text)


@pytest.mark.parametrize(
    ("text", "left", "words"),
    [
        ("requests -async", "requests", ("async",)),
        ("hash passwords -md5 -legacy", "hash passwords", ("md5", "legacy")),
        ("hash passwords -md5", "hash passwords", ("md5",)),
        ("walk the tree -node_modules", "walk the tree", ("node_modules",)),
        ("open a session -TestClient", "open a session", ("testclient",)),
        ("цена товара -скидка", "цена товара", ("скидка",)),
        ("計算する -割引率", "計算する", ("割引率",)),
    ],
)
def test_words_with_a_dash_at_the_end_are_excluded(text: str, left: str, words: tuple[str, ...]) -> None:
    assert _read(text) == Operators(left, excluded_words=words)


@pytest.mark.parametrize(
    "text",
    [
        "rm -rf equivalent",
        "sort -n in python",
        "compile with -O2",
        "compile with -Wall",
        "what does -w do",
        "grep -w",
        "what is -webkit-transition for",
        "ls -la",
        "java -jar",
        "find -name",
        "is there a flag -verbose",
        "how is --no-color read",
        "pass --verbose",
        "run it --quiet -v -all",
        "round to one -thousandth of a second",
        "round to the nearest -thousandth",
        "accurate to one -thousandth",
        "open it read -only",
        "two -way binding",
        "non -blocking",
        "read-only mode",
        "a - b",
        "a -- b",
        "minus -1",
        "-thousandth",
        "-w",
        "-test",
        "-test -other",
        "-test password hashing",
        '-"only this"',
    ],
)
def test_other_dashes_are_text(text: str) -> None:
    assert _read(text) == Operators(text)


def test_all_operators_together() -> None:
    assert _read('"salt" password -test -"for example"') == Operators(
        '"salt" password', ("salt",), ("test",), ("for example",)
    )
    assert _read('password -test "salt"') == Operators('password "salt"', ("salt",), ("test",))
    assert _read('"salt" -test') == Operators('"salt"', ("salt",), ("test",))


@pytest.mark.parametrize(
    ("question", "text", "is_admitted"),
    [
        ('x "salt and"', "Salt AND pepper", True),
        ('x "salt and"', "salt or pepper", False),
        ('x "größe"', "die GRÖSSE", True),
        ("x -md5", "uses MD5", False),
        ("x -md5", "uses md5sum", True),
        ("x -node_modules", "walks nodeModules", False),
        ("x -node_modules", "a node of modules", True),
        ("x -цена", "ПолучитьЦена", False),
        ("計算 -割引率", "顧客の割引率", False),
        ("計算 -割引率", "割引と比率", True),
        ('x -"in use"', "it is In Use", False),
        ('x -"in use"', "in some use", True),
        ("x", "", True),
    ],
)
def test_what_is_admitted(question: str, text: str, is_admitted: bool) -> None:
    assert _read(question).accept(text) is is_admitted


@given(st.text(st.sampled_from("ab -\"'“”_.,1é漢 "), max_size=60))
@example("“ -é")
@example('" -word')
def test_any_text_leaves_something_to_ask_for(text: str) -> None:
    operators = _read(text)
    assert not operators or operators.text.strip(' "“”')
