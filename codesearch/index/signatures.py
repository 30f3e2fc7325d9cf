"""Signatures of files: which trigrams (three bytes in a row) a text may contain, to narrow down an exact search.

A signature is a Bloom filter with two hash functions, over the text with cases folded and in UTF-8. Trigrams with a
newline are left out, since no match has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from codesearch.exact.trigrams import Required

BITS_PER_TRIGRAM = 6
"""A trigram that a text lacks then seems to be in it with a probability of 0.08, four of them with 4e-5. Signatures are
6 to 10 % of the size of the index (redis, tokio, vitest)."""
_MULTIPLIERS = (2654435761, 2246822519)
"""Of the filter's hash functions: 2³² divided by the golden ratio, and another large prime."""
_NEWLINE = ord("\n")
_TRIGRAM = 3
_LEAST_IN_TABLE = 4000
"""Bytes of a text; fewer are sorted in less time, the more so the fewer they are (a third of it for 700)."""
_MOST_BYTES_IN_TABLE = 128
"""Different bytes of a text; code has 60 to 100. A table of more takes longer than sorting most files."""
_LARGEST_TRIGRAM = 0xFFFFFF
_LEFT_OUT = np.uint32(_LARGEST_TRIGRAM + 1)
_FIRSTS, _ENDS, _BITS = "file_firsts", "file_ends", "file_signatures"

Indices = npt.NDArray[np.int64]


def folded(text: str) -> str:
    """The text with cases folded: equal for texts that differ only in case, and character by character."""
    return text.lower() if text.isascii() else text.casefold()


