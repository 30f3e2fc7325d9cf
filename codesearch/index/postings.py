"""The lexical index of one segment: for each term the rows that contain it and its contribution to their BM25 score.

A term's count is weighted over a chunk's fields (Robertson, Zaragoza and Taylor 2004, "Simple BM25 extension to
multiple weighted fields"). The BM25 score without the idf (codesearch.index.bm25), the impact, is known when the
segment is written, and stored in one byte, so a query is a sum over a few arrays. The average length is a constant, so
that impacts do not depend on which chunks are written together. docs/lexical.md compares this with libraries, and says
why none is used.

The arrays: `terms` (UTF-8, sorted, concatenated), `term_ends` (byte offsets), `starts` (the first posting of each term,
and the number of postings), `rows` (16 bits if they suffice) and `impacts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.grouping import stable_order
from codesearch.index.bm25 import saturated
from codesearch.index.vocabulary import Vocabulary

AVERAGE_LENGTH = 120.0
"""Sum of a chunk's weighted term counts: the mean over the chunks of 31 repositories."""
IMPACT_SCALE = 255.0
_ODDS = (np.arange(256) / np.maximum(IMPACT_SCALE - np.arange(256), 0.5)).astype(np.float32)
"""impact / (1 - impact), for each stored impact."""
_FEW_ROWS = 1 << 16
_ARRAYS = ("terms", "term_ends", "starts", "rows", "impacts")

IntArray = npt.NDArray[np.int64]


class TermCounts(NamedTuple):
    """Weighted term counts of consecutive chunks, as flat arrays: chunk i has the next `sizes[i]` entries."""

    terms: Sequence[str]
    term_ids: npt.NDArray[np.int32]
    """Indices into `terms`."""
    weights: npt.NDArray[np.float32]
    sizes: npt.NDArray[np.int32]


class TermImpacts(NamedTuple):
    """BM25 impacts of the terms of consecutive chunks, as flat arrays: chunk i has the next `sizes[i]` entries."""

    terms: Sequence[str]
    term_ids: npt.NDArray[np.int32]
    """Indices into `terms`."""
    impacts: npt.NDArray[np.uint8]
    sizes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, counts: TermCounts) -> TermImpacts:
        """The impacts of counted terms: a chunk's depend on no other chunk."""
        chunks = np.repeat(np.arange(len(counts.sizes)), counts.sizes)
        lengths = np.bincount(chunks, counts.weights, len(counts.sizes))
        shares = saturated(counts.weights, chunks, lengths, AVERAGE_LENGTH)
        impacts = np.clip(np.rint(IMPACT_SCALE * shares), 1, 255).astype(np.uint8)
        return cls(counts.terms, counts.term_ids, impacts, counts.sizes)


class Matches(NamedTuple):
    """The rows that contain a term, ascending, and its impact in each, in units of 1/255."""

    rows: npt.NDArray[Any]
    impacts: npt.NDArray[np.uint8]

    def summed(self, first: IntArray, last: IntArray) -> npt.NDArray[np.float32]:
        """Sum of the impacts (0 to 1 each) over the rows first[i] ≤ row < last[i], for each i."""
        begin = np.searchsorted(self.rows, first.astype(self.rows.dtype))
        end = np.searchsorted(self.rows, last.astype(np.int64))
        nonempty = np.flatnonzero(end > begin)
        sums = np.zeros(len(first), np.float32)
        if len(nonempty):
            bounds = np.stack((begin[nonempty], end[nonempty]), axis=1).ravel()
            # integers, whose sum does not depend on how the rows are divided into segments
            summed = np.add.reduceat(np.append(self.impacts, 0), bounds, dtype=np.float32)[::2]
            sums[nonempty] = summed / IMPACT_SCALE
        return sums


