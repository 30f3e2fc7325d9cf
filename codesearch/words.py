"""The words of many texts at once, in numpy.

In Python, splitting each text and looking up its identifiers takes as long where most have been seen before, and twice
as long where many are new, as in C. The texts are joined, and each word is a range of their bytes. Words are compared
by hashes: a polynomial in a range's bytes, which is the difference of two sums over all bytes before its ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.grouping import Numbers, group
from codesearch.identifiers import vocabulary_identifiers, vocabulary_words

PART, TERM, TOKEN = range(3)
"""What an occurrence is: a part of an identifier, which is a term and a word of static models, or only one of these."""
_OTHER, _UNDERSCORE, _DIGIT, _UPPER, _LOWER = range(5)
_BASE = 0x9E3779B97F4A7C15
"""Of the polynomial, modulo 2⁶⁴: an odd number without a pattern."""


class Words(NamedTuple):
    """The occurrences of words in texts: first all but those that are only terms, then these, each in order."""

    distinct: Sequence[str]
    """In lower case."""
    numbers: Numbers
    """For each occurrence, the index of its word in `distinct`."""
    texts: Numbers
    """For each occurrence, the index of its text."""
    uses: npt.NDArray[np.uint8]
    """For each occurrence, PART, TERM or TOKEN."""


class WordCounts(NamedTuple):
    """Counts of words in documents, in the order of the documents and in each of first appearance."""

    distinct: Sequence[str]
    """In lower case."""
    numbers: Numbers
    """For each word of a document, its index in `distinct`."""
    documents: Numbers
    """For each word of a document, the index of the document."""
    counts: npt.NDArray[np.float32]
    size: int
    """The number of documents."""


class Groups(NamedTuple):
    """The occurrences of each number in each text, in order of first occurrence."""

    texts: Numbers
    numbers: Numbers
    of_occurrences: Numbers
    """For each occurrence, the index of its group."""

    @classmethod
    def of(cls, texts: Numbers, numbers: Numbers) -> Groups:
        """Group occurrences of numbers in texts. The product of the highest of both must be below 2⁶³."""
        found = group((texts * (numbers.max(initial=0) + 1) + numbers).astype(np.uint64))
        return cls(texts[found.firsts], numbers[found.firsts], found.groups)

    def sums(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The sum of each group's values, of which there is one per occurrence."""
        return np.bincount(self.of_occurrences, values, len(self.texts)).astype(np.float32)


class _Ranges(NamedTuple):
    """Half-open ranges of bytes."""

    begins: Numbers
    ends: Numbers


def split(texts: Sequence[str], longest_whole: int, terms: Callable[[str], Iterable[str]]) -> Words:
    """The words of texts: parts of identifiers and, if it is not longer than `longest_whole`, a whole of several parts.

    The wholes are terms. A text that is not ASCII has the terms of `terms`, and a static model's words.
    """
    fast = [i for i, text in enumerate(texts) if text.isascii()]
    words = _ascii_words([texts[i] for i in fast], longest_whole)
    if len(fast) == len(texts):
        return words
    known = {word: i for i, word in enumerate(words.distinct)}
    numbers, uses, numbers_texts = [words.numbers], [words.uses], [np.asarray(fast, np.int64)[words.texts]]
    for i in sorted(set(range(len(texts))).difference(fast)):
        tokens = (word for identifier in vocabulary_identifiers(texts[i]) for word in vocabulary_words(identifier))
        for use, found in ((TERM, terms(texts[i])), (TOKEN, tokens)):
            numbers.append(np.asarray([known.setdefault(word, len(known)) for word in found], np.int64))
            uses.append(np.full(len(numbers[-1]), use, np.uint8))
            numbers_texts.append(np.full(len(numbers[-1]), i))
    joined = np.concatenate(numbers_texts)
    all_uses = np.concatenate(uses)
    order = np.lexsort((joined, all_uses == TERM))
    return Words(list(known), np.concatenate(numbers)[order], joined[order], all_uses[order])


def _table() -> bytes:
    """Bytes → their kinds."""
    kinds = bytearray(256)
    for kind, characters in ((_UNDERSCORE, b"_"), (_DIGIT, b"0123456789")):
        for character in characters:
            kinds[character] = kind
    for letter in b"abcdefghijklmnopqrstuvwxyz":
        kinds[letter], kinds[letter - 32] = _LOWER, _UPPER
    return bytes(kinds)


_KINDS = _table()
_LOWERED = bytes(range(256)).lower()


def _ascii_words(texts: Sequence[str], longest_whole: int) -> Words:
    data = "\n".join(["", *texts, ""]).encode("ascii")
    kinds = np.frombuffer(data.translate(_KINDS), np.uint8)
    parts = _parts(kinds)
    bounds = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    in_text = np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(parts.begins, bounds), prepend=0))
    is_separator = kinds == _UNDERSCORE
    places = np.cumsum(is_separator, dtype=np.int32)
    begins, ends = parts.begins - places[parts.begins], parts.ends - places[parts.ends - 1]
    first, last = _several(kinds, parts)
    is_short = ends[last] - begins[first] <= longest_whole
    first, last = first[is_short], last[is_short]
    uses = np.repeat(np.asarray([PART, TERM], np.uint8), (len(begins), len(first)))
    ranges = _Ranges(np.concatenate([begins, begins[first]]), np.concatenate([ends, ends[last]]))
    kept = data.translate(_LOWERED, b"_")
    found = group(_hashes(kept, ranges))
    text = kept.decode("ascii")
    limits = zip(ranges.begins[found.firsts].tolist(), ranges.ends[found.firsts].tolist(), strict=True)
    return Words(
        [text[begin:end] for begin, end in limits], found.groups, np.concatenate([in_text, in_text[first]]), uses
    )


def _parts(kinds: npt.NDArray[np.uint8]) -> _Ranges:
    """The parts of identifiers, as `ascii_parts` splits them; the first and the last byte are in none."""
    before, after = kinds[:-1], kinds[1:]
    is_capital = (before == _UPPER) & (after == _LOWER)
    is_bound = (before != after) & ~is_capital
    is_bound[:-1] |= is_capital[1:]
    bounds = np.flatnonzero(is_bound) + 1
    is_part = kinds[bounds[:-1]] >= _DIGIT
    return _Ranges(bounds[:-1][is_part], bounds[1:][is_part])


def _several(kinds: npt.NDArray[np.uint8], parts: _Ranges) -> tuple[Numbers, Numbers]:
    """The indexes of the first and the last parts of those identifiers that have several."""
    identifiers = np.cumsum(kinds == _OTHER, dtype=np.int32)[parts.begins]
    first = np.flatnonzero(np.diff(identifiers, prepend=-1))
    last = np.append(first[1:], len(identifiers)) - 1
    several = last > first
    return first[several], last[several]


def _hashes(data: bytes, ranges: _Ranges) -> npt.NDArray[np.uint64]:
    """A hash of each range; only those of the same data can be compared."""
    powers = _powers(len(data).bit_length())
    sums = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(np.frombuffer(data, np.uint8) * powers[: len(data)], out=sums[1:])
    return np.asarray((sums[ranges.ends] - sums[ranges.begins]) * powers[len(data) - ranges.begins])


@lru_cache(maxsize=4)
def _powers(bits: int) -> npt.NDArray[np.uint64]:
    """Powers of the base, for up to 2^bits bytes. As portions differ in size, several are kept."""
    powers = np.full((1 << bits) + 1, _BASE, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, out=powers)
