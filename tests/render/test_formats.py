"""Formats of hits within a budget of tokens."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.errors import CodesearchError
from codesearch.render.budget import tokens
from codesearch.render.formats import (
    Compact,
    HitFormat,
    JsonArray,
    JsonLines,
    Limited,
    Matches,
    Output,
    Paths,
    QuickFix,
)
from codesearch.render.paths import LocatedHit
from codesearch.search.hit import Hit
from tests.support.command_line import CommandLine

FORMATS: list[Callable[[Output], HitFormat]] = [JsonArray, JsonLines, Matches, Paths, QuickFix, Compact]
LINES = st.lists(st.text("abc (\t", max_size=60), min_size=1, max_size=30)


def located(number: int, lines: list[str]) -> LocatedHit:
    path = f"src/file{number}.py"
    snippet = "\n".join(["def f():", *lines])
    hit = Hit(path, 1, len(lines) + 1, "Python", "function", "f", "f", "def f():", 0.5, snippet, best_line=1)
    return LocatedHit(hit, path, Path("/nowhere") / path)


@pytest.mark.parametrize("make", FORMATS)
@given(drawn=st.lists(LINES, max_size=8), budget=st.integers(1, 1500), full=st.booleans())
def test_never_more_than_the_budget(
    make: Callable[[Output], HitFormat], drawn: list[list[str]], budget: int, full: bool
) -> None:
    hits = [located(number, lines) for number, lines in enumerate(drawn)]
    output = Output(io.StringIO(), full=full, max_tokens=budget)
    hit_format = make(output) if make is Compact else Limited(output, make)
    try:
        hit_format.write("question", hits)
    except CodesearchError as error:
        assert f"more than the {budget:,} allowed" in error.message
        assert not output.stream.getvalue()  # type: ignore[attr-defined]
        return
    text = output.stream.getvalue()  # type: ignore[attr-defined]
    assert tokens(text) <= budget
    unlimited = output._replace(stream=io.StringIO(), max_tokens=None)
    if make in (JsonLines, Matches, Paths, QuickFix):
        make(unlimited).write("question", hits)
        assert unlimited.stream.getvalue().startswith(text)  # type: ignore[attr-defined]
    if make is JsonArray:
        assert [hit["path"] for hit in json.loads(text)] == [hit.path for hit in hits][: len(json.loads(text))]


@pytest.mark.slow
def test_quickfix_lines_have_the_column_of_the_text(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "how are passwords hashed", "--vimgrep", "-n", "1", cwd=indexed_shop)
    assert run.out.startswith('server/passwords.py:11:5:    """Hash a password')


@pytest.mark.slow
def test_compact_and_headings(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "how are passwords hashed", "--compact", "-n", "8", cwd=indexed_shop)
    assert run.out.startswith("server/passwords.py:10-14 function hash_password\n10 def hash_password")
    assert tokens(run.out) <= 850
    short = codesearch("query", "how are passwords hashed", "--compact", "--max-tokens", "60", cwd=indexed_shop)
    assert tokens(short.out) <= 60
    headed = codesearch("query", "how are passwords hashed", "--heading", "-n", "1", cwd=indexed_shop).out
    assert headed.startswith("server/passwords.py:10-14  function hash_password")
    plain = codesearch("query", "x", "--no-heading", "--color", "always", "-n", "1", cwd=indexed_shop).out
    assert "\x1b" not in plain
    assert plain.count("\n") == 1


@pytest.mark.slow
def test_a_budget_that_is_too_small_is_said(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "passwords", "--max-tokens", "3", cwd=indexed_shop)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("codesearch: a hit takes ")
    for options in (("--json", "--vimgrep"), ("--compact", "--heading"), ("--vimgrep", "-0")):
        assert codesearch("query", "x", *options, cwd=indexed_shop).code == 2
