"""The vectors of one segment, 8 bits a dimension, in a FAISS index searched exactly.

All segments share one quantiser with a fixed range, so merging copies codes and loses nothing. Exact search takes
17 ms a million vectors of 256 dimensions on one core, so no approximate index is needed at the sizes that one
machine's repositories have. A small segment's codes are multiplied by numpy instead, with the same result: to
import FAISS takes longer than that. What FAISS finds is scored again by the same sums, so that no answer depends on
which of the two was asked.
"""

from __future__ import annotations

import mmap
import struct
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.models.encoder import Embeddings

Codes = npt.NDArray[np.uint8]
Ties = npt.NDArray[np.uint64]
"""A number for each row that orders those of equal score."""

CODE_RANGE = 0.5
"""Components of unit vectors beyond ± this are clipped: in 31 repositories only those of a few chunks of two or three
words. The step of 0.004 moves a cosine by 0.0025 at most."""
_STEP = np.float32(2 * CODE_RANGE / 255)
_FIRST = np.float32(0.5 * _STEP - CODE_RANGE)
"""A component is its code times the step, plus what code 0 stands for: FAISS's 8 bits, the middle of each step."""
FAISS_FROM = 20_000
"""Rows from which FAISS is used: importing it takes 35 ms; 20,000 rows take numpy 0.9 ms, FAISS 0.3 ms."""
WARM_SEARCHES = 4
"""A process that asks more often (a batch, a service) gets FAISS's speed for its import's time."""
FAISS_FROM_WHEN_WARM = 5_000
"""Rows from which such a process does; numpy takes 0.2 ms for them, importing FAISS 14 MB of memory."""
_ROWS_AT_ONCE = 1024
"""With more, numpy's BLAS wakes threads, which takes longer than the work (5,000 rows 12 ms instead of 0.2)."""
_START = struct.Struct("<4siq")
_COUNT = struct.Struct("<q")
"""A file of this kind begins with its name, dimensions and rows, and ends with the codes after their count."""
_MOST_DIMENSIONS = 1 << 14
_LARGEST_EXACT = 1 << 24
"""Up to this, sums of whole numbers are exact in float32, whatever their order."""
_LARGEST_CODE = 255
_ROUNDING = 1e-5
"""Cosines by FAISS, which sums fractions, differ by less from the exact ones."""


