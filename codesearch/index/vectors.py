"""The vectors of one segment, 8 bits a dimension, in a FAISS index searched exactly.

All segments share one quantiser with a fixed range, so merging copies codes and loses nothing. Exact search takes
17 ms a million vectors of 256 dimensions on one core, so no approximate index is needed at the sizes that one
machine's repositories have. A small segment's codes are multiplied by numpy instead, with the same result: to
import FAISS takes longer than that.
"""

from __future__ import annotations

import struct
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.models.encoder import Embeddings

Codes = npt.NDArray[np.uint8]

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
_ROWS_AT_ONCE = 1024
"""With more, numpy's BLAS wakes threads, which takes longer than the work (5,000 rows 12 ms instead of 0.2)."""
_MAGIC = b"IxSQ"
_HEAD = struct.Struct("<4siq")
"""How FAISS begins a file of this kind: its name, dimensions, rows. The codes end it, after their count in 8 bytes."""


class Vectors:
    """Codes of unit vectors, uint8 [rows, dimensions]; row i is the i-th chunk of its segment."""

    def __init__(self, codes: Codes, path: Path | None = None) -> None:
        self._codes = codes
        self._path = path
        self._searches = 0

    @classmethod
    def open(cls, path: Path) -> Vectors:
        """Map an index from a file. Raises OSError, or ValueError where it is damaged."""
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size or not head.startswith(_MAGIC):
                raise ValueError(f"{path.name} is no FAISS index of the kind expected")
            _, dimensions, rows = _HEAD.unpack(head)
            count = rows * dimensions
            if count < 0 or size < _HEAD.size + 8 + count:
                raise ValueError(f"{path.name} is cut short")
            file.seek(size - count - 8)
            if struct.unpack("<q", file.read(8))[0] != count:
                raise ValueError(f"{path.name} does not hold what its head says")
        if not rows:
            return cls(np.empty((0, dimensions), np.uint8), path)
        return cls(np.memmap(path, np.uint8, "r", size - count, (rows, dimensions)), path)

    @classmethod
    def of(cls, embeddings: Embeddings) -> Vectors:
        """Encode unit vectors, float32 [rows, dimensions]."""
        codes = _empty(embeddings.shape[1]).sa_encode(np.ascontiguousarray(embeddings, np.float32))
        return cls(codes.reshape(embeddings.shape))

    @classmethod
    def merged(cls, parts: list[tuple[Vectors, npt.NDArray[np.int64]]]) -> Vectors:
        """The given rows of several indexes, in order, as one."""
        return cls(np.concatenate([part._codes[rows] for part, rows in parts]))

    def reordered(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The same vectors in another order; itself where the order stays."""
        return self if np.array_equal(rows, np.arange(len(self))) else Vectors(self._codes[rows])

    def save(self, path: Path) -> None:
        """Write to a file that FAISS reads."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return len(self._codes)

    def nearest(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Rows and cosines of the `k` nearest allowed rows, best first."""
        rows = None if allowed is None else np.flatnonzero(allowed)
        self._searches += 1
        if self._searches > WARM_SEARCHES or (len(self) if rows is None else len(rows)) >= FAISS_FROM:
            return self._nearest_by_faiss(vector, k, allowed)
        if rows is None:
            rows = np.arange(len(self))
        scores = self.similarities(vector, rows)
        if k < len(rows):
            best = np.argpartition(scores, -k)[-k:]
            rows, scores = rows[best], scores[best]
        order = np.argsort(-scores, kind="stable")
        return rows[order], scores[order]

    def similarities(self, vector: Embeddings, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Cosines of the given rows."""
        products = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            products[start : start + len(some)] = self._codes[some].astype(np.float32) @ vector
        return np.asarray(products * _STEP + vector.sum() * _FIRST, np.float32)

    def reconstruct(self, rows: npt.NDArray[np.int64]) -> Embeddings:
        """Vectors of the given rows, float32 [len(rows), dimensions]."""
        return np.asarray(self._codes[rows] * _STEP + _FIRST, np.float32)

    def _nearest_by_faiss(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        import faiss

        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._index.search(vector[None, :], min(k, len(self)), params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

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


def _empty(dimensions: int) -> Any:
    import faiss

    index = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(np.array([[-CODE_RANGE], [CODE_RANGE]], np.float32).repeat(dimensions, axis=1))
    return index
