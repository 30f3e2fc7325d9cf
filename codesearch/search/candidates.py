"""Retrieval: the chunks that may answer a question, from both retrievers and from the table of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.index.rows import Run
from codesearch.index.terms import name_key
from codesearch.search.focus import focused
from codesearch.search.hit import Retrieval
from codesearch.search.question import Question, last_part
from codesearch.search.symbols import Spelling, Symbol

if TYPE_CHECKING:
    from codesearch.index.snapshot import Snapshot, StoredChunk
    from codesearch.models.encoder import Embeddings
    from codesearch.search.filters import Selected

RETRIEVED = 50
"""Chunks taken from each retriever before ranking, or twice the hits wanted (NDCG@10 is the same from 40 to 60, and
0.001 less at 100, on 31 repositories)."""
NAMED = 200
"""Chunks taken by name; a name as common as `get` needs no more …"""
NAMED_WITH_OWNER = 5000
"""… but where its owner is asked for too (`Session.get`): reading so many takes about 50 ms."""
_NO_IDS = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chunks to rank, each with what the retrievers say of it. All arrays have one entry a candidate."""

    chunks: list[StoredChunk]
    """By path and place in the file, so that equals are ranked in this order."""
    dense: npt.NDArray[np.float32]
    """Cosine of question and chunk."""
    lexical: npt.NDArray[np.float32]
    """BM25 score as a share of the most that a chunk could reach."""
    by_term: npt.NDArray[np.float32]
    """[terms, candidates]: what each term of the question adds to BM25."""
    term_weights: Mapping[str, float]
    """Rarity of each term of the question in this index, in the order of `by_term`."""
    file_chunks: npt.NDArray[np.float32]
    """Number of chunks of each candidate's file."""
    file_similarity: npt.NDArray[np.float32]
    """Cosine of question and the mean of the vectors of the candidate's file."""
    file_by_term: npt.NDArray[np.float32]
    """[terms, candidates]: how often all of the candidate's file holds each term, 1 at most a chunk."""
    popularity: npt.NDArray[np.float32]
    """Share of the index's chunks that hold the candidate's name, as a logarithm between 0 and 1."""


def retrieve(
    snapshot: Snapshot,
    question: Question,
    vector: Embeddings,
    selected: Selected,
    k: int = 10,
    retrieval: Retrieval = Retrieval.BOTH,
) -> Candidates:
    """Union of the best by words, the best by meaning, and the definitions of the symbols that are named."""
    has_words = retrieval is not Retrieval.DENSE
    # a text of no known token has no vector, and no chunk is nearer to it than another
    has_meaning = retrieval is not Retrieval.LEXICAL and bool(vector.any())
    weights = dict.fromkeys(question.terms, 1.0)
    selection = selected.chunks
    count = max(RETRIEVED, 2 * k)
    by_words = snapshot.lexical(weights, count, selection)[0] if has_words else _NO_IDS
    by_meaning = snapshot.nearest(vector, count, selection)[0] if has_meaning else _NO_IDS
    keys = name_keys(question)
    by_name = snapshot.named(keys, NAMED_WITH_OWNER if has_owner(question) else NAMED, selection)
    # np.unique would import numpy.ma, 10 ms
    found = np.asarray(sorted({*by_words.tolist(), *by_meaning.tolist(), *by_name.tolist()}), np.int64)
    symbols = asked_symbols(question)
    least = Spelling.CONVENTION if question.symbol else Spelling.BARE  # prose may only mean the word
    chunks = [
        focused(chunk, symbols, least, selected.definitions)
        for chunk in sorted(snapshot.chunks(found), key=lambda chunk: chunk.place)
    ]
    ids = np.asarray([chunk.id for chunk in chunks], np.int64)
    rarity = {term: snapshot.rarity(term) for term in question.terms}
    by_term = snapshot.term_scores(list(rarity), ids) * np.float32(has_words)
    files = {chunk.file_id: Run(chunk.file_first_chunk, chunk.file_chunks) for chunk in chunks}
    place = {file: i for i, file in enumerate(files)}
    file = np.fromiter((place[chunk.file_id] for chunk in chunks), np.int64, len(chunks))
    runs = list(files.values())
    return Candidates(
        chunks=chunks,
        dense=snapshot.similarities(vector, ids) * np.float32(has_meaning),
        lexical=by_term.sum(axis=0) / np.float32(sum(rarity.values()) or 1.0),
        by_term=by_term,
        term_weights=rarity,
        file_chunks=np.asarray([chunk.file_chunks for chunk in chunks], np.float32),
        file_similarity=(snapshot.file_similarities(vector, runs) * np.float32(has_meaning))[file],
        file_by_term=(snapshot.file_term_impacts(list(rarity), runs) * np.float32(has_words))[:, file],
        popularity=_popularity(snapshot, chunks),
    )


def name_keys(question: Question) -> list[str]:
    """Normalised names to look up: those of the symbols of the question."""
    return list(dict.fromkeys(name_key(symbol.name) for symbol in asked_symbols(question)))


def asked_symbols(question: Question) -> tuple[Symbol, ...]:
    """The symbols that a question is or names."""
    named = (Symbol(last_part(name)) for name in question.identifiers)
    return tuple(dict.fromkeys((*([question.symbol] if question.symbol else ()), *named)))


def has_owner(question: Question) -> bool:
    """Whether a question is a symbol of an owner, which is looked for among all definitions of the name."""
    return question.symbol is not None and bool(question.symbol.owner)


def _popularity(snapshot: Snapshot, chunks: list[StoredChunk]) -> npt.NDArray[np.float32]:
    holders = np.asarray([snapshot.document_frequency(chunk.name_key) for chunk in chunks], np.float32)
    return np.asarray(np.log1p(holders) / np.float32(np.log1p(snapshot.chunk_count) or 1.0), np.float32)