class Postings:
    """Postings as arrays; terms are sorted by their UTF-8 bytes."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], prefix: str = "") -> None:
        """`prefix` is the prefix of the arrays' names. Raises KeyError if an array is missing."""
        text, ends, self.starts, self.rows, self.impacts = (arrays[prefix + name] for name in _ARRAYS)
        self.vocabulary = Vocabulary(text, ends)

    def arrays(self, prefix: str = "") -> dict[str, npt.NDArray[Any]]:
        """The arrays to store, by name."""
        arrays = (self.vocabulary.text, self.vocabulary.ends, self.starts, self.rows, self.impacts)
        return {prefix + name: array for name, array in zip(_ARRAYS, arrays, strict=True)}

    def check(self, row_count: int) -> None:
        """Raises ValueError unless all types are right, offsets are within the arrays and rows below the count."""
        ends = self.vocabulary.ends
        arrays = (self.vocabulary.text, ends, self.starts, self.rows, self.impacts)
        kinds = ("u1", "i8", "i8", "u2" if row_count <= _FEW_ROWS else "u4", "u1")
        if any(array.dtype != kind or array.ndim != 1 for array, kind in zip(arrays, kinds, strict=True)):
            raise ValueError("its postings have other types")
        if not (
            _is_ascending(ends, 0, len(self.vocabulary.text))
            and len(self.starts) == len(ends) + 1
            and _is_ascending(self.starts, 0, len(self.rows))
            and int(self.starts[-1]) == len(self.rows) == len(self.impacts)
            and (not len(self.rows) or int(self.rows.max()) < row_count)
        ):
            raise ValueError("its postings are out of range")

    def find(self, term: str) -> Matches:
        """The rows that contain a term, and its impacts."""
        i = self.vocabulary.find(term)
        return self._nothing if i is None else self.matches_of(i)

    @property
    def _nothing(self) -> Matches:
        return Matches(self.rows[:0], self.impacts[:0])

    def matches_of(self, i: int) -> Matches:
        """The rows that contain the term with this number, and its impacts."""
        begin, end = int(self.starts[i]), int(self.starts[i + 1])
        return Matches(self.rows[begin:end], self.impacts[begin:end])

    def find_any(self, terms: Sequence[str]) -> Matches:
        """The rows that contain any of the terms, and their impacts as if all were one term."""
        found = [self.matches_of(i) for i in self.vocabulary.find_all(terms)]
        if len(found) < 2:
            return found[0] if found else self._nothing
        rows, impacts = as_one_term(
            np.concatenate([one.rows for one in found]), np.concatenate([one.impacts for one in found])
        )
        return Matches(rows, impacts)

    def counts(self, live: npt.NDArray[np.bool_] | None = None) -> IntArray:
        """The number of rows that contain each term; with `live` [rows], only of those."""
        if live is None:
            return np.diff(self.starts)
        sums = np.concatenate([[0], np.cumsum(live[self.rows])])
        return np.asarray(np.diff(sums[self.starts]), np.int64)

    def columns(self) -> tuple[IntArray, npt.NDArray[Any], npt.NDArray[np.uint8]]:
        """The index of the term, the row and the impact of every posting."""
        counts = np.diff(self.starts)
        return np.repeat(np.arange(len(counts)), counts), self.rows[:], self.impacts[:]


