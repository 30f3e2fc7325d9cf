"""Which way a conversion goes: `string_to_int` has all words of “int to string”, and converts the other way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from codesearch.identifiers import ascii_words

_TOWARDS_IN_QUESTIONS = frozenset(("to", "into"))
_TOWARDS_IN_NAMES = frozenset(("to", "into", "as", "2"))
_FROM_IN_NAMES = "from"
_REACH = 2
"""Words on each side that may be what is converted: “unix time to date”."""
_FILLERS = frozenset("a an the this its given new type value object".split())
_BEFORE_A_VERB = frozenset(
    "able allowed class code command easiest function going have how intended like method need needed needs option"
    " ought possible program required script something supposed trying try tries used want wants way ways wish".split()
)
"""What `to` follows if a verb comes next: “how to sort”."""
_SHORTEST_ABBREVIATION = 3
"""Letters: `str`, `int`, `num`."""
_WORD = re.compile(r"\w+")


class Conversion(NamedTuple):
    """Words of what is converted, and of what it becomes. A name may lack the first, as `toInt` does."""

    source: tuple[str, ...]
    target: tuple[str, ...]


def conversions_asked(question: str) -> tuple[Conversion, ...]:
    """The conversions that a question may ask for: whatever is around `to`, unless that has a verb after it."""
    words = [word for word in _WORD.findall(question.lower()) if word not in _FILLERS]
    around = _around(words, _TOWARDS_IN_QUESTIONS)
    return tuple(each for each in around if each.source and each.target and each.source[-1] not in _BEFORE_A_VERB)


@lru_cache(maxsize=1 << 12)
def conversions_in(name: str) -> tuple[Conversion, ...]:
    """The conversions that a name speaks of: `Date.fromString`, `json2xml`."""
    words = ascii_words(name)
    reversed_ = (Conversion(each.target, each.source) for each in _around(words, (_FROM_IN_NAMES,)))
    return tuple(each for each in (*_around(words, _TOWARDS_IN_NAMES), *reversed_) if each.target)


def converts(name: str, asked: Iterable[Conversion]) -> bool:
    """Whether a name says that it does one of the conversions."""
    return any(
        _have_common(each.source, found.source) and _have_common(each.target, found.target)
        for each in asked
        for found in conversions_in(name)
    )


def converts_back(name: str, asked: Iterable[Conversion]) -> bool:
    """Whether a name says that it does the opposite of one of the conversions: gives what is to be converted."""
    return any(
        _have_common(each.source, found.target) and not _have_common(each.target, found.target)
        for each in asked
        for found in conversions_in(name)
    )


def _around(words: Sequence[str], marks: Iterable[str]) -> Iterator[Conversion]:
    """What is around each of some marks, without words that are on both sides (“utc time to local time”)."""
    for i, word in enumerate(words):
        if word in marks:
            before, after = words[max(0, i - _REACH) : i], words[i + 1 : i + 1 + _REACH]
            yield Conversion(
                tuple(each for each in before if each not in after), tuple(each for each in after if each not in before)
            )


def _have_common(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(_is_same(one, other) for one in some for other in others)


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _SHORTEST_ABBREVIATION and long.startswith(short))
