"""The interface that a search needs of an index.

Several indexes are searched in rounds, as in zoekt: their statistics are summed, then each retrieves chunks scored with
the sums. The best of all indexes are read, and ranked once, so that the result is that of a single index of all files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from codesearch.index.bm25 import idf

if TYPE_CHECKING:
    from codesearch.index.segment import Ids
    from codesearch.index.snapshot import StoredChunk
    from codesearch.models.encoder import Embeddings
    from codesearch.search.candidates import Candidates, Retrieved
    from codesearch.search.hit import Filters, Retrieval
    from codesearch.search.question import Question
    from codesearch.search.snippets import CurrentChunk


@dataclass(frozen=True, slots=True)
class Statistics:
    """Collection statistics for BM25."""

    chunks: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict)
    """Document frequency of each term: the number of chunks that contain it."""

    def rarities(self, terms: Collection[str]) -> dict[str, float]:
        """The inverse document frequency of each term."""
        return {term: idf(self.chunks, self.frequencies.get(term, 0)) for term in terms}


class FoundChunks(Protocol):
    """What an index has for a question."""

    @property
    def retrieved(self) -> Retrieved:
        """The chunks that each retriever found."""
        ...

    def candidates(self, ids: Ids) -> Candidates:
        """Some of these, in order, with all that their ranking needs."""
        ...


class TextReader(Protocol):
    """Reads the files that an index was made from."""

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline; "" if its file has changed."""
        ...

    def current(self, chunk: StoredChunk) -> CurrentChunk | None:
        """The chunk in the current text of its file, None if it is gone."""
        ...


class Readers(Protocol):
    """The readers of the texts of candidates, by the number of a candidate's reader."""

    def __getitem__(self, reader: int, /) -> TextReader: ...


class IndexReader(TextReader, Protocol):
    """Reads one snapshot of one index."""

    def statistics(self, terms: Collection[str]) -> Statistics:
        """The number of chunks, and the document frequencies of `terms`."""
        ...

    def name_statistics(self, keys: Collection[str]) -> Statistics:
        """As `statistics`, for the keys of names, which have no inflections."""
        ...

    def chunks_by_language(self) -> Mapping[str, int]:
        """The number of chunks in each language of the index."""
        ...

    def kinds(self) -> Collection[str]:
        """The kinds of chunks and definitions in the index."""
        ...

    def retrieve(
        self,
        question: Question,
        vector: Embeddings,
        filters: Filters,
        statistics: Statistics,
        k: int,
        retrieval: Retrieval,
    ) -> FoundChunks:
        """The chunks that may answer, scored with the statistics of all indexes searched."""
        ...


def total(parts: Sequence[Statistics]) -> Statistics:
    """The statistics of several indexes together."""
    if len(parts) == 1:
        return parts[0]
    frequencies: Counter[str] = Counter()
    for part in parts:
        frequencies.update(part.frequencies)
    return Statistics(sum(part.chunks for part in parts), frequencies)
