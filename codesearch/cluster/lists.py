"""Inverted lists: a group's vectors divided among centres, so that a question is compared with those of the nearest.

The centres, and how many of their lists a question searches, are a place's, and what is found is scored as by exact
search. So answers do not depend on how shards are grouped, and differ from exact ones only by what is missed. The lists
hold a copy of the codes, because FAISS is quick only if those of a list are next to each other: with a mask that allows
an eighth of the rows, it takes as long as for all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codesearch.arrays import map_arrays
from codesearch.cluster.manifest import LISTS, Lists
from codesearch.cluster.numbering import among_all, numbered_segments
from codesearch.cluster.scratch import node_folder, scratch
from codesearch.errors import CodesearchError
from codesearch.index.snapshot import ScoredChunks, merged
from codesearch.index.vectors import FAISS_ERROR, Vectors, as_faiss_compares, faiss_index

if TYPE_CHECKING:
    from codesearch.cluster.held_shard import HeldShard
    from codesearch.cluster.place import Place
    from codesearch.models.encoder import Embeddings

EXACT_CHUNKS = 2_000_000
"""As long as no more chunks may be searched, all are: this takes 36 ms of processor time, about as long as the words of
the question."""
LISTS_COPIES = "lists"
"""The folder of a node with the lists of its groups."""
CENTRES_ARRAY = "centres"
"""The array of a place's file."""
_ROWS_AT_ONCE = 16_384
_CACHED_SELECTIONS = 64
"""One takes a bit per chunk."""

Numbers = npt.NDArray[np.int64]


class ListedVectors:
    """The vectors of a group of shards in inverted lists."""

    def __init__(self, index: Any, shards: Sequence[HeldShard], probed: int) -> None:
        """`index` is one of `build` for the same shards; a question searches `probed` of its lists."""
        self._index = index
        self._probed = probed
        self._parts = [*numbered_segments(shards)]
        self._firsts = np.asarray([part.first for part in self._parts], np.int64)
        self._selection = lru_cache(_CACHED_SELECTIONS)(self._select)

    def nearest(self, vector: Embeddings, k: int, shards: frozenset[int]) -> ScoredChunks:
        """The `k` nearest chunks of some shards among those in the lists searched; ids are numbers among all shards."""
        import faiss

        selected = self._selection(shards)
        selector = None if selected is None else faiss.IDSelectorBitmap(8 * len(selected), faiss.swig_ptr(selected))
        parameters = faiss.SearchParametersIVF(nprobe=self._probed, sel=selector)  # type: ignore[call-arg]
        asked, limit = as_faiss_compares(vector)[None, :], 2 * k
        while True:
            scores, positions = self._index.search(asked, limit, params=parameters)
            is_complete = positions[0][-1] < 0
            if is_complete or scores[0][k - 1] - scores[0][-1] > FAISS_ERROR:
                return self._scored(vector, positions[0][positions[0] >= 0], k)
            limit *= 4  # so many have the score of the last one that some of them may be better

    def _scored(self, vector: Embeddings, positions: Numbers, k: int) -> ScoredChunks:
        """The `k` best of some rows, with the scores that exact search gives them."""
        owners = np.searchsorted(self._firsts, positions, "right") - 1
        found = []
        for owner in np.unique(owners).tolist():
            part = self._parts[owner]
            rows, segment = positions[owners == owner] - part.first, part.segment
            scores = segment.vectors.similarities(vector, rows)
            found.append(ScoredChunks(among_all(part.shard, segment.ids[rows]), scores, segment.ties[rows]))
        return merged(found, k)

    def _select(self, shards: frozenset[int]) -> npt.NDArray[np.uint8] | None:
        """A bit for each row, whether it is of one of the shards; None if all are."""
        if shards.issuperset(part.shard for part in self._parts):
            return None
        mask = np.zeros(self._parts[-1].end, np.bool_)
        for part in self._parts:
            mask[part.first : part.end] = part.shard in shards
        return np.packbits(mask, bitorder="little")


def build(centres: Embeddings, shards: Sequence[HeldShard]) -> Any:
    """A FAISS index with the live rows of all shards in the lists of their nearest centres."""
    index = empty_lists(centres)
    for part in numbered_segments(shards):
        add(index, part.segment.vectors, np.flatnonzero(part.segment.live), part.first)
    return index


def empty_lists(centres: Embeddings) -> Any:
    """A FAISS index with an empty list for each centre."""
    import faiss

    count, dimensions = centres.shape
    quantizer = faiss.IndexFlatIP(dimensions)
    quantizer.add(centres)
    index: Any = faiss.IndexIVFScalarQuantizer(
        quantizer, dimensions, count, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )
    codes = faiss_index(dimensions)  # must live until its quantiser is copied
    index.sq, index.is_trained = codes.sq, True
    return index


def add(index: Any, vectors: Vectors, rows: Numbers, first: int) -> None:
    """Add some rows of a segment to the lists of their nearest centres; `first` is the position of its first row."""
    for begin in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[begin : begin + _ROWS_AT_ONCE]
        lists = index.quantizer.search(vectors.reconstruct(some), 1)[1].astype("<i8").view(np.uint8)
        codes = np.hstack([lists[:, : index.coarse_code_size()], vectors.codes[some]])
        index.add_sa_codes(np.ascontiguousarray(codes), first + some)


def hold_lists(place: Place, lists: Lists, files: Sequence[str], shards: Sequence[HeldShard]) -> ListedVectors:
    """The lists of a group of shards, built once on a node. `files` are those of the shards in the place.

    Raises CodesearchError if the centres can't be read.
    """
    import faiss

    faiss.omp_set_num_threads(1)
    version = hashlib.blake2b("\0".join([lists.file, *files]).encode(), digest_size=16).hexdigest()
    path = node_folder(LISTS_COPIES) / f"{version}.faiss"
    if not path.is_file():
        with scratch() as folder:
            faiss.write_index(build(_centres(place, lists), shards), str(folder / "lists"))
            (folder / "lists").replace(path)
    path.touch()
    return ListedVectors(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC), shards, lists.probed)


def _centres(place: Place, lists: Lists) -> Embeddings:
    try:
        with place.reading(f"{LISTS}/{lists.file}") as path:
            return np.array(map_arrays(path)[0][CENTRES_ARRAY])
    except (OSError, ValueError, KeyError) as error:
        raise CodesearchError(f"{lists.file} of {place} can't be read: {error}") from error
