"""The shards of a group as one, so that a question is looked up and compared once for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from codesearch.cluster.joined_postings import JoinedPostings, Mask
from codesearch.cluster.numbering import among_all, numbered_segments
from codesearch.index.cache import ReadCache
from codesearch.index.inflections import forms
from codesearch.index.postings import Matches, impact_scores
from codesearch.index.segment import CACHED_WORDS, NO_IDS
from codesearch.index.snapshot import ScoredChunks, merged
from codesearch.index.vectors import FAISS_MIN_ROWS_WHEN_WARM, best, similarities_of_all
from codesearch.search.reader import Statistics

if TYPE_CHECKING:
    from codesearch.cluster.held_shard import HeldShard
    from codesearch.index.segment import Ids
    from codesearch.index.snapshot import Scores, Selection
    from codesearch.models.encoder import Embeddings


class JoinedShards:
    """The words, names and vectors of all shards of a group, whose rows are numbered through."""

    def __init__(self, shards: Sequence[HeldShard]) -> None:
        self.parts = parts = [*numbered_segments(shards)]
        segments, firsts = [part.segment for part in parts], [part.first for part in parts]
        self.words = JoinedPostings([segment.postings for segment in segments], firsts)
        self.names = JoinedPostings([segment.names for segment in segments], firsts)
        self.ids = np.concatenate([NO_IDS, *(among_all(part.shard, part.segment.ids) for part in parts)])
        self.ties = np.concatenate([np.zeros(0, np.uint64), *(segment.ties for segment in segments)])
        has_deletions = any(segment.has_deletions for segment in segments)
        self.live = np.concatenate([segment.live for segment in segments]) if has_deletions else None
        """Which rows have not been deleted; None if all."""

    def of(self, shards: Sequence[HeldShard]) -> SearchedShards:
        """Some of the shards."""
        numbers = {shard.number for shard in shards}
        asked = np.asarray([part.shard in numbers for part in self.parts], np.bool_)
        chunks = sum(shard.snapshot.chunk_count for shard in shards)
        return SearchedShards(self, chunks, None if asked.all() else asked)

    def mask(self, selections: Mapping[int, Selection | None]) -> Mask:
        """Which rows are selected, by the number of the shard, None for all of a shard; none of the other shards."""
        masks = {shard: iter(selection) for shard, selection in selections.items() if selection is not None}
        parts = [
            next(masks[part.shard]) if part.shard in masks else np.full(len(part.segment.ids), part.shard in selections)
            for part in self.parts
        ]
        return np.concatenate([np.zeros(0, np.bool_), *parts])


class SearchedShards:
    """Shards that may be read, as a Snapshot; ids are numbers among all shards.

    Where a mask says which rows are `selected`, it has those of the whole group; None for all.
    """

    def __init__(self, group: JoinedShards, chunks: int, asked: Mask | None) -> None:
        """`chunks` is the number of all; `asked` says which segments are those of the shards, None for all."""
        self._group = group
        self._chunks = chunks
        self._asked = asked
        self._parts = [part for i, part in enumerate(group.parts) if asked is None or asked[i]]
        self._matches = ReadCache[tuple[str, ...], Matches](CACHED_WORDS)

    def statistics(self, terms: Collection[str]) -> Statistics:
        """See IndexReader."""
        return Statistics(self._chunks, {term: self._frequency(forms(term)) for term in terms})

    def name_statistics(self, keys: Collection[str]) -> Statistics:
        """See IndexReader."""
        return Statistics(self._chunks, {key: self._frequency((key,)) for key in keys})

    def lexical(self, idfs: Mapping[str, float], k: int, selected: Mask | None) -> ScoredChunks:
        """See Snapshot."""
        scores = np.zeros(len(self._group.ids), np.float32)
        for term, idf in idfs.items():
            found = self._find(forms(term))
            scores[found.rows] += impact_scores(found.impacts, idf)
        rows = np.flatnonzero(scores > 0)
        return self._best(rows, scores[rows], k, selected)

    def named(self, keys: Sequence[str], limit: int, selected: Mask | None) -> ScoredChunks:
        """See Snapshot."""
        found = [self._group.names.find_any([key], self._asked).rows for key in keys]
        rows = np.unique(np.concatenate([NO_IDS, *found]))
        return self._best(rows, np.zeros(len(rows), np.float32), limit, selected)

    def nearest(self, vector: Embeddings, k: int, selected: Mask | None) -> ScoredChunks:
        """See Snapshot."""
        small = [part for part in self._parts if len(part.segment.ids) < FAISS_MIN_ROWS_WHEN_WARM]
        large = [part for part in self._parts if len(part.segment.ids) >= FAISS_MIN_ROWS_WHEN_WARM]
        scores = similarities_of_all([part.vectors(len(vector)) for part in small], vector)
        rows = np.concatenate([NO_IDS, *(np.arange(part.first, part.end) for part in small)])
        found = [self._best(rows, scores, k, selected)]
        for part in large:
            masks = [mask[part.first : part.end] for mask in (selected, self._group.live) if mask is not None]
            allowed = np.logical_and.reduce(masks) if masks else None
            nearest, scores = part.vectors(len(vector)).nearest(vector, k, allowed, part.segment.ties)
            found.append(self._best(nearest + part.first, scores, k, None))
        return merged(found, k)

    def keep_matches(self, terms: Collection[str], shards: Collection[int]) -> None:
        """Spare the segments of some shards to look up these terms themselves."""
        parts = [part for part in self._parts if part.shard in shards]
        words = [*map(forms, terms)]
        found = [self._find(word) for word in words]
        bounds = np.asarray([(part.first, part.end) for part in parts], np.int64).reshape(-1, 2)
        bounds_of_words = [np.searchsorted(one.rows, bounds).tolist() for one in found]
        for i, part in enumerate(parts):
            part.segment.keep_matches(
                {
                    word: Matches(one.rows[begin:end] - part.first, one.impacts[begin:end])
                    for word, one, (begin, end) in zip(words, found, (b[i] for b in bounds_of_words), strict=True)
                }
            )

    def _best(self, rows: Ids, scores: Scores, k: int, selected: Mask | None) -> ScoredChunks:
        """The `k` best of some rows, without those that are deleted or not selected."""
        group = self._group
        masks = [mask[rows] for mask in (selected, group.live) if mask is not None]
        if masks:
            kept = np.logical_and.reduce(masks)
            rows, scores = rows[kept], scores[kept]
        kept = best(scores, group.ties[rows], k)
        return ScoredChunks(group.ids[rows[kept]], scores[kept], group.ties[rows[kept]])

    def _frequency(self, word: tuple[str, ...]) -> int:
        live = self._group.live
        if live is None and not word[1:]:
            return self._group.words.count(word[0], self._asked)
        rows = self._find(word).rows
        return len(rows) if live is None else int(np.count_nonzero(live[rows]))

    def _find(self, word: tuple[str, ...]) -> Matches:
        """The rows that contain a word, and its impacts."""
        (found,) = self._matches.get([word], lambda _: [self._group.words.find_any(word, self._asked)])
        return found
