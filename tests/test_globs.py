"""Globs of the user's: what they match, beside an implementation of .gitignore, and which are refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from codesearch.errors import CodesearchError
from codesearch.globs import LONGEST_GLOB, compile_globs, compile_name


def matches(glob: str, path: str) -> bool:
    return compile_globs((glob,)).match_file(path)


@pytest.mark.parametrize(
    ("glob", "path", "is_match"),
    [
        ("*.py", "a/b.py", True),
        ("/*.py", "a/b.py", False),
        ("a/*.py", "a/b/c.py", False),
        ("a/**/c.py", "a/c.py", True),
        ("a/**/c.py", "a/b/b/c.py", True),
        ("a/**", "a/b/c.py", True),
        ("a/**", "a", False),
        ("a", "x/a/b.py", True),
        ("a/", "x/a/b.py", True),
        ("a/", "x/a", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[!a]b", "cb", True),
        ("[^a]b", "ab", False),
        ("[]a]", "]", True),
        ("[a-c]", "b", True),
        ("[a-]", "-", True),
        ("[[:alpha:]_][[:digit:]]", "x7", True),
        ("[[:alpha:]]", "7", False),
        ("[\\]]", "]", True),
        ("\\*.py", "*.py", True),
        ("\\*.py", "a.py", False),
        ("\\!a", "!a", True),
        ("#a", "#a", True),
        ("./src/*.py", "src/a.py", True),
        ("./src/*.py", "x/src/a.py", False),
        ("a ", "a", True),
        ("a\\ ", "a ", True),
        ("app/[id]/**", "app/[id]/page.tsx", True),
        ("app/[id]/**", "app/d/page.tsx", True),
        ("app/[id]/**", "app/x/page.tsx", False),
        (r"\\[id]", r"\[id]", True),
        (r"\\[id]", r"\d", True),
        (r"\\\[id]", r"\[id]", True),
        (r"\\\[id]", r"\d", False),
        (r"\\[:]", r"\:", True),
        ("[[...slug]]", "app/[[...slug]]/page.tsx", True),
        ("[user-id]/*", "[user-id]/page.tsx", True),
        ("*" * 3000, "a/b", True),
        ("a*" * 2000, "a" * 2500, True),
    ],
)
def test_what_matches(glob: str, path: str, is_match: bool) -> None:
    assert matches(glob, path) is is_match


@pytest.mark.parametrize(
    ("glob", "said"),
    [
        ("", "empty"),
        (" \t", "empty"),
        ("!", "matches nothing"),
        ("/", "matches nothing"),
        ("\\", "backslash"),
        ("a\\\\\\", "backslash"),
        ("[z-a]", "the range z-a"),
        ("[", "not closed"),
        ("a[b", "not closed"),
        ("[[:alpha:]", "not closed"),
        ("[a\\", "not closed"),
        ("[[:letter:]]", r"\[:letter:\]"),
        ("a" * (LONGEST_GLOB + 1), "4,097 characters"),
    ],
)
def test_what_is_no_pattern_is_refused(glob: str, said: str) -> None:
    with pytest.raises(CodesearchError, match=said) as raised:
        compile_globs((glob,))
    assert "\n" not in raised.value.message


def test_the_last_that_matches_decides() -> None:
    globs = compile_globs(("*.py", "!test_*", "test_all.py"))
    assert [globs.match_file(path) for path in ("a.py", "test_a.py", "test_all.py", "a.go")] == [
        True,
        False,
        True,
        False,
    ]


PARTS = st.sampled_from(["a", "b", "ab", "*", "**", "a*", "*b", "?", "a*b*", ".a"])
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "aab", ".a", "bab"]), min_size=1, max_size=5).map("/".join)


@given(st.lists(PARTS, min_size=1, max_size=5), st.sampled_from(["", "/"]), st.sampled_from(["", "/"]), PATHS)
def test_globs_match_as_those_of_gitignore(parts: list[str], begin: str, end: str, path: str) -> None:
    glob = begin + "/".join(parts) + end
    assume(not glob.endswith("**/"))  # git takes it for folders alone, pathspec for files too
    assert matches(glob, path) == GitIgnoreSpec.from_lines([glob]).match_file(path)


@given(st.text("ab*?[]!-^\\/: ", max_size=20), PATHS)
def test_any_text_is_a_glob_or_refused(text: str, path: str) -> None:
    try:
        globs = compile_globs((text,))
    except CodesearchError:
        return
    globs.match_file(path)


@pytest.mark.parametrize(
    ("pattern", "name", "is_match"),
    [
        ("*password*", "hash_Password", True),
        ("get?", "gets", True),
        ("get", "gets", False),
        ("operator[]", "operator[]", True),
        ("[ab]", "a", False),
        ("*" * 3000 + "x", "y" * 200, False),
        ("*a" * 200 + "b", "a" * 500, False),
    ],
)
def test_names(pattern: str, name: str, is_match: bool) -> None:
    assert bool(compile_name(pattern).match(name)) is is_match


def test_nothing_is_warned_of(recwarn: pytest.WarningsRecorder) -> None:
    re.purge()  # warnings come when an expression is compiled
    compile_globs.cache_clear()
    for glob in ("[[:alpha:]]", "[[a]", "[a--b]", "[a&&b]", "[a||b]", "[~~]"):
        compile_globs((glob,))
        compile_name(glob)
    assert not recwarn.list