def signature_of(text: str) -> bytes:
    """The signature of a text."""
    found = _distinct_trigrams(folded(text).encode("utf-8", "replace"))
    size = max(1, len(found) * BITS_PER_TRIGRAM // 8)
    bits = np.zeros(size * 8, np.bool_)
    for multiplier in _MULTIPLIERS:
        bits[found * np.uint32(multiplier) % np.uint32(size * 8)] = True
    return np.packbits(bits).tobytes()


def trigrams(data: bytes) -> npt.NDArray[np.uint32]:
    """The trigram at each position of a folded text in UTF-8, as a little-endian number."""
    return np.ndarray((max(0, len(data) - 2),), "<u4", data + b"\n", strides=(1,)) & np.uint32(_LARGEST_TRIGRAM)


def _distinct_trigrams(data: bytes) -> npt.NDArray[np.uint32]:
    """The different trigrams of a text, without those with a newline."""
    if len(data) < _TRIGRAM:
        return trigrams(data)
    if len(data) < _LEAST_IN_TABLE:
        return _sorted(data)
    text = np.frombuffer(data, np.uint8)
    occurs = np.bincount(text, minlength=256)
    occurs[_NEWLINE] = 0
    used = np.flatnonzero(occurs)
    return _tabulated(text, used) if len(used) < _MOST_BYTES_IN_TABLE else _sorted(data)


def _tabulated(text: npt.NDArray[np.uint8], used: Indices) -> npt.NDArray[np.uint32]:
    """The same, by a table of all trigrams of the bytes that are used, numbered from 1, and 0 for a newline."""
    base = len(used) + 1
    number = np.zeros(256, np.int64)  # which indexes without another copy
    number[used] = np.arange(1, base)
    numbers = number.take(text)
    occurs = np.zeros(base**_TRIGRAM, np.bool_)
    occurs[(numbers[:-2] * base + numbers[1:-1]) * base + numbers[2:]] = True
    found = np.flatnonzero(occurs).astype(np.uint32)  # which is divided much faster
    first_two = found // np.uint32(base)
    first = first_two // np.uint32(base)
    second, third = first_two - first * np.uint32(base), found - first_two * np.uint32(base)
    is_kept = (first > 0) & (second > 0) & (third > 0)
    byte = np.concatenate([[0], used]).astype(np.uint32)
    return np.asarray((byte[first] | byte[second] << 8 | byte[third] << 16)[is_kept])


def _sorted(data: bytes) -> npt.NDArray[np.uint32]:
    """The same for a text of any bytes, by sorting."""
    found = trigrams(data)
    is_newline = np.frombuffer(data, np.uint8) == _NEWLINE
    found[is_newline[:-2] | is_newline[1:-1] | is_newline[2:]] = _LEFT_OUT
    found.sort()  # np.unique would import numpy.ma, 10 ms
    is_last = np.empty(len(found), np.bool_)
    np.not_equal(found[1:], found[:-1], out=is_last[:-1])
    is_last[-1] = found[-1] != _LEFT_OUT
    return np.asarray(found[is_last])


class Signatures:
    """The signatures of the files of a segment."""

    def __init__(self, firsts: Indices, ends: Indices, bits: npt.NDArray[np.uint8]) -> None:
        """`firsts` are the files' first chunks, in order; `ends` where in `bits` each signature ends."""
        self.firsts, self._ends, self._bits = firsts, ends, bits

    @classmethod
    def of(cls, files: Sequence[tuple[int, bytes]]) -> Signatures:
        """From the first chunk and the signature of each file, in the order of the chunks."""
        ends = np.cumsum([len(signature) for _, signature in files], dtype=np.int64)
        bits = np.frombuffer(b"".join(signature for _, signature in files), np.uint8)
        return cls(np.asarray([first for first, _ in files], np.int64), ends, bits)

    @classmethod
    def read(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Signatures:
        """From the arrays of a file. Raises KeyError; check() has to follow."""
        return cls(arrays[_FIRSTS], arrays[_ENDS], arrays[_BITS])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays to store."""
        return {_FIRSTS: self.firsts, _ENDS: self._ends, _BITS: self._bits}

    def check(self, chunks: Indices) -> None:
        """Raises ValueError unless the arrays are consistent, and the files begin with some of these chunks."""
        types = [array.dtype.str[1:] for array in (self.firsts, self._ends, self._bits)]
        if types != ["i8", "i8", "u1"] or any(array.ndim != 1 for array in (self.firsts, self._ends, self._bits)):
            raise ValueError("its signatures have other types")
        starts = self._starts()
        if len(self.firsts) != len(self._ends) or (self._ends <= starts).any():
            raise ValueError("its signatures are not in order")
        if int(self._ends[-1] if len(self._ends) else 0) != len(self._bits):
            raise ValueError("its signatures have another size")
        if (self.firsts[1:] <= self.firsts[:-1]).any() or not np.isin(self.firsts, chunks).all():
            raise ValueError("its signatures are of other chunks")

    def only(self, kept: npt.NDArray[np.bool_]) -> list[tuple[int, bytes]]:
        """First chunk and signature of the files that are kept."""
        starts = self._starts()
        return [(int(self.firsts[i]), self._bits[starts[i] : self._ends[i]].tobytes()) for i in np.flatnonzero(kept)]

    def candidates(self, required: Required) -> Indices:
        """Which files may contain what is required, in order."""
        return self._among(np.arange(len(self.firsts)), required)

    def may_contain(self, files: Indices, numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Which of the files may contain each of the trigrams [files, trigrams]."""
        ends = self._ends[files]
        starts = np.where(files > 0, self._ends[files - 1], 0)
        found = np.ones((len(files), len(numbers)), np.bool_)
        for multiplier in _MULTIPLIERS:
            bits = (numbers * np.uint32(multiplier))[None, :] % ((ends - starts) * 8)[:, None]
            found &= (self._bits[starts[:, None] + (bits >> 3)] << (bits & 7).astype(np.uint8) & 0x80).astype(np.bool_)
        return found

    def _among(self, files: Indices, required: Required) -> Indices:
        for trigram in sorted(required.trigrams):
            number = np.asarray([int.from_bytes(trigram, "little")], np.uint32)
            files = files[self.may_contain(files, number)[:, 0]]
        for alternatives in required.alternatives:
            found = np.zeros(len(self.firsts), np.bool_)
            for alternative in alternatives:
                found[self._among(files, alternative)] = True
            files = files[found[files]]
        return files

    def _starts(self) -> Indices:
        return np.concatenate([np.zeros(1, np.int64), self._ends])[:-1]
