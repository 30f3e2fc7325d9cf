"""The vectors of one segment, 8 bits a dimension, in a FAISS index searched exactly.

All segments share one quantiser with a fixed range, so merging copies codes and loses nothing. Exact search takes
17 ms a million vectors of 256 dimensions on one core, so no approximate index is needed at the sizes that one
machine's repositories have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.models.encoder import Embeddings

CODE_RANGE = 0.5
"""Components of unit vectors beyond ± this are clipped: in 31 repositories only those of a few chunks of two or three
words. The step of 0.004 moves a cosine by 0.0025 at most."""


class Vectors:
    """A FAISS index of unit vectors; row i is the i-th chunk of its segment."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def open(cls, path: Path) -> Vectors:
        """Map an index from a file. Raises RuntimeError (FAISS's own) where it is damaged."""
        import faiss

        faiss.omp_set_num_threads(1)  # waking OpenMP's threads takes 10 ms, searching 100,000 vectors 2 ms
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    @classmethod
    def of(cls, embeddings: Embeddings) -> Vectors:
        """Encode unit vectors, float32 [rows, dimensions]."""
        index = _empty(embeddings.shape[1])
        index.add(np.ascontiguousarray(embeddings, np.float32))
        return cls(index)

    @classmethod
    def merged(cls, parts: list[tuple[Vectors, npt.NDArray[np.int64]]]) -> Vectors:
        """The given rows of several indexes, in order, as one."""
        index = _empty(parts[0][0]._index.d)
        for part, rows in parts:
            index.add_sa_codes(np.ascontiguousarray(part._codes()[rows]))
        return cls(index)

    def reordered(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The same vectors in another order; itself where the order stays."""
        return self if np.array_equal(rows, np.arange(len(self))) else Vectors.merged([(self, rows)])

    def save(self, path: Path) -> None:
        """Write to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(
        self, vector: Embeddings, k: int, allowed: npt.NDArray[np.bool_] | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Rows and cosines of the `k` nearest allowed rows, best first."""
        import faiss

        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)
        scores, rows = self._index.search(vector[None, :], min(k, len(self)), params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def similarities(self, vector: Embeddings, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Cosines of the given rows."""
        return np.asarray(self.reconstruct(rows) @ vector, np.float32)

    def reconstruct(self, rows: npt.NDArray[np.int64]) -> Embeddings:
        """Vectors of the given rows, float32 [len(rows), dimensions]."""
        return np.asarray(self._index.sa_decode(np.ascontiguousarray(self._codes()[rows])), np.float32)

    def _codes(self) -> npt.NDArray[np.uint8]:
        import faiss

        codes = faiss.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        return np.asarray(codes).reshape(len(self), -1)


def _empty(dimensions: int) -> Any:
    import faiss

    index = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(np.array([[-CODE_RANGE], [CODE_RANGE]], np.float32).repeat(dimensions, axis=1))
    return index
