"""The IndexReader of an index on this machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from codesearch.index.rows import ChunkRow, Run
from codesearch.index.snapshot import NO_CHUNKS, ScoredChunks, Scores, Selection, Snapshot, StoredChunk
from codesearch.search.candidates import (
    Candidates,
    Limits,
    Retrieved,
    file_numbers,
    name_keys,
    question_symbols,
)
from codesearch.search.filters import definition_rule, select
from codesearch.search.focus import focus
from codesearch.search.hit import Filters, Retrieval
from codesearch.search.places import names_of_files, scores_of_places
from codesearch.search.question import Question
from codesearch.search.reader import Statistics
from codesearch.search.verbatim import Wording

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.index.segment import Ids
    from codesearch.models.encoder import Embeddings
    from codesearch.search.filters import DefinitionRule
    from codesearch.search.matching_chunks import MatchingChunks
    from codesearch.search.snippets import CurrentChunk, Snippets
    from codesearch.search.symbols import Symbol


class LocalReader:
    """Reads a snapshot and the files that it was made from, for one question."""

    def __init__(
        self, snapshot: Snapshot, snippets: Snippets, pattern: Pattern | None = None, *, is_fresh: bool = False
    ) -> None:
        """With a pattern, only chunks with a line that matches are collected; for `is_fresh` see grep()."""
        self._pattern = pattern
        self._is_fresh = is_fresh
        self._snapshot = snapshot
        self._snippets = snippets
        snippets.forget_changes()

    def statistics(self, terms: Collection[str]) -> Statistics:
        """See IndexReader."""
        frequencies = self._snapshot.document_frequencies(terms)
        return Statistics(self._snapshot.chunk_count, dict(zip(terms, frequencies, strict=True)))

    def name_statistics(self, keys: Collection[str]) -> Statistics:
        """See IndexReader."""
        frequencies = self._snapshot.name_frequencies(keys)
        return Statistics(self._snapshot.chunk_count, dict(zip(keys, frequencies, strict=True)))

    def chunks_by_language(self) -> Mapping[str, int]:
        """See IndexReader."""
        return self._snapshot.chunks_by_language

    def kinds(self) -> Collection[str]:
        """See IndexReader."""
        return self._snapshot.kinds()

    def retrieve(
        self,
        question: Question,
        vector: Embeddings,
        filters: Filters,
        statistics: Statistics,
        k: int,
        retrieval: Retrieval,
    ) -> LocalChunks:
        """See IndexReader. The best by BM25, the best by cosine, and definitions asked for by name."""
        found = self.prepare(question, vector, filters, statistics, retrieval)
        snapshot, limits, selection = self._snapshot, Limits.of(question, k), self._selection(filters, found.matching)
        retrieved = Retrieved(
            by_words=snapshot.lexical(found.rarities, limits.retrieved, selection) if found.has_words else NO_CHUNKS,
            by_meaning=snapshot.nearest(vector, limits.retrieved, selection) if found.has_meaning else NO_CHUNKS,
            by_name=snapshot.named(name_keys(question), limits.named, selection),
            by_place=placed_chunks(snapshot, question, limits.placed, selection),
        )
        return replace(found, retrieved=retrieved)

    def selection(self, filters: Filters) -> Selection | None:
        """The chunks that a search with these filters, whose kinds are resolved, may return; None for all."""
        return self._selection(filters, self._matching(filters))

    def _selection(self, filters: Filters, matching: MatchingChunks | None) -> Selection | None:
        scope = select(self._snapshot, filters)
        return (scope.within(self._snapshot.select_chunks(matching.ids)) if matching else scope).chunks

    def prepare(
        self, question: Question, vector: Embeddings, filters: Filters, statistics: Statistics, retrieval: Retrieval
    ) -> LocalChunks:
        """As `retrieve`, without retrieving: for the candidates among chunks that were retrieved before."""
        matching = self._matching(filters)
        return prepared(self._snapshot, self._snippets, question, vector, filters, statistics, retrieval, matching)

    def text(self, chunk: StoredChunk) -> str:
        """See IndexReader."""
        return self._snippets.text(chunk)

    def current(self, chunk: StoredChunk) -> CurrentChunk | None:
        """See IndexReader. With a pattern, None too if no line matches any more."""
        found = self._snippets.current(chunk)
        if found and self._pattern and not any(map(self._pattern.matches, found.lines)):
            return None
        return found

    def _matching(self, filters: Filters) -> MatchingChunks | None:
        if not self._pattern:
            return None
        from codesearch.search.matching_chunks import matching_chunks

        return matching_chunks(self._snapshot, self._snippets.root, self._pattern, filters, is_fresh=self._is_fresh)


def placed_chunks(snapshot: Snapshot, question: Question, limit: int, selection: Selection | None) -> ScoredChunks:
    """The chunks that may be the places which the question names, those in files with the nearest paths first."""
    files = {file.id: file for file in snapshot.files_named(names_of_files(question))}
    parts: dict[int, list[ChunkRow]] = {}
    for row in sorted(snapshot.chunk_rows([*files.values()]), key=lambda row: row.id):
        parts.setdefault(row.file, []).append(row)
    found = scores_of_places(question, ((files[number].path, rows) for number, rows in parts.items()))
    return snapshot.scored(found, limit, selection)


class ChunkValues(Protocol):
    """What the ranking needs of the chunks of an index; see Snapshot, which has it all."""

    def chunks(self, ids: Ids, /) -> list[StoredChunk]: ...
    def term_scores(self, idfs: Mapping[str, float], ids: Ids, /) -> Scores: ...
    def similarities(self, vector: Embeddings, ids: Ids, /) -> Scores: ...
    def file_similarities(self, vector: Embeddings, files: Sequence[Run], /) -> Scores: ...
    def file_term_impacts(self, terms: Sequence[str], files: Sequence[Run], /) -> Scores: ...
    def may_contain(self, firsts: Ids, trigrams: npt.NDArray[np.uint32], /) -> npt.NDArray[np.bool_]: ...


class ChunkTexts(Protocol):
    """Reads the texts of chunks; see Snippets."""

    def texts(self, chunks: Sequence[StoredChunk], /) -> Sequence[str]: ...


def counts_words(retrieval: Retrieval) -> bool:
    """Whether chunks are retrieved and scored by words."""
    return retrieval is not Retrieval.DENSE


def counts_meaning(retrieval: Retrieval, vector: Embeddings) -> bool:
    """Whether chunks are retrieved and scored by their embeddings."""
    # a text without any known token has a zero vector, which is equally near to all chunks
    return retrieval is not Retrieval.LEXICAL and bool(vector.any())


def prepared(
    index: ChunkValues,
    texts: ChunkTexts,
    question: Question,
    vector: Embeddings,
    filters: Filters,
    statistics: Statistics,
    retrieval: Retrieval,
    matching: MatchingChunks | None = None,
) -> LocalChunks:
    """What an index has for a question, before anything is retrieved."""
    return LocalChunks(
        index=index,
        texts=texts,
        question=question,
        vector=vector,
        rarities=statistics.rarities(question.terms),
        has_words=counts_words(retrieval),
        has_meaning=counts_meaning(retrieval, vector),
        accepts=definition_rule(filters),
        matching=matching,
        retrieved=Retrieved(NO_CHUNKS, NO_CHUNKS, NO_CHUNKS),
    )


@dataclass(frozen=True, slots=True)
class LocalChunks:
    """What an index has for a question."""

    index: ChunkValues
    texts: ChunkTexts
    question: Question
    vector: Embeddings
    rarities: Mapping[str, float]
    """The inverse document frequency of each term."""
    has_words: bool
    has_meaning: bool
    """Whether words, and embeddings, count."""
    accepts: DefinitionRule | None
    matching: MatchingChunks | None
    retrieved: Retrieved

    def candidates(self, ids: Ids) -> Candidates:
        """See FoundChunks."""
        index, vector, rarities = self.index, self.vector, self.rarities
        symbols = question_symbols(self.question)
        chunks = [
            candidate
            for chunk in sorted(index.chunks(ids), key=lambda chunk: chunk.position)
            for candidate in self._focused(chunk, symbols)
        ]
        numbers = np.asarray([chunk.id for chunk in chunks], np.int64)
        by_term = index.term_scores(rarities, numbers) * np.float32(self.has_words)
        reader = np.zeros(len(chunks), np.int64)
        file = file_numbers(chunks, reader)
        runs = list(dict.fromkeys(Run(chunk.file_first_chunk, chunk.file_chunks) for chunk in chunks))
        in_files = index.file_term_impacts(list(rarities), runs) * np.float32(self.has_words)
        return Candidates(
            chunks=chunks,
            reader=reader,
            file=file,
            dense=index.similarities(vector, numbers) * np.float32(self.has_meaning),
            lexical=by_term.sum(axis=0) / np.float32(sum(rarities.values()) or 1.0),
            by_term=by_term,
            term_weights=rarities,
            file_chunks=np.asarray([chunk.file_chunks for chunk in chunks], np.float32),
            file_similarity=(index.file_similarities(vector, runs) * np.float32(self.has_meaning))[file],
            file_by_term=in_files.take(file, axis=1),
            popularity=np.zeros(len(chunks), np.float32),
            verbatim=Wording(self.question.text, self.question.code).shares(
                chunks, by_term > 0, index.may_contain, self.texts.texts
            ),
        )

    def _focused(self, chunk: StoredChunk, symbols: Sequence[Symbol]) -> list[StoredChunk]:
        candidates = focus(chunk, self.question, symbols, self.accepts)
        return self.matching.focused(chunk, candidates, self.accepts) if self.matching else candidates
