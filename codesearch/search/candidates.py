"""Candidates: the chunks that may answer a question, found by words, by meaning and by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.index.snapshot import NO_CHUNKS, ScoredChunks, merged
from codesearch.index.terms import name_key
from codesearch.index.vectors import best
from codesearch.search.question import Question, last_part
from codesearch.search.reader import Statistics
from codesearch.search.symbols import Symbol

if TYPE_CHECKING:
    from codesearch.index.segment import Ids
    from codesearch.index.snapshot import StoredChunk

RETRIEVED = 50
"""Chunks taken from each of BM25 and dense retrieval before ranking, at least; see docs/ranking.md."""
NAMED = 200
"""Chunks taken by name; enough for a name as common as `get`."""
NAMED_WITH_OWNER = 5000
"""Chunks taken by name if the question also gives its owner (`Session.get`); reading them takes about 50 ms."""

PLACED = 50
"""Chunks taken of files and lines that the question names; enough for a name as common as `index.js`."""

Values = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


class Limits(NamedTuple):
    """How many chunks to take: `retrieved` each by words and by meaning, `named` by name, `placed` by place."""

    retrieved: int
    named: int
    placed: int = PLACED

    @classmethod
    def of(cls, question: Question, k: int) -> Limits:
        """The limits for finding the `k` best hits of a question."""
        has_owner = question.symbol is not None and bool(question.symbol.owner)
        return cls(max(RETRIEVED, 2 * k), NAMED_WITH_OWNER if has_owner else NAMED)


class Retrieved(NamedTuple):
    """The chunks of an index that each retriever found, best first."""

    by_words: ScoredChunks
    by_meaning: ScoredChunks
    by_name: ScoredChunks
    by_place: ScoredChunks = NO_CHUNKS
    """Of files and lines that the question names."""

    @property
    def ids(self) -> Ids:
        """Of all, in order."""
        return np.unique(np.concatenate([found.ids for found in self]))


class Candidates(NamedTuple):
    """Chunks to rank, with their retrieval scores. All arrays have one entry per candidate.

    Those with a row for each term are C-contiguous: in which order a product with them sums, and so the last digits of
    scores, depends on it. And with five rows in the other order, OpenBLAS 0.3.31 reads memory beyond them; that changes
    no product, but numpy may warn of an invalid value.
    """

    chunks: list[StoredChunk]
    """Sorted by path and position in the file, which is also the order of equal scores."""
    reader: Numbers
    """Index into the readers searched."""
    file: Numbers
    """File number, counted from 0 in the order of the chunks."""
    dense: Values
    """Cosine of question and chunk."""
    lexical: Values
    """BM25 score as a share of the highest possible."""
    by_term: Values
    """[terms, candidates]: the BM25 contribution of each term of the question."""
    term_weights: Mapping[str, float]
    """Inverse document frequency of each term of the question, in the order of `by_term`."""
    file_chunks: Values
    """Number of chunks of each candidate's file."""
    file_similarity: Values
    """Cosine of the question and the mean vector of the candidate's file."""
    file_by_term: Values
    """[terms, candidates]: how often the candidate's file contains each term, at most 1 per chunk."""
    popularity: Values
    """log(1 + chunks that contain the candidate's name) / log(1 + all chunks)."""
    verbatim: Values
    """The share of the question's words that the candidate has word for word; see codesearch.search.verbatim."""
    searched: int = 0
    """Number of chunks searched."""

    @property
    def paths(self) -> list[str]:
        """The path of each file, by file number."""
        return [self.chunks[i].path for i in np.flatnonzero(np.diff(self.file, prepend=-1)).tolist()]


def name_keys(question: Question) -> list[str]:
    """The normalised names of the question's symbols."""
    return list(dict.fromkeys(name_key(symbol.name) for symbol in question_symbols(question)))


