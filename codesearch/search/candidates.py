"""Candidates: the chunks that may answer a question, from both retrievers and from the table of names."""

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
"""Chunks taken from each retriever before ranking, or twice the hits wanted (NDCG@10 is the same from 40 to 60, and
0.001 less at 100, on 31 repositories)."""
NAMED = 200
"""Chunks taken by name; a name as common as `get` needs no more …"""
NAMED_WITH_OWNER = 5000
"""… but where its owner is asked for too (`Session.get`): reading so many takes about 50 ms."""

Values = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many chunks are taken by words and by meaning each, and by name."""

    retrieved: int
    named: int

    @classmethod
    def of(cls, question: Question, k: int) -> Limits:
        """For the `k` best hits of a question."""
        has_owner = question.symbol is not None and bool(question.symbol.owner)
        return cls(max(RETRIEVED, 2 * k), NAMED_WITH_OWNER if has_owner else NAMED)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What each retriever said of the candidates, one entry each. NaN where it did not find one."""

    by_words: Values
    by_meaning: Values
    by_name: Values
    ties: Ties
    """Orders candidates of equal score."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chunks to rank, each with what the retrievers say of it. All arrays have one entry a candidate."""

    chunks: list[StoredChunk]
    """By path and place in the file, so that equals are ranked in this order."""
    reader: Numbers
    """Which of the indexes asked each is of."""
    file: Numbers
    """Which file each is of, numbered from 0 in the order of the chunks."""
    retrieved: Retrieved
    dense: Values
    """Cosine of question and chunk."""
    lexical: Values
    """BM25 score as a share of the most that a chunk could reach."""
    by_term: Values
    """[terms, candidates]: what each term of the question adds to BM25."""
    term_weights: Mapping[str, float]
    """Rarity of each term of the question, in the order of `by_term`."""
    file_chunks: Values
    """Number of chunks of each candidate's file."""
    file_similarity: Values
    """Cosine of question and the mean of the vectors of the candidate's file."""
    file_by_term: Values
    """[terms, candidates]: how often all of the candidate's file holds each term, 1 at most a chunk."""
    popularity: Values
    """Share of the chunks that hold the candidate's name, as a logarithm between 0 and 1."""

    @property
    def paths(self) -> list[str]:
        """The path of each file, in the order of the files' numbers."""
        return [self.chunks[i].path for i in np.flatnonzero(np.diff(self.file, prepend=-1)).tolist()]


def name_keys(question: Question) -> list[str]:
    """Normalised names to look up: those of the symbols of the question."""
    return list(dict.fromkeys(name_key(symbol.name) for symbol in asked_symbols(question)))


def asked_symbols(question: Question) -> tuple[Symbol, ...]:
    """The symbols that a question is or names."""
    named = (Symbol(last_part(name)) for name in question.identifiers)
    return tuple(dict.fromkeys((*([question.symbol] if question.symbol else ()), *named)))


def pooled(parts: Sequence[Candidates], limits: Limits) -> Candidates:
    """The candidates of several indexes that would be those of one index with all their files."""
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
    kept = _kept(chunks, reader, retrieved, limits)
    order = np.asarray(sorted(kept, key=lambda i: (chunks[i].path, reader[i], chunks[i].place)), np.int64)

    def joined(name: str) -> Values:
        return np.asarray(np.concatenate([getattr(part, name) for part in parts], axis=-1)[..., order], np.float32)

    chunks = [chunks[i] for i in order]
    return Candidates(
        chunks=chunks,
        reader=reader[order],
        file=files_of(chunks, reader[order]),
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
    """The candidates with the popularity of their names, by statistics of these."""
    holders = np.asarray([statistics.frequencies[chunk.name_key] for chunk in candidates.chunks], np.float32)
    share = np.log1p(holders) / np.float32(np.log1p(statistics.chunks) or 1.0)
    return replace(candidates, popularity=np.asarray(share, np.float32))


def files_of(chunks: Sequence[StoredChunk], reader: Numbers) -> Numbers:
    """The number of each chunk's file: files are numbered as they first come."""
    numbers: dict[tuple[int, int], int] = {}
    pairs = zip(reader.tolist(), chunks, strict=True)
    found = [numbers.setdefault((index, chunk.file_id), len(numbers)) for index, chunk in pairs]
    return np.asarray(found, np.int64)


def _kept(chunks: Sequence[StoredChunk], reader: Numbers, retrieved: Retrieved, limits: Limits) -> list[int]:
    """The candidates whose chunks are among the best of a retriever; a chunk may be several, by its definitions."""
    candidates_of: dict[tuple[int, int], list[int]] = {}
    for i, chunk in enumerate(chunks):
        candidates_of.setdefault((int(reader[i]), chunk.id), []).append(i)
    of_chunk = list(candidates_of.values())
    firsts = np.asarray([some[0] for some in of_chunk], np.int64)
    kept: set[int] = set()
    for scores, most in (
        (retrieved.by_words, limits.retrieved),
        (retrieved.by_meaning, limits.retrieved),
        (retrieved.by_name, limits.named),
    ):
        found = np.flatnonzero(~np.isnan(scores[firsts]))
        places = firsts[found]
        kept.update(found[best(scores[places], retrieved.ties[places], most)].tolist())
    return sorted(i for place in kept for i in of_chunk[place])
