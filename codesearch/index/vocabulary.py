"""Terms in two arrays that can be mapped from a file, and searched where they are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Any

import numpy as np
import numpy.typing as npt


class Vocabulary:
    """Distinct terms, numbered in the order of their UTF-8 bytes."""

    def __init__(self, text: npt.NDArray[Any], ends: npt.NDArray[Any]) -> None:
        """`text` has all terms, concatenated, and `ends` where each ends, in bytes."""
        self.text, self.ends = text, ends
        self._bytes, self._byte_ends = memoryview(text.data), memoryview(ends.data)
        """Single items of these are read several times as fast as those of arrays."""

    @classmethod
    def of(cls, terms: Sequence[bytes]) -> Vocabulary:
        """The vocabulary of terms that are in order."""
        ends = np.cumsum(np.fromiter(map(len, terms), np.int64, len(terms)))
        return cls(np.frombuffer(b"".join(terms), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def find(self, term: str) -> int | None:
        """The number of a term, None if there is none."""
        encoded = _encoded(term)
        return self._found_at(self._lower_bound(encoded), encoded)

    def find_all(self, terms: Sequence[str]) -> list[int]:
        """The numbers of those terms that there are, ascending; quick for terms that begin alike."""
        encoded = sorted(map(_encoded, terms))
        first = self._lower_bound(encoded[0])
        end = self._lower_bound(encoded[-1], first) + 1 if encoded[1:] else first + 1
        found = []
        for term in encoded:
            first = self._lower_bound(term, first, end)
            if self._found_at(first, term) is not None:
                found.append(first)
        return found

    def starting_with(self, prefix: str, limit: int) -> list[str]:
        """The first `limit` terms that start with a prefix, in order."""
        encoded = _encoded(prefix)
        first = self._lower_bound(encoded)
        terms = (self._term(i) for i in range(first, min(first + limit, len(self))))
        return [term.decode("utf-8", "replace") for term in takewhile(lambda term: term.startswith(encoded), terms)]

    def terms(self) -> list[bytes]:
        """All terms, in order."""
        text, ends = self.text.tobytes(), self.ends.tolist()
        return [text[begin:end] for begin, end in pairwise([0, *ends])]

    def _found_at(self, i: int, term: bytes) -> int | None:
        return i if i < len(self._byte_ends) and self._term(i) == term else None

    def _lower_bound(self, term: bytes, low: int = 0, high: int | None = None) -> int:
        """The number, from `low` to `high`, of the first term that is not less than the given one."""
        count = len(self._byte_ends)
        return bisect_left(range(count), term, low, count if high is None else min(high, count), key=self._term)

    def _term(self, i: int) -> bytes:
        begin = self._byte_ends[i - 1] if i else 0
        return bytes(self._bytes[begin : self._byte_ends[i]])


def _encoded(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")
