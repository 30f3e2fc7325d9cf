"""Text → lexical terms: identifiers split and whole, the same for every spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.index.terms import name_key, split_identifier, terms, words


@pytest.mark.parametrize(
    ("identifier", "parts"),
    [
        ("getHTTPResponse", ("get", "http", "response", "gethttpresponse")),
        ("get_http_response", ("get", "http", "response", "gethttpresponse")),
        ("HTTPServer2", ("http", "server", "2", "httpserver2")),
        ("MAX_SIZE", ("max", "size", "maxsize")),
        ("x", ("x",)),
        ("__init__", ("init",)),
        ("IOError", ("io", "error", "ioerror")),
        ("größe", ("gr", "öß", "e", "größe")),
        ("日本", ("日本",)),
        ("___", ()),
    ],
)
def test_parts_and_the_whole(identifier: str, parts: tuple[str, ...]) -> None:
    assert split_identifier(identifier) == parts


def test_a_text_gives_the_terms_of_its_identifiers_in_order() -> None:
    assert terms("def readFile(path): # reads") == ["def", "read", "file", "readfile", "path", "reads"]
    assert terms(" \n\t+-*/ ___ ") == []


def test_long_runs_are_cut_and_not_joined() -> None:
    assert terms("a" * 1000) == ["a" * 64]
    assert terms("a" * 60 + "_" + "b" * 60) == ["a" * 60, "b" * 60]


@given(st.lists(st.sampled_from(["get", "http", "response", "size", "max"]), min_size=2, max_size=5))
def test_every_spelling_of_a_name_has_the_same_terms_and_key(parts: list[str]) -> None:
    snake = "_".join(parts)
    camel = parts[0] + "".join(part.capitalize() for part in parts[1:])
    loud = snake.upper()
    assert terms(snake) == terms(camel) == terms(loud) == [*parts, "".join(parts)]
    assert name_key(snake) == name_key(camel) == name_key(loud) == "".join(parts)
    assert words(camel) == tuple(dict.fromkeys(parts))


@given(st.text())
def test_any_text_gives_short_lower_case_terms_without_blanks(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == term.lower() or len(term.lower()) != len(term)
        assert not any(character.isspace() for character in term)
    assert terms(text + " \n" + text) == 2 * terms(text)
