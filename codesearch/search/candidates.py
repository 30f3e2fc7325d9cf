"""Candidates: the chunks that may answer a question, found by words, by meaning and by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.index.terms import name_key
from codesearch.index.vectors import Ties, best
from codesearch.search.question import Question, last_part
from codesearch.search.reader import Statistics
from codesearch.search.symbols import Symbol

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk

RETRIEVED = 50
"""Chunks taken from each of BM25 and dense retrieval before ranking, at least; see docs/ranking.md."""
NAMED = 200
"""Chunks taken by name; enough for a name as common as `get`."""
NAMED_WITH_OWNER = 5000
"""Chunks taken by name if the question also gives its owner (`Session.get`); reading them takes about 50 ms."""

Values = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many chunks to take: `retrieved` from each of BM25 and dense retrieval, `named` by name."""

    retrieved: int
    named: int

    @classmethod
    def of(cls, question: Question, k: int) -> Limits:
        """The limits for finding the `k` best hits of a question."""
        has_owner = question.symbol is not None and bool(question.symbol.owner)
        return cls(max(RETRIEVED, 2 * k), NAMED_WITH_OWNER if has_owner else NAMED)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The score that each retriever gave each candidate, NaN if it did not find it. One entry per candidate."""

    by_words: Values
    by_meaning: Values
    by_name: Values
    ties: Ties
    """Break ties between equal scores."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chunks to rank, with their retrieval scores. All arrays have one entry per candidate."""

    chunks: list[StoredChunk]
    """Sorted by path and position in the file, which is also the order of equal scores."""
    reader: Numbers
    """Index into the readers searched."""
    file: Numbers
    """File number, counted from 0 in the order of the chunks."""
    retrieved: Retrieved
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

    @property
    def paths(self) -> list[str]:
        """The path of each file, by file number."""
        return [self.chunks[i].path for i in np.flatnonzero(np.diff(self.file, prepend=-1)).tolist()]


def name_keys(question: Question) -> list[str]:
    """The normalised names of the question's symbols."""
    return list(dict.fromkeys(name_key(symbol.name) for symbol in question_symbols(question)))


def question_symbols(question: Question) -> tuple[Symbol, ...]:
    """The symbol that the question consists of, if any, and those that it mentions."""
    named = (Symbol(last_part(name)) for name in question.identifiers)
    return tuple(dict.fromkeys((*([question.symbol] if question.symbol else ()), *named)))


def merge_candidates(parts: Sequence[Candidates], limits: Limits) -> Candidates:
    """Merge the candidates of several indexes into those that a single index of all their files would return."""
    if len(parts) == 1:
        return parts[0]
    chunks = [chunk for part in parts for chunk in part.chunks]
    reader = np.repeat(np.arange(len(parts)), [len(part.chunks) for part in parts])
    retrieved = Retrieved(
        *(
            np.concatenate([getattr(part.retrieved, name) for part in parts])
            for name in ("by_words", "by_meaning", "by_name", "ties")
        )
    )
    kept = _best_of_each_retriever(chunks, reader, retrieved, limits)
    order = np.asarray(sorted(kept, key=lambda i: (chunks[i].path, reader[i], chunks[i].position)), np.int64)

    def joined(name: str) -> Values:
        return np.asarray(np.concatenate([getattr(part, name) for part in parts], axis=-1)[..., order], np.float32)

    chunks = [chunks[i] for i in order]
    return Candidates(
        chunks=chunks,
        reader=reader[order],
        file=file_numbers(chunks, reader[order]),
        retrieved=Retrieved(
            retrieved.by_words[order], retrieved.by_meaning[order], retrieved.by_name[order], retrieved.ties[order]
        ),
        dense=joined("dense"),
        lexical=joined("lexical"),
        by_term=joined("by_term"),
        term_weights=parts[0].term_weights,
        file_chunks=joined("file_chunks"),
        file_similarity=joined("file_similarity"),
        file_by_term=joined("file_by_term"),
        popularity=joined("popularity"),
    )


def with_popularity(candidates: Candidates, statistics: Statistics) -> Candidates:
    """The candidates with their `popularity`, computed from the document frequencies of their names."""
    holders = np.asarray([statistics.frequencies[chunk.name_key] for chunk in candidates.chunks], np.float32)
    share = np.log1p(holders) / np.float32(np.log1p(statistics.chunks) or 1.0)
    return replace(candidates, popularity=np.asarray(share, np.float32))


def file_numbers(chunks: Sequence[StoredChunk], reader: Numbers) -> Numbers:
    """The file number of each chunk. Files are numbered in order of first appearance."""
    numbers: dict[tuple[int, int], int] = {}
    pairs = zip(reader.tolist(), chunks, strict=True)
    found = [numbers.setdefault((index, chunk.file_id), len(numbers)) for index, chunk in pairs]
    return np.asarray(found, np.int64)


def _best_of_each_retriever(
    chunks: Sequence[StoredChunk], reader: Numbers, retrieved: Retrieved, limits: Limits
) -> list[int]:
    """Indexes of the candidates whose chunk is among the best of a retriever; a chunk may yield several candidates."""
    candidates_of: dict[tuple[int, int], list[int]] = {}
    for i, chunk in enumerate(chunks):
        candidates_of.setdefault((int(reader[i]), chunk.id), []).append(i)
    groups = list(candidates_of.values())
    firsts = np.asarray([group[0] for group in groups], np.int64)
    kept: set[int] = set()
    for scores, most in (
        (retrieved.by_words, limits.retrieved),
        (retrieved.by_meaning, limits.retrieved),
        (retrieved.by_name, limits.named),
    ):
        found = np.flatnonzero(~np.isnan(scores[firsts]))
        candidates = firsts[found]
        kept.update(found[best(scores[candidates], retrieved.ties[candidates], most)].tolist())
    return sorted(i for group in kept for i in groups[group])
