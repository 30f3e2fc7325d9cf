"""Which lines match a pattern."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codesearch.exact.pattern import Case, Pattern, Span

MATCHING = (
    ("foo.*bar", "a foo and bar"),
    ("a|b", "xbx"),
    (r"^\s*def \w+\(", "    def name(self)"),
    ("end$", "the end"),
    (r"\Astart", "start of it"),
    (r"it\z", "all of it"),
    ("x{2,3}y", "axxxy"),
    ("x{2}?y", "xxy"),
    ("(?:ab)+c", "ababc"),
    ("(?P<name>a)(?<other>b)", "ab"),
    ("(?i)straße", "STRAßE"),
    ("(?i:K)", "\u212a"),  # the Kelvin sign is a k
    ("a(?i)b(?-i)c", "aBc"),
    ("(?x) a b # both\n c", "abc"),
    (r"[^\W\d]", "é"),
    (r"\w", "अ\u0902"),
    (r"\d", "٣"),
    (r"\s", "\u3000"),
    ("[[:alpha:]_]", "_"),
    ("[[:^alpha:]]", "1"),
    ("[a-z&&[^aeiou]]", "ab"),
    ("[a-z--m]", "mn"),
    ("[a-c~~b-d]", "bd"),
    ("[]a]", "]"),
    ("[a-]", "-"),
    (r"[\]]", "]"),
    (r"[\b]", "\b"),
    (r"\p{Greek}\p{Lu}\pN", "αÄ1"),
    (r"\p{Uppercase_Letter}\P{Letter}", "A-"),
    (r"\x41\x{42}\u0043\U00000044", "ABCD"),
    (r"\.\*\/\"", '.*/"'),
    ("a**", "b"),
    ("", ""),
)
NOT_MATCHING = (
    ("foo.*bar", "bar foo"),
    ("(?i:a)b", "AB"),
    (r"\D", "123"),
    ("[^a]", "aa"),
    ("[a-z&&[^aeiou]]", "aei"),
    ("[a&&b]", "ab"),
    (r"\P{Letter}", "aé"),
    ("^$", " "),
)


@pytest.mark.parametrize(("expression", "line"), MATCHING)
def test_a_line_matches(expression: str, line: str) -> None:
    assert Pattern(expression).matches(line)


@pytest.mark.parametrize(("expression", "line"), NOT_MATCHING)
def test_a_line_does_not_match(expression: str, line: str) -> None:
    assert not Pattern(expression).matches(line)


@pytest.mark.parametrize(
    ("expression", "line", "matches"),
    [
        (r"\bfoo\b", "a foo", True),
        (r"\bfoo\b", "éfoo", False),
        (r"\bfoo\b", "é foo é", True),
        (r"foo\b", "fooé", False),
        (r"\bé", "aé", False),
        (r"\bé", "-é", True),
        (r"é\b.\b", "é a", True),
        (r"\Boo", "foo é", True),
        (r"\Bé", "é", False),
        (r"^\b", "é", True),
        (r"\bw-", "éw-", False),  # the marks of spelled lines are characters like others
        (r"^\bfoo$", "foo", True),
    ],
)
def test_word_boundaries_know_letters_outside_ascii(expression: str, line: str, matches: bool) -> None:
    pattern = Pattern(expression)
    assert pattern.matches(line) == matches
    assert [found.number for found in pattern.lines(line.encode())] == [1] * matches


def test_whole_words_are_not_part_of_words() -> None:
    pattern = Pattern("foo", whole_words=True)
    assert [pattern.matches(line) for line in ("foo", "a-foo.", "foobar", "éfoo", "foo_")] == [True, True] + [False] * 3
    assert Pattern("-a|b", whole_words=True).matches("x -a")


@pytest.mark.parametrize(
    ("expression", "case", "line", "matches"),
    [
        ("foo", Case.SENSITIVE, "FOO", False),
        ("foo", Case.IGNORED, "FOO", True),
        ("Foo", Case.IGNORED, "fOO", True),
        ("foo", Case.SMART, "FOO", True),
        ("Foo", Case.SMART, "foo", False),
        (r"\Wfoo\S", Case.SMART, " FOO!", True),
        ("[A-Z]x", Case.SMART, "ax", False),
        ("ä", Case.IGNORED, "Ä", True),
        ("[^k]", Case.IGNORED, "K", False),
        ("[a-z&&[^k]]", Case.IGNORED, "K", False),
        ("[a-z--k]", Case.IGNORED, "K", False),
        ("[x[^k]]", Case.IGNORED, "K", False),
    ],
)
def test_case(expression: str, case: Case, line: str, matches: bool) -> None:
    assert Pattern(expression, case=case).matches(line) == matches


def test_any_of_several_patterns() -> None:
    pattern = Pattern(["a.c", "x"])
    assert [pattern.matches(line) for line in ("abc", "x", "b")] == [True, True, False]


def test_lines_are_numbered_and_those_of_empty_matches_are_counted_once() -> None:
    assert [line.number for line in Pattern("x*").lines(b"a\n\nb\n")] == [1, 2, 3]
    assert [line.number for line in Pattern("$").lines(b"a\n\nb")] == [1, 2, 3]
    assert [line.number for line in Pattern("^b").lines(b"ab\nb\n\nb")] == [2, 4]
    assert list(Pattern("^").lines(b"")) == []


@pytest.mark.parametrize("expression", [r"a\s+b", "a[^x]+b", r"a\W*b", r"a\p{Cc}b", r"a[\x00-\x20]b", "a(?s:.)b"])
def test_a_match_never_goes_beyond_its_line(expression: str) -> None:
    assert list(Pattern(expression).lines(b"a\nb\n")) == []


def test_hostile_patterns_take_linear_time() -> None:
    line = "a" * 20_000 + "b"
    assert not Pattern("(a+)+$").matches(line)
    assert not Pattern("(a|aa)*c").matches(line)
    assert not Pattern("(.*)(.*)(.*)(.*)(.*)[^a-c]").matches(line)


def test_spans_are_what_matches() -> None:
    assert Pattern("o+").spans("foo boo") == [Span(1, 3), Span(5, 7)]
    assert Pattern("foo", whole_words=True).spans("é foo foob") == [Span(2, 5)]


COMMON = st.text("abAB \t-_.1é", min_size=1, max_size=12)
"""Not empty: before 3.14, Python finds no `\\B` there."""


def expressions() -> st.SearchStrategy[str]:
    """Regular expressions that Python's `re` understands in the same way."""
    atoms = st.sampled_from(["a", "b", "B", "é", r"\-", ".", "[ab]", "[^a]", r"\w", r"\W", r"\d", r"\b", r"\B", "1"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda parts: f"(?:{parts[0]}|{parts[1]})"),
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
        )

    return st.recursive(atoms, larger, max_leaves=6)


@given(expressions(), st.lists(COMMON, max_size=5))
@example(r"\b\b", ["é"])
@example(r"(?:\b)*a", ["éa"])
def test_the_same_lines_match_as_for_python(expression: str, lines: list[str]) -> None:
    wanted = [number for number, line in enumerate(lines, 1) if re.search(expression, line)]
    text = "".join(line + "\n" for line in lines)
    pattern = Pattern(expression)
    assert [found.number for found in pattern.lines(text.encode())] == wanted
    assert [number for number, line in enumerate(lines, 1) if pattern.matches(line)] == wanted
