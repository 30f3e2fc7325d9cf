"""Which way a conversion goes: `string_to_int` has all words of “int to string”, and converts the other way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from codesearch.identifiers import ascii_words
from codesearch.search.question import last_part, owner_of

_TOWARDS_IN_QUESTIONS = frozenset(("to", "into"))
_TOWARDS_IN_NAMES = frozenset(("to", "into", "as", "2"))
_FROM = frozenset(("from",))
_WORDS_AROUND = 2
"""Words on each side that may be what is converted: “unix time to date”."""
_FILLERS = frozenset(
    "a an and as cast change convert converted converting converts from given in new of or the this turn with".split()
)
"""Words that are never what is converted, in questions and in names."""
_BEFORE_A_VERB = frozenset(
    "able attempt decide decides fail fails function going have how like method need needed needs ought possible"
    " program required script supposed tries try trying used want wants way ways when where wish".split()
)
"""What `to` follows if a verb comes next: “how to sort”."""
_SHORTEST_ABBREVIATION = 3
"""Letters: `str`, `int`, `num`."""
_WORD = re.compile(r"\w+")


class Conversion(NamedTuple):
    """Words of what is converted, and of what it becomes."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    is_of_owner: bool = False
    """Whether the source is the type that a method is of, and need not be what is converted: `Convert.toInt`."""


@lru_cache(maxsize=16)
def conversions_asked(question: str) -> tuple[Conversion, ...]:
    """The conversions that a question may ask for: whatever is around `to`, unless a verb follows, and `from`."""
    words = _WORD.findall(question.lower())
    towards = _around(words, _TOWARDS_IN_QUESTIONS, _BEFORE_A_VERB)
    backwards = (Conversion(each.target, each.source) for each in _around(words, _FROM))
    return tuple(dict.fromkeys(each for each in (*towards, *backwards) if each.source and each.target))


@lru_cache(maxsize=1 << 12)
def conversions_in(name: str) -> tuple[Conversion, ...]:
    """The conversions that the last part of a qualified name speaks of: `json2xml`, `Date.fromString`, `Date.toString`.

    What the part does not say is the type that it belongs to.
    """
    owner = tuple(ascii_words(last_part(owner_of(name))))
    words = ascii_words(last_part(name))
    towards = [
        each if each.source else Conversion(owner, each.target, is_of_owner=True)
        for each in _around(words, _TOWARDS_IN_NAMES)
        if each.target
    ]
    backwards = [Conversion(each.target, each.source or owner) for each in _around(words, _FROM) if each.target]
    return (*towards, *backwards)


def converts(name: str, asked: Iterable[Conversion]) -> bool:
    """Whether a qualified name says that it does one of the conversions."""
    return any(
        _have_common(each.source, found.source) and _have_common(each.target, found.target)
        for each in asked
        for found in conversions_in(name)
    )


def converts_back(name: str, asked: Sequence[Conversion]) -> bool:
    """Whether a qualified name says that it does the opposite of one of the conversions, and none of them."""
    found = conversions_in(name)
    return any(_is_opposite(one, each) for one in found for each in asked) and not converts(name, asked)


def _is_opposite(found: Conversion, asked: Conversion) -> bool:
    """Whether a conversion gives what is to be converted, out of what is asked for or of nothing that is said."""
    if found.source and not found.is_of_owner:
        return _have_common(asked.source, found.target) and _have_common(asked.target, found.source)
    return _have_common(asked.source[-1:], found.target) and not _have_common(asked.target, found.target)


def _around(words: Sequence[str], marks: Iterable[str], never_before: Iterable[str] = ()) -> Iterator[Conversion]:
    """What is around each of some marks, without words that are on both sides (“utc time to local time”)."""
    kept = [word for word in words if word in marks or word not in _FILLERS]
    for i, word in enumerate(kept):
        before, after = kept[max(0, i - _WORDS_AROUND) : i], kept[i + 1 : i + 1 + _WORDS_AROUND]
        if word in marks and not (before and before[-1] in never_before):
            yield Conversion(
                tuple(each for each in before if each not in after), tuple(each for each in after if each not in before)
            )


def _have_common(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(_is_same(one, other) for one in some for other in others)


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _SHORTEST_ABBREVIATION and long.startswith(short))
