"""An export as a group of shards: what it answers to a router; see codesearch.cluster.group.ShardGroup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from codesearch.cluster.messages import Asked, ChunkOfShard, GroupFacts, Scope, merge_facts
from codesearch.cluster.numbering import among_all, shards_of
from codesearch.index.inflections import stem
from codesearch.index.postings import impact_scores
from codesearch.index.segment import Ids
from codesearch.index.snapshot import NO_CHUNKS, ScoredChunks, Scores
from codesearch.index.vectors import Vectors, best
from codesearch.lance.chunks import ReadChunks, lines_of
from codesearch.lance.columns import OF_CHUNK, codes_of, impacts_of
from codesearch.lance.indexes import PROBED_PARTITIONS
from codesearch.lance.selecting import all_of, ends_with, found, is_one_of, selected
from codesearch.lance.tables import CHUNKS, FILES, NAMES, WORDS, ExportedShard
from codesearch.search.candidates import Candidates, Limits, Retrieved, merge_candidates, name_keys, numbered
from codesearch.search.local import counts_meaning, counts_words, prepared
from codesearch.search.places import names_of_files, scores_of_places
from codesearch.search.reader import Statistics
from codesearch.search.snippets import CurrentChunk

if TYPE_CHECKING:
    from codesearch.search.question import Question

RERANKED = 20
"""Times as many chunks as are wanted are found by Lance by words, and by vectors, and our scores take the best: in
71,581 chunks, the 50 best by BM25 were among 1,000 for all of 301 questions, and .998 of these among 200. Of the 400 of
a question with operators, 1,000 missed .001 among 7,885 chunks."""
MOST_RERANKED = 10_000
"""Unless more than half as many are wanted: they take 10 MB."""


class _Part(NamedTuple):
    """What places a chunk in its file."""

    id: int
    kind: str
    start_line: int
    end_line: int


_OF_PARTS = (*_Part._fields, "file")


class ExportedGroup:
    """All shards of an export as one group.

    To a router, a shard's number is its place in their order, as in a manifest, and not that of its rows.
    """

    def __init__(self, tables: Mapping[str, Any], shards: Sequence[ExportedShard]) -> None:
        self._tables = tables
        self._shards = shards
        self._number = np.asarray([one.number for one in shards], np.int64)
        self._place = {one.number: place for place, one in enumerate(shards)}

    def facts(self, scope: Scope) -> GroupFacts:
        """See ShardGroup."""
        held = [(place, self._shards[place]) for place in self._readable(scope)]
        return merge_facts(
            [
                GroupFacts({place: one.shard.source}, one.shard.chunks, one.languages, frozenset(one.kinds))
                for place, one in held
            ]
        )

    def statistics(self, scope: Scope, terms: Collection[str]) -> Statistics:
        """See IndexReader."""
        stems = {term: stem(term) for term in terms}
        counts = self._counts(scope, stems.values(), "inflected")
        return Statistics(self._chunks(scope), {term: counts[word] for term, word in stems.items()})

    def name_statistics(self, scope: Scope, keys: Collection[str]) -> Statistics:
        """See IndexReader."""
        counts = self._counts(scope, keys, "chunks")
        return Statistics(self._chunks(scope), {key: counts[key] for key in keys})

    def retrieve(self, scope: Scope, asked: Asked) -> Retrieved:
        """See ShardGroup."""
        limits = Limits.of(asked.question, asked.k)
        condition = selected(self._tables, asked.filters, self._numbers(scope))
        has_words, has_meaning = counts_words(asked.retrieval), counts_meaning(asked.retrieval, asked.vector)
        return Retrieved(
            by_words=self._by_words(asked, condition, limits.retrieved) if has_words else NO_CHUNKS,
            by_meaning=self._by_meaning(asked, condition, limits.retrieved) if has_meaning else NO_CHUNKS,
            by_name=self._by_name(name_keys(asked.question), condition, limits.named),
            by_place=self._by_place(asked.question, condition, limits.placed),
        )

    def candidates(self, scope: Scope, asked: Asked, ids: Ids) -> Candidates | None:
        """See ShardGroup."""
        places = shards_of(ids)
        ids = among_all(self._number[places] - places, ids)
        read = ReadChunks(self._tables, ids.tolist())
        chunks = prepared(read, read, asked.question, asked.vector, asked.filters, asked.statistics, asked.retrieval)
        return merge_candidates(
            [numbered(chunks.candidates(ids[places == place]), place) for place in np.unique(places).tolist()]
        )

    def texts(self, scope: Scope, chunks: Sequence[ChunkOfShard]) -> Sequence[str]:
        """The text of each chunk; see TextReader."""
        return ["\n".join(lines) for lines in lines_of(self._tables, [one.chunk for one in chunks])]

    def current(self, scope: Scope, chunks: Sequence[ChunkOfShard]) -> Sequence[CurrentChunk | None]:
        """Each chunk with its lines; see TextReader."""
        stored = [one.chunk for one in chunks]
        lines = lines_of(self._tables, stored)
        return [CurrentChunk(chunk, own) if own else None for chunk, own in zip(stored, lines, strict=True)]

    def _by_words(self, asked: Asked, condition: str, k: int) -> ScoredChunks:
        from lancedb.query import MatchQuery

        rarities = asked.statistics.rarities(asked.question.terms)
        stems = " ".join(dict.fromkeys(map(stem, rarities)))
        if not stems:
            return NO_CHUNKS
        query = self._tables[CHUNKS].search(MatchQuery(stems, "terms"), query_type="fts")
        rows = self._best(query, ["id", "tie", "weights", "_score"], condition, k)
        scores = np.zeros(rows.num_rows, np.float32)
        for impacts, idf in zip(impacts_of(rows, list(rarities), OF_CHUNK), rarities.values(), strict=True):
            scores += impact_scores(impacts, idf)
        return self._scored(rows, scores, k)

    def _by_meaning(self, asked: Asked, condition: str, k: int) -> ScoredChunks:
        query = self._tables[CHUNKS].search(asked.vector, vector_column_name="vector", query_type="vector")
        # after the partitions probed in any case, further ones until there are enough rows that pass the condition
        query = query.distance_type("dot").minimum_nprobes(PROBED_PARTITIONS).maximum_nprobes(0)
        rows = self._best(query, ["id", "tie", "vector", "_distance"], condition, k)
        scores = Vectors(codes_of(rows)).similarities(asked.vector, np.arange(rows.num_rows))
        return self._scored(rows, scores, k)

    def _by_name(self, keys: Sequence[str], condition: str, k: int) -> ScoredChunks:
        if not keys:
            return NO_CHUNKS
        rows = found(self._tables[NAMES], is_one_of("key", keys), ["chunk", "tie"]).rename_columns(["id", "tie"])
        rows = rows.take(np.unique(rows["id"].to_numpy(), return_index=True)[1])
        if condition and rows.num_rows:
            ids = is_one_of("id", rows["id"].to_pylist())
            kept = found(self._tables[CHUNKS], all_of([ids, condition]), ["id"])["id"].to_numpy()
            rows = rows.filter(np.isin(rows["id"].to_numpy(), kept))
        return self._scored(rows, np.zeros(rows.num_rows, np.float32), k)

    def _by_place(self, question: Question, condition: str, k: int) -> ScoredChunks:
        names = names_of_files(question)
        files = found(self._tables[FILES], ends_with(names), ["id", "path"]).to_pylist() if names else []
        if not files:
            return NO_CHUNKS
        all_rows = found(self._tables[CHUNKS], is_one_of("file", {file["id"] for file in files}), _OF_PARTS)
        parts: dict[int, list[_Part]] = {}
        for row in all_rows.sort_by("id").to_pylist():
            parts.setdefault(row.pop("file"), []).append(_Part(**row))
        scores = scores_of_places(question, ((file["path"], parts.get(file["id"], ())) for file in files))
        rows = found(self._tables[CHUNKS], all_of([is_one_of("id", scores), condition]), ["id", "tie"])
        return self._scored(rows, np.asarray([scores[number] for number in rows["id"].to_pylist()], np.float32), k)

    def _best(self, query: Any, columns: Sequence[str], condition: str, k: int) -> Any:
        """The rows that Lance finds."""
        query = query.where(condition) if condition else query
        return query.select([*columns]).limit(max(2 * k, min(RERANKED * k, MOST_RERANKED))).to_arrow()

    def _scored(self, rows: Any, scores: Scores, k: int) -> ScoredChunks:
        """The best of some rows; those of equal score and tie, which are of several shards, in the order of these."""
        ids, ties = rows["id"].to_numpy(), rows["tie"].to_numpy()
        numbers = shards_of(ids)
        ids = among_all(np.asarray([self._place[one] for one in numbers.tolist()], np.int64) - numbers, ids)
        order = np.argsort(ids)
        kept = order[best(scores[order], ties[order], k)]
        return ScoredChunks(ids[kept], scores[kept], ties[kept])

    def _counts(self, scope: Scope, words: Collection[str], column: str) -> Counter[str]:
        """The number of chunks of each word."""
        numbers = self._numbers(scope)
        conditions = [is_one_of("word", set(words)), is_one_of("shard", numbers) if numbers is not None else ""]
        rows = found(self._tables[WORDS], all_of(conditions), ["word", column])
        counts: Counter[str] = Counter()
        for word, count in zip(rows["word"].to_pylist(), rows[column].to_pylist(), strict=True):
            counts[word] += count
        return counts

    def _chunks(self, scope: Scope) -> int:
        return sum(self._shards[place].shard.chunks for place in self._readable(scope))

    def _readable(self, scope: Scope) -> list[int]:
        """The places of the shards in a scope."""
        return [place for place, one in enumerate(self._shards) if scope.names(one.shard.source)]

    def _numbers(self, scope: Scope) -> list[int] | None:
        """The numbers of the shards in a scope, None for all."""
        return [self._shards[place].number for place in self._readable(scope)] if scope.repositories else None
