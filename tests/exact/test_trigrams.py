"""What a pattern requires of a text, and which files may have it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.exact.pattern import Case, Pattern
from codesearch.exact.trigrams import NOTHING, Required, required_by
from codesearch.index.signatures import Signatures, signature_of
from tests.exact.test_pattern import expressions

LETTERS = st.text("abcABCkKsS1é \tßſ\u212aΣσς\n", max_size=30)


def may_match(expression: str, text: str, case: Case = Case.SENSITIVE) -> bool:
    """Whether a file with this text is a candidate."""
    signatures = Signatures.of([(1, signature_of(text))])
    return len(signatures.candidates(required_by(Pattern(expression, case=case).tree))) == 1


def all_of(*trigrams: str) -> Required:
    return Required(frozenset(trigram.encode() for trigram in trigrams))


@pytest.mark.parametrize(
    ("expression", "required"),
    [
        ("Abcd", all_of("abc", "bcd")),
        ("ab", NOTHING),
        ("abc.*def", all_of("abc", "def")),
        ("abc|xyz", Required(frozenset(), ((all_of("abc"), all_of("xyz")),))),
        ("abc|x", NOTHING),
        ("abcd|abce", Required(frozenset([b"abc"]), ((all_of("bcd"), all_of("bce")),))),
        ("a[bc]d", Required(frozenset(), ((all_of("abd"), all_of("acd")),))),
        ("abc(de)?", all_of("abc")),
        ("ab(cd)+ef", all_of("abc", "bcd", "cde", "def")),
        (r"abc\d+", all_of("abc")),
        (r"\babc\b", all_of("abc")),
        ("(?:abc.)*", NOTHING),
        ("é!", all_of("é!")),
        ("x{5}", all_of("xxx")),
        ("(foo|bar)\\(", Required(frozenset(), ((all_of("foo", "oo("), all_of("bar", "ar(")),))),
        ("[a&&b]abc", Required(frozenset(), ((),))),
    ],
)
def test_required_trigrams(expression: str, required: Required) -> None:
    found = required_by(Pattern(expression).tree)
    assert found.trigrams == required.trigrams
    assert {frozenset(group) for group in found.alternatives} == {frozenset(group) for group in required.alternatives}


def test_files_without_the_trigrams_are_left_out() -> None:
    texts = [f"def function_{number}(x):\n    return x + {number}\n" for number in range(1000, 1200)]
    signatures = Signatures.of([(i, signature_of(text)) for i, text in enumerate(texts)])
    found = signatures.candidates(required_by(Pattern("function_1042").tree)).tolist()
    assert 42 in found
    assert len(found) < 20
    assert len(signatures.candidates(required_by(Pattern("nowhere_at_all").tree))) == 0
    assert len(signatures.candidates(NOTHING)) == 200


@given(LETTERS, st.data())
def test_a_text_that_contains_a_literal_is_a_candidate(text: str, data: st.DataObject) -> None:
    lines = [line for line in text.split("\n") if line] or ["a"]
    line = data.draw(st.sampled_from(lines))
    begin = data.draw(st.integers(0, len(line) - 1))
    literal = line[begin : data.draw(st.integers(begin + 1, len(line)))]
    text = "\n".join(lines)
    signatures = Signatures.of([(1, signature_of(text))])
    for case in Case:
        pattern = Pattern(literal, is_literal=True, case=case)
        assert list(pattern.lines(text.encode()))
        assert len(signatures.candidates(required_by(pattern.tree))) == 1


@given(expressions(), st.text("abAB \t-_.1éK\u212a\n", max_size=60), st.sampled_from(Case))
def test_narrowing_never_loses_a_match(expression: str, text: str, case: Case) -> None:
    if list(Pattern(expression, case=case).lines(text.encode())):
        assert may_match(expression, text, case)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=8))
def test_a_letter_of_another_case_is_required_in_the_same_way(word: str) -> None:
    text = f"{word.upper()}\n{word.lower()}\n{word.title()}"
    if list(Pattern(word, is_literal=True, case=Case.IGNORED).lines(text.encode())):
        signatures = Signatures.of([(1, signature_of(text))])
        tree = Pattern(word, is_literal=True, case=Case.IGNORED).tree
        assert len(signatures.candidates(required_by(tree))) == 1


def test_signatures_of_other_sizes_are_refused() -> None:
    chunks = np.arange(1, 10)
    sound = Signatures.of([(1, b"abc"), (5, b"de")])
    sound.check(chunks)
    ends, bits = sound.arrays()["file_ends"], sound.arrays()["file_signatures"]
    for firsts, wrong_ends, wrong_bits in (
        ([5, 1], ends, bits),
        ([1, 11], ends, bits),
        ([1], ends, bits),
        ([1, 5], ends, bits[:4]),
        ([1, 5], ends[::-1], bits),
        ([1, 5], np.asarray([-3, 5]), bits),
        ([1, 5], ends.astype(np.float32), bits),
        ([1, 5], ends.reshape(1, 2), bits),
    ):
        with pytest.raises(ValueError, match="signatures"):
            Signatures(np.asarray(firsts), wrong_ends, wrong_bits).check(chunks)