class Vectors:
    """Codes of unit vectors, uint8 [rows, dimensions]; row i is the i-th chunk of its segment.

    Cosines are exact for the codes and a question rounded to whole steps: the same for a vector wherever it lies.
    """

    def __init__(self, codes: Codes, path: Path | None = None) -> None:
        self._codes = codes
        self._path = path
        self._searches = 0

    @classmethod
    def read(cls, data: mmap.mmap, path: Path) -> Vectors:
        """Vectors of a mapped file, which lies at `path`. Raises ValueError where it is not as FAISS writes it."""
        if len(data) < _START.size:
            raise ValueError(f"{path.name} is cut short")
        _, dimensions, rows = _START.unpack_from(data)
        if not (0 < dimensions <= _MOST_DIMENSIONS and 0 <= rows * dimensions <= len(data)):
            raise ValueError(f"{path.name} does not hold what its head says")
        head = _head(dimensions, rows)
        if len(data) != len(head) + rows * dimensions or data[: len(head)] != head:
            raise ValueError(f"{path.name} is no FAISS index of the kind expected")
        codes = np.frombuffer(data, np.uint8, rows * dimensions, len(head)) if rows else np.empty(0, np.uint8)
        return cls(codes.reshape(rows, dimensions), path)

    @classmethod
    def of(cls, embeddings: Embeddings) -> Vectors:
        """Encode unit vectors, float32 [rows, dimensions]."""
        codes = np.floor((embeddings.astype(np.float32) + np.float32(CODE_RANGE)) / np.float32(2 * CODE_RANGE) * 255)
        return cls(np.clip(codes, 0, _LARGEST_CODE).astype(np.uint8))

    @classmethod
    def merged(cls, parts: list[tuple[Vectors, npt.NDArray[np.int64]]]) -> Vectors:
        """The given rows of several indexes, in order, as one."""
        return cls(np.concatenate([part._codes[rows] for part, rows in parts]))

    def reordered(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The same vectors in another order; itself where the order stays."""
        return self if np.array_equal(rows, np.arange(len(self))) else Vectors(self._codes[rows])

    def save(self, path: Path) -> None:
        """Write to a new file that FAISS reads. Raises OSError."""
        rows, dimensions = self._codes.shape
        with path.open("xb") as file:
            file.write(_head(dimensions, rows))
            file.write(np.ascontiguousarray(self._codes).data)

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def dimensions(self) -> int:
        """Components of each vector."""
        return int(self._codes.shape[1])

    def nearest(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None, ties: Ties
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Rows and cosines of the `k` nearest allowed rows, best first; equals in the order of `ties`, one a row."""
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        self._searches += 1
        if len(rows) >= (FAISS_FROM if self._searches <= WARM_SEARCHES else FAISS_FROM_WHEN_WARM):
            rows = self._not_below_the_best(vector, k, allowed, rows)
        scores = self.similarities(vector, rows)
        kept = best(scores, ties[rows], k)
        return rows[kept], scores[kept]

    def similarities(self, vector: Embeddings, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Cosines of the given rows."""
        steps, scale = _whole_steps(vector)
        products = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            products[start : start + len(some)] = self._codes[some].astype(np.float32) @ steps
        cosines = (products * np.float64(_STEP) + steps.sum(dtype=np.float64) * _FIRST) / scale
        return np.asarray(cosines, np.float32)

    def sums(self, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Sums of the codes of the given rows, from each of `starts` to before the next, [len(starts), dimensions]."""
        return np.asarray(np.add.reduceat(self._codes[rows], starts, dtype=np.int64), np.int64)

    def reconstruct(self, rows: npt.NDArray[np.int64]) -> Embeddings:
        """Vectors of the given rows, float32 [len(rows), dimensions]."""
        return np.asarray(self._codes[rows] * _STEP + _FIRST, np.float32)

    def _not_below_the_best(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None, rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Rows that hold the `k` nearest and all their equals, found by FAISS; the given ones where that can't be."""
        import faiss

        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        steps, scale = _whole_steps(vector)
        wanted = min(2 * k, len(self))
        scores, found = self._index.search((steps / np.float32(scale))[None, :], wanted, params=parameters)
        near = found[0][found[0] >= 0].astype(np.int64)
        if len(near) < min(wanted, len(rows)) or (len(near) > k and scores[0][k - 1] - scores[0][-1] > _ROUNDING):
            return np.asarray(near)
        return rows if len(near) < len(rows) else np.asarray(near)

    @cached_property
    def _index(self) -> Any:
        """The FAISS index: mapped where it comes from a file, else made of the codes."""
        import faiss

        faiss.omp_set_num_threads(1)  # waking OpenMP's threads takes 10 ms, searching 100,000 vectors 2 ms
        if self._path is not None:
            return faiss.read_index(str(self._path), faiss.IO_FLAG_MMAP_IFC)
        index = _empty(self._codes.shape[1])
        index.add_sa_codes(np.ascontiguousarray(self._codes))
        return index


def best(scores: npt.NDArray[np.float32], ties: Ties, k: int) -> npt.NDArray[np.int64]:
    """Places of the `k` highest scores, best first; equals in the order of `ties`."""
    places = np.arange(len(scores))
    if 0 < k < len(scores):
        places = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return places[np.lexsort((ties[places], -scores[places]))[:k]]


def component(codes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Codes, or means of codes → components."""
    return codes * np.float64(_STEP) + np.float64(_FIRST)


def _whole_steps(vector: Embeddings) -> tuple[npt.NDArray[np.float32], float]:
    """A unit vector times a power of two, rounded, and that power: the largest with which all sums stay exact.

    The components are wrong by less than those of the codes: with 256 dimensions the power is 4096.
    """
    room = _LARGEST_EXACT / _LARGEST_CODE - len(vector)
    scale = 2.0 ** np.floor(np.log2(room / max(float(np.abs(vector).sum()), 1.0)))
    return np.rint(vector * np.float32(scale)).astype(np.float32), float(scale)


def _head(dimensions: int, rows: int) -> bytes:
    """What stands before the codes in a file that FAISS writes of them (IndexScalarQuantizer, QT_8bit)."""
    reserved, is_trained, inner_product, eight_bits = 1 << 20, True, 0, 0
    ranges = [-CODE_RANGE] * dimensions + [2 * CODE_RANGE] * dimensions
    return (
        _START.pack(b"IxSQ", dimensions, rows)
        + struct.pack("<qq?i", reserved, reserved, is_trained, inner_product)
        + struct.pack("<iifqq", eight_bits, 0, 0.0, dimensions, dimensions)
        + struct.pack(f"<q{len(ranges)}f", len(ranges), *ranges)
        + _COUNT.pack(rows * dimensions)
    )


def _empty(dimensions: int) -> Any:
    import faiss

    index = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(np.array([[-CODE_RANGE], [CODE_RANGE]], np.float32).repeat(dimensions, axis=1))
    return index
