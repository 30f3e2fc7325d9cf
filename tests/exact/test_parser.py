"""What is wrong with a pattern, and where."""

from __future__ import annotations

import pytest

from codesearch.exact.cursor import PatternError
from codesearch.exact.pattern import Pattern

WRONG = (
    ("foo(", 4, "not closed"),
    ("a)", 2, "not opened"),
    ("[a", 1, "not closed"),
    ("x[a-", 2, "not closed"),
    ("[b-a]", 2, "ends before"),
    ("[[:nope:]]", 2, "POSIX"),
    ("a{2", 2, "counted repetition"),
    ("a{3,2}", 2, "larger"),
    ("a{1001}", 2, "1,000"),
    ("*a", 1, "nothing"),
    ("a|+", 3, "nothing"),
    ("b(?=a)", 2, "look-around"),
    ("(?<!a)b", 1, "look-around"),
    (r"(a)\1", 4, "backreferences"),
    (r"a\y", 2, "no meaning"),
    (r"\<a", 1, "no meaning"),
    (r"\p{Klingon}", 1, "Unicode"),
    (r"\p{Greek", 1, "not closed"),
    (r"\x{110000}", 1, "not that of a character"),
    (r"\xg0", 1, "hexadecimal"),
    ("ab\\", 3, "backslash"),
    (r"a\nb", 2, "newline"),
    ("a\nb", 2, "newline"),
    ("(?P<1>a)", 2, "name"),
    ("(?z)a", 2, "flag"),
    ("(?-u)a", 2, "Unicode"),
    ("(?i", 2, "flags"),
    ("(" * 200, 101, "nested"),
    ("a" + "*" * 200, 102, "repetitions"),
)


@pytest.mark.parametrize(("expression", "place", "why"), WRONG, ids=[expression[:12] for expression, _, _ in WRONG])
def test_a_wrong_pattern_says_where_and_why(expression: str, place: int, why: str) -> None:
    with pytest.raises(PatternError) as caught:
        Pattern(expression)
    assert f"at character {place}:" in caught.value.message
    assert why in caught.value.message
    assert "-F" in str(caught.value.remedy)


@pytest.mark.parametrize("expression", ["(((x{900}){900}){900})", "a" * 100_001, r"(\p{L}{500}){1000}"])
def test_a_pattern_that_is_too_large_is_refused(expression: str) -> None:
    with pytest.raises(PatternError, match=r"too large|longer"):
        Pattern(expression)


def test_a_literal_may_have_any_character_but_a_newline() -> None:
    assert Pattern("a[0](*", is_literal=True).matches("x = a[0](*y)")
    with pytest.raises(PatternError, match="newline"):
        Pattern("a\nb", is_literal=True)
