"""The vectors of one segment, 8 bits per dimension, in a FAISS index searched exactly.

All segments share one quantiser with a fixed range, so merging copies codes and loses nothing. Exact search takes
17 ms per million vectors of 256 dimensions on one core, so the repositories of one machine need no approximate index. A
small segment's codes are multiplied by numpy, as importing FAISS takes longer than that. What FAISS finds is scored
again in numpy, so that results do not depend on which of the two is used.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.models.encoder import Embeddings

Codes = npt.NDArray[np.uint8]
Ties = npt.NDArray[np.uint64]
"""One number per row, which orders rows of equal score."""

CODE_RANGE = 0.5
"""Components of unit vectors beyond ± this are clipped: in 31 repositories only those of a few chunks of two or three
words. The step of 0.004 changes a cosine by at most 0.0025."""
_STEP = np.float32(2 * CODE_RANGE / 255)
_OFFSET = np.float32(0.5 * _STEP - CODE_RANGE)
"""A component is its code times the step plus this offset, as in FAISS, which decodes to the middle of each step."""
FAISS_MIN_ROWS = 20_000
"""Number of rows from which FAISS is used: importing it takes 35 ms; 20,000 rows take numpy 0.9 ms, FAISS 0.3 ms."""
WARM_SEARCHES = 4
"""Number of searches after which FAISS_MIN_ROWS_WHEN_WARM applies: FAISS pays in batches and servers."""
FAISS_MIN_ROWS_WHEN_WARM = 5_000
"""Of fewer rows numpy takes less than 0.2 ms; importing FAISS takes 14 MB of memory."""
_ROWS_PER_PRODUCT = 1024
"""With more, numpy's BLAS wakes threads, which takes longer than the work (5,000 rows 12 ms instead of 0.2)."""
_START = struct.Struct("<4siq")
_COUNT = struct.Struct("<q")
"""FAISS's file starts with its type, dimensions and number of rows; before the codes, at its end, is their count."""
_MAX_DIMENSIONS = 1 << 14
_MAX_EXACT = 1 << 24
"""Up to this, sums of integers are exact in float32, in any order."""
_MAX_CODE = 255
FAISS_ERROR = 1e-5
"""Upper bound of the difference between FAISS's cosines and the exact ones."""


