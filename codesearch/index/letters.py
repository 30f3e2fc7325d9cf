"""Letters outside ASCII: normalisation, case folding, and scripts that are written without spaces.

Composed and decomposed, full-width and half-width letters are equal (NFKC, as for Python's identifiers), and so are all
cases of a word: `Straße` and `STRASSE`, or `İzmir`, `IZMIR` and `izmir`. (Turkish `ı` equals `i`: outside Turkish, both
have the upper case `I`.)
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

UPPER, LOWER, DIGIT, OTHER, MARK, UNSPACED = "Aa0omc"
"""Classes of characters in `shape`: upper and lower case, digit, letter without case, mark, letter of `_UNSPACED`."""

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul, as it is composed
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3021, 0x30FF),  # Hiragana, Katakana
    (0x3100, 0x31FF),  # Bopomofo, Hangul, Katakana
    (0x3400, 0x9FFF),  # Han
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),  # Han
    (0x1AFF0, 0x1B16F),  # Kana
    (0x20000, 0x3FFFF),  # Han
)
"""Scripts that don't separate words by spaces, or (Hangul) write particles without a space."""
_WORD_CHARACTER = "[\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
"""Han and Hangul: a single character is often a word."""
_INVISIBLE = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")
"""Hints for hyphenation and ligatures."""
_DOTTED_I = re.compile("ı|i\u0307+")
_FIRST_MARK, _LAST_MARK = 0x0300, 0xFDFF


def normalised(text: str) -> str:
    """The text in NFKC without invisible characters, with its case."""
    return text if text.isascii() else _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """The normalised, case-folded text."""
    if text.isascii():
        return text.lower()
    folded = _DOTTED_I.sub("i", normalised(text).casefold())
    return unicodedata.normalize("NFKC", folded)


@cache
def identifier_pattern() -> re.Pattern[str]:
    """A run of letters, digits and `_` with their combining marks, which Python's `\\w` excludes."""
    marks = "".join(chr(code) for code in range(_FIRST_MARK, _LAST_MARK) if _is_mark(chr(code)))
    return re.compile(rf"\w[\w{marks}]*")


def shape(text: str) -> str:
    """The text with each character replaced by its class; what is neither letter, digit nor mark becomes `_`."""
    return text.translate(_SHAPES)


def bigrams(run: str) -> list[str]:
    """The overlapping pairs of characters of a run; the run itself if it has only one."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def characters(run: str) -> list[str]:
    """The characters that may be words of their own, of a run of at least two."""
    return re.findall(_WORD_CHARACTER, run) if len(run) > 1 else []


class _Shapes(dict[int, str]):
    """Code point → class, computed on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = character_class = _class_of(chr(code))
        return character_class


_SHAPES = _Shapes()


def _class_of(letter: str) -> str:
    if letter.isdecimal():
        return DIGIT
    if any(first <= ord(letter) <= last for first, last in _UNSPACED):
        return UNSPACED
    if letter.isupper() or letter.istitle():
        return UPPER
    if letter.islower():
        return LOWER
    if _is_mark(letter):
        return MARK
    return OTHER if letter.isalnum() else "_"


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc")
