"""Blocks that don't contain a name are left out before a file is parsed, which changes nothing about the name."""

from __future__ import annotations

import pytest

from codesearch.languages.registry import resolve
from codesearch.navigation import folding
from codesearch.navigation.folding import without_other_blocks
from codesearch.navigation.occurrences import find_occurrences

C = """\
#include <stdio.h>

static int first(int n)
{
#ifdef FAST
    return n;
#else
    if (n) {
        return n + 1;
    }
#endif
}

int second(void) {
    for (;;) {
        first(1);
    }
    while (1) {
        third();
    }
}
"""
UNUSUAL = {
    "a string that looks like the end of a block": "function f() {\n  g(`\nfunction h() {\n}\n`);\n}\nname();\n",
    "a comment that begins in one": "void f() {\n  g(); /*\n}\n*/\n}\nvoid h() { name(); }\n",
    "braces that are not balanced": "void f() {\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\nint name;\n",
    "a block without an end": "void f() {\n  g();\n  name();\n",
    "an end that opens the next block": "function f({\n  a,\n  b,\n}) {\n  return a;\n}\nname();\n",
}


@pytest.fixture(autouse=True)
def _all_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "MIN_SIZE", 0)


def test_lines_stay_where_they_are_and_directives_stay() -> None:
    lines = without_other_blocks(C, resolve("c"), "third").split("\n")
    original = C.split("\n")
    assert len(lines) == len(original)
    assert all(line in ("", before) for line, before in zip(lines, original, strict=True))
    kept = {number for number, line in enumerate(lines, 1) if line}
    assert kept == {1, 3, 4, 5, 7, 11, 12, 14, 15, 17, 18, 19, 20, 21}


@pytest.mark.parametrize("name", ["first", "second", "third", "n"])
def test_the_occurrences_are_the_same(name: str) -> None:
    language = resolve("c")
    whole = find_occurrences("a.c", C, language, name)
    assert whole
    assert find_occurrences("a.c", without_other_blocks(C, language, name), language, name) == whole


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_layouts_that_are_not_usual(text: str) -> None:
    language = resolve("javascript" if "function" in text else "c++")
    whole = find_occurrences("a", text, language, "name")
    assert whole
    assert find_occurrences("a", without_other_blocks(text, language, "name"), language, "name") == whole


def test_languages_without_braces_are_left_as_they_are() -> None:
    text = "a = {\n  'b': 1,\n}\n"
    assert without_other_blocks(text, resolve("python"), "c") == text
    assert without_other_blocks(text, resolve("scala"), "c") == text
