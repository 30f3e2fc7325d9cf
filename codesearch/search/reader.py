"""What a search asks of an index, wherever the index lies.

Several indexes are asked in two rounds, as in zoekt: their statistics are summed, then each is asked for its candidates
with the sums. The candidates are pooled and ranked once, so the answer over several indexes is that of one index that
holds all their files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from codesearch.index.bm25 import idf

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.models.encoder import Embeddings
    from codesearch.search.candidates import Candidates
    from codesearch.search.hit import Filters, Retrieval
    from codesearch.search.question import Question
    from codesearch.search.snippets import Current


@dataclass(frozen=True, slots=True)
class Statistics:
    """What scores depend on besides the chunk that is scored."""

    chunks: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict)
    """In how many chunks each term occurs."""

    def rarities(self, terms: Collection[str]) -> dict[str, float]:
        """The inverse document frequency of each term."""
        return {term: idf(self.chunks, self.frequencies.get(term, 0)) for term in terms}


class IndexReader(Protocol):
    """One state of one index."""

    def statistics(self, terms: Collection[str]) -> Statistics:
        """Document counts, of the index and of some terms."""
        ...

    def kinds(self) -> Collection[str]:
        """The kinds of chunks and definitions in the index."""
        ...

    def collect(
        self,
        question: Question,
        vector: Embeddings,
        filters: Filters,
        statistics: Statistics,
        k: int,
        retrieval: Retrieval,
    ) -> Candidates:
        """The chunks that may answer, scored with the statistics of all indexes that are asked."""
        ...

    def text(self, chunk: StoredChunk) -> str:
        """The chunk's lines, without a trailing newline; nothing where its file has changed."""
        ...

    def current(self, chunk: StoredChunk) -> Current | None:
        """The chunk as its file stands, None where it is gone."""
        ...


def total(parts: Sequence[Statistics]) -> Statistics:
    """The statistics of several indexes together."""
    if len(parts) == 1:
        return parts[0]
    frequencies: Counter[str] = Counter()
    for part in parts:
        frequencies.update(part.frequencies)
    return Statistics(sum(part.chunks for part in parts), frequencies)