def as_one_term(
    rows: npt.NDArray[Any], impacts: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
    """The distinct rows of the postings of several terms, ascending, and their impacts as if all were one term."""
    order = np.argsort(rows, kind="stable")
    rows, impacts = rows[order], impacts[order]
    is_first = np.r_[True, rows[1:] != rows[:-1]][: len(rows)]
    one_term = impacts[is_first]
    others = np.flatnonzero(~is_first)  # of rows with several of the terms, which are few
    if len(others):
        # An impact is count / (count + norm), so impact / (1 - impact) is proportional to the count.
        sums = relative_counts(one_term)
        np.add.at(sums, np.cumsum(is_first)[others] - 1, relative_counts(impacts[others]))
        one_term = np.round(IMPACT_SCALE * sums / (1 + sums)).astype(np.uint8)
    return rows[is_first], one_term


def relative_counts(impacts: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Stored impacts → term counts, weighted as in BM25 and divided by the norm of their chunk's length."""
    return np.asarray(_ODDS[impacts], np.float32)


def impact_scores(impacts: npt.NDArray[np.uint8], idf: float) -> npt.NDArray[np.float32]:
    """Stored impacts → BM25 scores."""
    return impacts.astype(np.float32) * np.float32(idf / IMPACT_SCALE)


class PostingsBuilder:
    """Collects postings of chunks, batch by batch; row i is the i-th chunk."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._ids: list[npt.NDArray[np.int32]] = []
        self._impacts: list[npt.NDArray[np.uint8]] = []
        self._sizes: list[npt.NDArray[np.int32]] = []

    def add(self, found: TermImpacts) -> None:
        """Add chunks with terms."""
        numbers = np.fromiter(map(self._numbers.__getitem__, found.terms), np.int32, len(found.terms))
        self._append(numbers[found.term_ids], found.impacts, found.sizes)

    def add_keys(self, keys: Sequence[Collection[str]]) -> None:
        """Add chunks with exact keys (of names or kinds), distinct in each chunk; all their impacts are 1."""
        sizes = np.fromiter(map(len, keys), np.int32, len(keys))
        ids = np.fromiter(map(self._numbers.__getitem__, chain.from_iterable(keys)), np.int32, int(sizes.sum()))
        self._append(ids, np.ones(len(ids), np.uint8), sizes)

    def _append(self, ids: npt.NDArray[np.int32], impacts: npt.NDArray[np.uint8], sizes: npt.NDArray[np.int32]) -> None:
        self._ids.append(ids)
        self._impacts.append(impacts)
        self._sizes.append(sizes)

    def build(self) -> Postings:
        """The postings of all chunks that were added."""
        sizes = _joined(self._sizes, np.int32)
        rows = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)  # millions, of which several copies are made
        terms = [term.encode("utf-8", "surrogatepass") for term in self._numbers]
        return _sorted(terms, _joined(self._ids, np.int32), rows, _joined(self._impacts, np.uint8), len(sizes))


def merge(parts: Sequence[tuple[Postings, IntArray]], rows: int) -> Postings:
    """Postings of several segments as one. Each comes with the new numbers of its rows, -1 for rows to drop.

    `rows` is the number of rows of the result.
    """
    vocabulary: defaultdict[bytes, int] = defaultdict(count().__next__)
    ids, all_rows, all_impacts = [], [], []
    for postings, renumbered in parts:
        mapping = np.fromiter(map(vocabulary.__getitem__, postings.vocabulary.terms()), np.int32)
        numbers, old_rows, impacts = postings.columns()
        new_rows = renumbered[old_rows]
        kept = new_rows >= 0
        ids.append(mapping[numbers[kept]])
        all_rows.append(new_rows[kept])
        all_impacts.append(impacts[kept])
    joined = _joined(all_rows, np.int64)
    by_row = stable_order(joined)
    return _sorted(
        list(vocabulary),
        _joined(ids, np.int32)[by_row],
        joined[by_row],
        _joined(all_impacts, np.uint8)[by_row],
        rows,
    )


def _sorted(
    terms: list[bytes],
    term_ids: npt.NDArray[np.int32],
    rows: npt.NDArray[Any],
    impacts: npt.NDArray[np.uint8],
    row_count: int,
) -> Postings:
    """Sort terms by their bytes, and postings, which are in the order of their rows, by term and row.

    Terms without postings are dropped.
    """
    counts = np.bincount(term_ids, minlength=len(terms))
    order = [i for i in sorted(range(len(terms)), key=terms.__getitem__) if counts[i]]
    rank = np.zeros(len(terms), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    by_term = stable_order(rank[term_ids])
    vocabulary = Vocabulary.of([terms[i] for i in order])
    row_type = np.uint16 if row_count <= _FEW_ROWS else np.uint32
    return Postings(
        {
            "terms": vocabulary.text,
            "term_ends": vocabulary.ends,
            "starts": np.concatenate([[0], np.cumsum(counts[order])]).astype(np.int64),
            "rows": rows.astype(row_type)[by_term],
            "impacts": impacts[by_term],
        }
    )


def _is_ascending(array: npt.NDArray[Any], least: int, most: int) -> bool:
    if not len(array):
        return True
    return int(array[0]) >= least and int(array[-1]) <= most and bool((array[1:] >= array[:-1]).all())


def _joined(arrays: list[npt.NDArray[Any]], kind: type[Any]) -> npt.NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)
