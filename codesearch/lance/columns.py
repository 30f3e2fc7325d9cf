"""Columns of numbers: the weights of words, and vectors."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.index.inflections import stem
from codesearch.index.vectors import Vectors, component

OF_CHUNK = np.dtype([("word", "<u4"), ("impact", "u1")])
"""The weight of a stem in a chunk: a checksum of the stem and the impact; see codesearch.index.postings."""
OF_FILE = np.dtype([("word", "<u4"), ("impact", "<u4")])
"""As OF_CHUNK, with the sum of the impacts in the chunks of a file."""


def word_checksum(stem: str) -> int:
    """The number that stands for a stem: few of a chunk's hundred are another's by chance, one in 40 million chunks."""
    return zlib.crc32(stem.encode("utf-8", "surrogatepass"))


def components(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float16]:
    """Codes of vectors as their components: half precision holds them well enough to find the codes again."""
    return component(codes.astype(np.float64)).astype(np.float16)


def impacts_of(rows: Any, terms: Sequence[str], kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """The impact of each term, in any inflection, in each row: [terms, rows]."""
    stored = rows["weights"].to_pylist()
    weights = np.frombuffer(b"".join(stored), kind)
    words, values = np.ascontiguousarray(weights["word"]), weights["impact"]
    ends = np.cumsum([len(one) for one in stored]) // kind.itemsize
    impacts = np.zeros((len(terms), rows.num_rows), values.dtype)
    for number, term in enumerate(terms):
        matching = np.flatnonzero(words == word_checksum(stem(term)))
        impacts[number, np.searchsorted(ends, matching, side="right")] = values[matching]
    return impacts


def codes_of(rows: Any) -> npt.NDArray[np.uint8]:
    """The codes of vectors; see codesearch.index.vectors."""
    return Vectors.of(vectors_of(rows)).codes


def vectors_of(rows: Any) -> npt.NDArray[Any]:
    """The column of vectors, [rows, dimensions]."""
    column = rows["vector"].combine_chunks()
    values = column.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(values.reshape(rows.num_rows, column.type.list_size))