def question_symbols(question: Question) -> tuple[Symbol, ...]:
    """The symbol that the question consists of, if any, the name that it may spell out, and those that it mentions."""
    found = [question.symbol] if question.symbol else []
    if question.words_of_name:
        found.append(Symbol("_".join(question.words_of_name)))
    return tuple(dict.fromkeys((*found, *(Symbol(last_part(name)) for name in question.identifiers))))


def best_of_each_retriever(parts: Sequence[Retrieved], limits: Limits) -> list[Ids]:
    """The chunks of each index, in order, that a single index of all their files would have retrieved."""
    kept: list[set[int]] = [set() for _ in parts]
    for found, most in (
        ([part.by_words for part in parts], limits.retrieved),
        ([part.by_meaning for part in parts], limits.retrieved),
        ([part.by_name for part in parts], limits.named),
        ([part.by_place for part in parts], limits.placed),
    ):
        ids = np.concatenate([one.ids for one in found])
        owner = np.repeat(np.arange(len(parts)), [len(one.ids) for one in found])
        scores, ties = np.concatenate([one.scores for one in found]), np.concatenate([one.ties for one in found])
        for i in best(scores, ties, most).tolist():
            kept[owner[i]].add(int(ids[i]))
    return [np.asarray(sorted(numbers), np.int64) for numbers in kept]


def merge_retrieved(parts: Sequence[Retrieved], limits: Limits) -> Retrieved:
    """What several indexes retrieved, with ids that differ between them, as one index of all their files would have."""
    return Retrieved(
        merged([part.by_words for part in parts], limits.retrieved),
        merged([part.by_meaning for part in parts], limits.retrieved),
        merged([part.by_name for part in parts], limits.named),
        merged([part.by_place for part in parts], limits.placed),
    )


def numbered(candidates: Candidates, reader: int) -> Candidates:
    """The candidates of one reader, as those of the reader with this number."""
    return candidates._replace(reader=np.full(len(candidates.chunks), reader, np.int64))


def merge_candidates(parts: Sequence[Candidates]) -> Candidates:
    """The candidates of several readers together."""
    if len(parts) == 1:
        return parts[0]
    chunks = [chunk for part in parts for chunk in part.chunks]
    reader = np.concatenate([part.reader for part in parts])
    places = range(len(chunks))
    order = np.asarray(sorted(places, key=lambda i: (chunks[i].path, reader[i], chunks[i].position)), np.int64)

    def joined(name: str) -> Values:
        return np.concatenate([getattr(part, name) for part in parts], axis=-1).take(order, axis=-1)

    chunks = [chunks[i] for i in order]
    return Candidates(
        chunks=chunks,
        reader=reader[order],
        file=file_numbers(chunks, reader[order]),
        dense=joined("dense"),
        lexical=joined("lexical"),
        by_term=joined("by_term"),
        term_weights=parts[0].term_weights,
        file_chunks=joined("file_chunks"),
        file_similarity=joined("file_similarity"),
        file_by_term=joined("file_by_term"),
        popularity=joined("popularity"),
        verbatim=joined("verbatim"),
    )


def with_popularity(candidates: Candidates, statistics: Statistics) -> Candidates:
    """The candidates with `searched` and their `popularity`, from the document frequencies of their names."""
    holders = np.asarray([statistics.frequencies[chunk.name_key] for chunk in candidates.chunks], np.float32)
    share = np.log1p(holders) / np.float32(np.log1p(statistics.chunks) or 1.0)
    return candidates._replace(popularity=np.asarray(share, np.float32), searched=statistics.chunks)


def file_numbers(chunks: Sequence[StoredChunk], reader: Numbers) -> Numbers:
    """The file number of each chunk. Files are numbered in order of first appearance."""
    numbers: dict[tuple[int, int], int] = {}
    pairs = zip(reader.tolist(), chunks, strict=True)
    found = [numbers.setdefault((index, chunk.file_id), len(numbers)) for index, chunk in pairs]
    return np.asarray(found, np.int64)
