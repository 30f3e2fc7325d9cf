"""Code in colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.languages.registry import LANGUAGES
from codesearch.page import colors
from codesearch.page.colors import colored


def text_of(lines: list[list[str]]) -> str:
    return "\n".join("".join(line[1::2]) for line in lines)


@given(st.text(), st.sampled_from([language.name for language in LANGUAGES]))
def test_the_text_is_what_it_was(text: str, language: str) -> None:
    lines = colored(text, language)
    assert text_of(lines) == text
    assert all(len(line) % 2 == 0 for line in lines)


def test_tokens_have_the_class_of_what_they_are() -> None:
    (line,) = colored("def double(x): return 2 * x  # twice", "Python")
    runs = list(zip(line[::2], line[1::2], strict=True))
    assert {("k", "def "), ("f", "double"), ("n", "2 "), ("c", "# twice")} <= {(c, t) for c, t in runs}


def test_a_string_of_several_lines_is_one_on_each() -> None:
    lines = colored('x = """a\nb\nc"""\ny = 1', "Python")
    assert [line[0] for line in lines[1:3]] == ["s", "s"]
    assert lines[3][0] == ""


def test_what_has_no_lexer_or_takes_long_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert colored("def x", "Text") == [["", "def x"]]
    assert colored("def x", "No such language") == [["", "def x"]]
    monkeypatch.setattr(colors, "MAX_LINE", 4)
    assert colored("def x\n", "Python") == [["", "def x"], ["", ""]]