class Vectors:
    """Codes of unit vectors, uint8 [rows, dimensions]; row i is the i-th chunk of its segment.

    Cosines are exact for the codes and a query vector rounded to integer steps, so they don't depend on other rows.
    """

    def __init__(self, codes: Codes, path: Path | None = None) -> None:
        self._codes = codes
        self._path = path
        self._searches = 0

    @classmethod
    def read(cls, data: mmap.mmap, path: Path) -> Vectors:
        """Vectors of a memory-mapped file, whose path is `path`. Raises ValueError unless it is as save() writes it."""
        if len(data) < _START.size:
            raise ValueError(f"{path.name} is truncated")
        _, dimensions, rows = _START.unpack_from(data)
        if not (0 < dimensions <= _MAX_DIMENSIONS and 0 <= rows * dimensions <= len(data)):
            raise ValueError(f"{path.name} does not match its header")
        header = _header(dimensions, rows)
        if len(data) != len(header) + rows * dimensions or data[: len(header)] != header:
            raise ValueError(f"{path.name} is not a FAISS index of the expected type")
        codes = np.frombuffer(data, np.uint8, rows * dimensions, len(header)) if rows else np.empty(0, np.uint8)
        return cls(codes.reshape(rows, dimensions), path)

    @classmethod
    def of(cls, embeddings: Embeddings) -> Vectors:
        """Encode unit vectors, float32 [rows, dimensions]."""
        codes = np.floor((embeddings.astype(np.float32) + np.float32(CODE_RANGE)) / np.float32(2 * CODE_RANGE) * 255)
        return cls(np.clip(codes, 0, _MAX_CODE).astype(np.uint8))

    @classmethod
    def joined(cls, parts: Sequence[Vectors]) -> Vectors:
        """All vectors of several, one after the other."""
        return cls(np.concatenate([part._codes for part in parts]))

    @classmethod
    def merged(cls, parts: list[tuple[Vectors, npt.NDArray[np.int64]]]) -> Vectors:
        """The given rows of several segments' vectors, concatenated."""
        return cls(np.concatenate([part._codes[rows] for part, rows in parts]))

    def reordered(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The same vectors in another order; `self` if the order is the same."""
        return self if np.array_equal(rows, np.arange(len(self))) else Vectors(self._codes[rows])

    def save(self, path: Path) -> None:
        """Write a new file in FAISS's format. Raises OSError."""
        rows, dimensions = self._codes.shape
        with path.open("xb") as file:
            file.write(_header(dimensions, rows))
            file.write(np.ascontiguousarray(self._codes).data)

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def dimensions(self) -> int:
        """The number of components of each vector."""
        return int(self._codes.shape[1])

    @property
    def codes(self) -> Codes:
        """The codes, uint8 [rows, dimensions]."""
        return self._codes

    def nearest(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None, ties: Ties
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The `k` nearest allowed rows and their cosines with a unit vector, best first.

        Rows of equal cosine are in the order of `ties`, which has one entry per row. `allowed` is a mask; None for all.
        """
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        self._searches += 1
        if len(rows) >= (FAISS_MIN_ROWS if self._searches <= WARM_SEARCHES else FAISS_MIN_ROWS_WHEN_WARM):
            rows = self._preselect(vector, k, allowed, rows)
        scores = self.similarities(vector, rows)
        kept = best(scores, ties[rows], k)
        return rows[kept], scores[kept]

    def similarities(self, vector: Embeddings, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Cosines of the given rows with a unit vector, float32 [len(rows)]."""
        steps, scale = _integer_steps(vector)
        products = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _ROWS_PER_PRODUCT):
            batch = rows[start : start + _ROWS_PER_PRODUCT]
            products[start : start + len(batch)] = self._codes[batch].astype(np.float32) @ steps
        return _cosines(products, steps, scale)

    def sums(self, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Sums of the codes of rows[starts[i] : starts[i + 1]], int64 [len(starts), dimensions]."""
        return np.asarray(np.add.reduceat(self._codes[rows], starts, dtype=np.int64), np.int64)

    def reconstruct(self, rows: npt.NDArray[np.int64]) -> Embeddings:
        """Decoded vectors of the given rows, float32 [len(rows), dimensions]."""
        return np.asarray(self._codes[rows] * _STEP + _OFFSET, np.float32)

    def _preselect(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None, rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Rows found by FAISS that include the `k` nearest and all ties; the given ones if that is not certain."""
        import faiss

        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        limit = min(2 * k, len(self))
        scores, found = self._index.search(as_faiss_compares(vector)[None, :], limit, params=parameters)
        nearest = found[0][found[0] >= 0].astype(np.int64)
        has_margin = len(nearest) > k and scores[0][k - 1] - scores[0][-1] > FAISS_ERROR
        if len(nearest) < min(limit, len(rows)) or has_margin:
            return np.asarray(nearest)
        return rows if len(nearest) < len(rows) else np.asarray(nearest)

    @cached_property
    def _index(self) -> Any:
        """The FAISS index: memory-mapped if there is a file, otherwise built from the codes."""
        import faiss

        faiss.omp_set_num_threads(1)  # waking OpenMP's threads takes 10 ms, searching 100,000 vectors 2 ms
        if self._path is not None:
            return faiss.read_index(str(self._path), faiss.IO_FLAG_MMAP_IFC)
        index = faiss_index(self._codes.shape[1])
        index.add_sa_codes(np.ascontiguousarray(self._codes))
        return index


def similarities_of_all(parts: Sequence[Vectors], vector: Embeddings) -> npt.NDArray[np.float32]:
    """Cosines of all rows of several segments with a unit vector, one segment after the other."""
    steps, scale = _integer_steps(vector)
    products = [
        part.codes[start : start + _ROWS_PER_PRODUCT].astype(np.float32) @ steps
        for part in parts
        for start in range(0, len(part), _ROWS_PER_PRODUCT)
    ]
    return _cosines(np.concatenate([np.zeros(0, np.float32), *products]), steps, scale)


def _cosines(
    products: npt.NDArray[np.float32], steps: npt.NDArray[np.float32], scale: float
) -> npt.NDArray[np.float32]:
    """The cosines of a vector with codes, from the products of these with its integer steps."""
    cosines = (products * np.float64(_STEP) + steps.sum(dtype=np.float64) * _OFFSET) / scale
    return np.asarray(cosines, np.float32)


def best(scores: npt.NDArray[np.float32], ties: Ties, k: int) -> npt.NDArray[np.int64]:
    """Indices of the `k` highest scores, best first; equal scores in the order of `ties`."""
    indices = np.arange(len(scores))
    if 0 < k < len(scores):
        indices = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return indices[np.lexsort((ties[indices], -scores[indices]))[:k]]


def as_faiss_compares(vector: Embeddings) -> Embeddings:
    """A unit vector as FAISS needs it to find, up to FAISS_ERROR, the cosines of `similarities`."""
    steps, scale = _integer_steps(vector)
    return np.asarray(steps / np.float32(scale), np.float32)


def component(codes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Decode codes, or means of codes, into components."""
    return codes * np.float64(_STEP) + np.float64(_OFFSET)


def _integer_steps(vector: Embeddings) -> tuple[npt.NDArray[np.float32], float]:
    """A unit vector times a power of two, rounded to integers, and that power, the largest that keeps all sums exact.

    The rounding error is smaller than that of the codes: with 256 dimensions the power is 4096.
    """
    max_sum = _MAX_EXACT / _MAX_CODE - len(vector)  # of the scaled components' magnitudes, before rounding
    scale = 2.0 ** np.floor(np.log2(max_sum / max(float(np.abs(vector).sum()), 1.0)))
    return np.rint(vector * np.float32(scale)).astype(np.float32), float(scale)


def _header(dimensions: int, rows: int) -> bytes:
    """The bytes before the codes in FAISS's file of an IndexScalarQuantizer with QT_8bit."""
    reserved, is_trained, inner_product, eight_bits = 1 << 20, True, 0, 0
    ranges = [-CODE_RANGE] * dimensions + [2 * CODE_RANGE] * dimensions
    return (
        _START.pack(b"IxSQ", dimensions, rows)
        + struct.pack("<qq?i", reserved, reserved, is_trained, inner_product)
        + struct.pack("<iifqq", eight_bits, 0, 0.0, dimensions, dimensions)
        + struct.pack(f"<q{len(ranges)}f", len(ranges), *ranges)
        + _COUNT.pack(rows * dimensions)
    )


def faiss_index(dimensions: int) -> Any:
    """An empty FAISS index of the codes."""
    import faiss

    index = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(np.array([[-CODE_RANGE], [CODE_RANGE]], np.float32).repeat(dimensions, axis=1))
    return index
