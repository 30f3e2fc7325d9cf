"""Named sets of characters: Unicode's as Rust's regular expressions define them, and POSIX's in ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import re2

from codesearch.exact.syntax import LAST_CODE_POINT, Named, Range

WORD, DIGIT, SPACE = "w", "d", "s"
OTHER_WORD_CHARACTERS = frozenset(
    map(
        chr,
        (
            0x200C,
            0x200D,
            *range(0x24B6, 0x24EA),
            *range(0x1F130, 0x1F14A),
            *range(0x1F150, 0x1F16A),
            *range(0x1F170, 0x1F18A),
        ),
    )
)
"""What belongs to words besides letters, marks, digits and `_`: join controls and alphabetic symbols."""
_RE2 = {
    WORD: r"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}" + "".join(sorted(OTHER_WORD_CHARACTERS)),
    DIGIT: r"\p{Nd}",
    SPACE: r"\t\x{b}\f\r\x{85}\p{Z}",
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x{0}-\t\x{b}-\x{7f}",
    "blank": r"\t ",
    "cntrl": r"\x{0}-\t\x{b}-\x{1f}\x{7f}",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\x{b}\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
"""How RE2 writes these sets in brackets, without `\\n`, which no line has."""
POSIX = frozenset(_RE2) - {WORD, DIGIT, SPACE}

_CATEGORIES = {
    "letter": "L",
    "lowercaseletter": "Ll",
    "modifierletter": "Lm",
    "otherletter": "Lo",
    "titlecaseletter": "Lt",
    "uppercaseletter": "Lu",
    "mark": "M",
    "number": "N",
    "decimalnumber": "Nd",
    "letternumber": "Nl",
    "othernumber": "No",
    "punctuation": "P",
    "connectorpunctuation": "Pc",
    "dashpunctuation": "Pd",
    "symbol": "S",
    "currencysymbol": "Sc",
    "mathsymbol": "Sm",
    "separator": "Z",
    "other": "C",
    "control": "Cc",
}
"""RE2's names of some general categories, by their long names in lower case."""
_PREFIXES = ("gc=", "generalcategory=", "sc=", "script=")


def property_name(name: str) -> str | None:
    """RE2's name of a general category or script, None if it has none."""
    simple = re.sub("[ _-]", "", name.lower())
    for prefix in _PREFIXES:
        simple = simple.removeprefix(prefix)
    words = "_".join(word.capitalize() for word in re.split("[ _-]", name.rpartition("=")[2]))
    for candidate in (_CATEGORIES.get(simple, simple.capitalize()), words):
        if re.fullmatch("[A-Za-z_]+", candidate) and _compiles(rf"\p{{{candidate}}}"):
            return candidate
    return None


def in_brackets(item: Range | Named) -> str:
    """How RE2 writes the characters of an item in brackets. Named sets must not be negated."""
    if isinstance(item, Named):
        return _RE2.get(item.name) or rf"\p{{{item.name}}}"
    if item.first == item.last:
        return escaped(item.first)
    return f"{escaped(item.first)}-{escaped(item.last)}"


def has_newline(item: Range | Named) -> bool:
    """Whether a newline is among the characters of an item; named sets must not be negated."""
    if isinstance(item, Range):
        return item.first <= ord("\n") <= item.last
    return re2.fullmatch(f"[{in_brackets(item)}]", "\n") is not None


def ranges_of(items: Iterable[Range | Named], *, folds: bool = False) -> tuple[Range, ...]:
    """The characters of the items as ranges, in order; in all their cases if `folds`."""
    found: list[Range] = []
    for item in items:
        if isinstance(item, Range):
            found += _members(item, folds) if folds else (item,)
        else:
            named = _members(Named(item.name), folds)
            found += complement(named) if item.negated else named
    return _joined(found)


def complement(ranges: Sequence[Range]) -> tuple[Range, ...]:
    """All characters that are in none of the ranges, which are in order."""
    gaps, begin = [], 0
    for taken in ranges:
        if begin < taken.first:
            gaps.append(Range(begin, taken.first - 1))
        begin = taken.last + 1
    return (*gaps, Range(begin, LAST_CODE_POINT)) if begin <= LAST_CODE_POINT else tuple(gaps)


def intersection(ranges: Sequence[Range], others: Sequence[Range]) -> tuple[Range, ...]:
    """The characters in both."""
    return complement(_joined([*complement(ranges), *complement(others)]))


def _joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The ranges in order, with those that touch joined."""
    joined: list[Range] = []
    for found in sorted(ranges, key=lambda found: found.first):
        if joined and found.first <= joined[-1].last + 1:
            joined[-1] = Range(joined[-1].first, max(joined[-1].last, found.last))
        else:
            joined.append(found)
    return tuple(joined)


@lru_cache(maxsize=64)
def _members(item: Range | Named, folds: bool) -> tuple[Range, ...]:
    """The characters of an item. RE2 knows them, so it is asked about all there are, which takes 0.1 s."""
    brackets = f"[{in_brackets(item)}]"
    runs = re2.compile(f"(?:{f'(?i:{brackets})' if folds else brackets})+").finditer(_all_characters())
    texts = (run.group().decode() for run in runs)
    return tuple(Range(ord(text[0]), ord(text[-1])) for text in texts)


@lru_cache(maxsize=1)
def _all_characters() -> bytes:
    return "".join(map(chr, range(LAST_CODE_POINT + 1))).encode("utf-8", "ignore")


@lru_cache(maxsize=128)
def _compiles(pattern: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error:
        return False
    return True


def escaped(code: int) -> str:
    """How RE2 writes a character, in brackets and outside."""
    character = chr(code)
    return character if character.isascii() and character.isalnum() else rf"\x{{{code:x}}}"
