"""The postings of several segments below one vocabulary, so that a term is looked up once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.index.postings import Matches, Postings, as_one_term
from codesearch.index.vocabulary import Vocabulary

Mask = npt.NDArray[np.bool_]


class JoinedPostings:
    """Finds terms in segments whose rows are numbered through. Segments that are not asked for are not read."""

    def __init__(self, parts: Sequence[Postings], firsts: Sequence[int]) -> None:
        """`firsts` are the numbers of the first rows of the segments."""
        self._parts = parts
        self._firsts = np.asarray(firsts, np.int64)
        numbers: dict[bytes, int] = {}
        of_parts = []
        for part in parts:
            terms = part.vocabulary.terms()
            of_parts.append(np.fromiter((numbers.setdefault(t, len(numbers)) for t in terms), np.int32, len(terms)))
        ordered = sorted(numbers)
        self._vocabulary = Vocabulary.of(ordered)
        rank = np.empty(len(numbers), np.int32)
        rank[np.fromiter(map(numbers.__getitem__, ordered), np.int32, len(numbers))] = np.arange(len(numbers))
        ranks = rank[_joined(of_parts, np.int32)]
        order = np.argsort(ranks, kind="stable")
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(ranks, minlength=len(numbers)))])
        self._owners = np.repeat(np.arange(len(parts), dtype=np.uint32), [len(part) for part in of_parts])[order]
        self._begins = _joined([part.starts[:-1] for part in parts], np.uint32)[order]
        self._counts = _joined([part.counts() for part in parts], np.uint32)[order]

    def count(self, term: str, asked: Mask | None) -> int:
        """The number of rows with a term, in the segments asked for; None for all."""
        i = self._vocabulary.find(term)
        if i is None:
            return 0
        of_term = slice(self._starts[i], self._starts[i + 1])
        counts = self._counts[of_term]
        return int(counts.sum() if asked is None else counts[asked[self._owners[of_term]]].sum())

    def find_any(self, terms: Sequence[str], asked: Mask | None) -> Matches:
        """As Postings.find_any, in the segments asked for; None for all."""
        numbers = self._vocabulary.find_all(terms)
        pairs = _joined([np.arange(self._starts[i], self._starts[i + 1]) for i in numbers], np.int64)
        if asked is not None:
            pairs = pairs[asked[self._owners[pairs]]]
        owners, begins, counts = self._owners[pairs], self._begins[pairs], self._counts[pairs]
        found = [*zip(owners.tolist(), begins.tolist(), (begins + counts).tolist(), strict=True)]
        parts = self._parts
        rows = _joined([parts[owner].rows[begin:end] for owner, begin, end in found], np.int64)
        rows += np.repeat(self._firsts[owners], counts)
        impacts = _joined([parts[owner].impacts[begin:end] for owner, begin, end in found], np.uint8)
        return Matches(*(as_one_term(rows, impacts) if numbers[1:] else (rows, impacts)))


def _joined(arrays: Sequence[npt.NDArray[Any]], kind: type[Any]) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *arrays], dtype=kind, casting="unsafe")
