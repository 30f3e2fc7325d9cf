"""A group of shards: what it answers to a router."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from codesearch.cluster.access import Access, AccessDenied
from codesearch.cluster.held_shard import HeldShard, compiled_once
from codesearch.cluster.joined_shards import JoinedShards, SearchedShards
from codesearch.cluster.lists import ListedVectors
from codesearch.cluster.messages import (
    Asked,
    ChunkOfShard,
    FoundLine,
    GroupFacts,
    Scope,
    ShownFile,
    merge_facts,
    merge_lines,
)
from codesearch.cluster.numbering import among_all, in_shard, shards_of
from codesearch.cluster.sizes import Branches, Sizes, merge_branches, merge_sizes
from codesearch.errors import CodesearchError
from codesearch.index.snapshot import NO_CHUNKS, ScoredChunks, Selection, StoredChunk, merged
from codesearch.search.candidates import Candidates, Limits, Retrieved, merge_candidates, name_keys, numbered
from codesearch.search.hit import Filters
from codesearch.search.local import LocalChunks, counts_words, placed_chunks
from codesearch.search.places import places
from codesearch.search.reader import Statistics
from codesearch.search.snippets import CurrentChunk

if TYPE_CHECKING:
    from codesearch.cluster.joined_postings import Mask
    from codesearch.exact.request import PatternRequest
    from codesearch.index.segment import Ids

SECONDS_FOR_LINES = 5.0
"""A group answers one question after the other, and a router waits ten seconds for it."""
_CACHED_SCOPES = 1024


@dataclass(frozen=True, slots=True)
class _Readable:
    """What may be read of a group."""

    shards: Sequence[HeldShard]
    joined: SearchedShards


class ShardGroup:
    """Answers for its shards. No method reads a shard that the token may not read, whatever it is asked.

    All that it takes and returns can be pickled, and it keeps nothing between two calls, so that each may reach another
    replica.
    """

    def __init__(self, shards: Sequence[HeldShard], access: Access, lists: ListedVectors | None = None) -> None:
        """`lists` are the vectors of all shards, for questions that may miss some."""
        self._shards = {shard.number: shard for shard in sorted(shards, key=lambda shard: shard.number)}
        self._joined = JoinedShards([*self._shards.values()])
        self._lists = lists
        self._access = access
        self._readable = lru_cache(_CACHED_SCOPES)(self._find_readable)

    @property
    def shards(self) -> Sequence[int]:
        """The numbers of its shards."""
        return [*self._shards]

    def facts(self, scope: Scope) -> GroupFacts:
        """What there is to search."""
        return merge_facts([shard.facts() for shard in self._readable(scope).shards])

    def statistics(self, scope: Scope, terms: Collection[str]) -> Statistics:
        """See IndexReader."""
        return self._readable(scope).joined.statistics(terms)

    def name_statistics(self, scope: Scope, keys: Collection[str]) -> Statistics:
        """See IndexReader."""
        return self._readable(scope).joined.name_statistics(keys)

    def retrieve(self, scope: Scope, asked: Asked) -> Retrieved:
        """The best chunks of all shards; their ids are numbers among all shards."""
        readable, limits = self._readable(scope), Limits.of(asked.question, asked.k)
        selections = _selections(readable.shards, asked) if asked.is_filtered else {}
        selected = self._joined.mask(selections) if asked.is_filtered else None
        rarities = asked.statistics.rarities(asked.question.terms)
        joined, has_words = readable.joined, counts_words(asked.retrieval)
        return Retrieved(
            joined.lexical(rarities, limits.retrieved, selected) if has_words else NO_CHUNKS,
            self._nearest(readable, asked, limits.retrieved, selected) if asked.has_meaning else NO_CHUNKS,
            joined.named(name_keys(asked.question), limits.named, selected),
            _placed(readable.shards, asked, selections, limits.placed) if places(asked.question) else NO_CHUNKS,
        )

    def _nearest(self, readable: _Readable, asked: Asked, k: int, selected: Mask | None) -> ScoredChunks:
        if self._lists and asked.may_miss:
            return self._lists.nearest(asked.vector, k, frozenset(shard.number for shard in readable.shards))
        return readable.joined.nearest(asked.vector, k, selected)

    def candidates(self, scope: Scope, asked: Asked, ids: Ids) -> Candidates | None:
        """Some of the chunks that were retrieved, with all that their ranking needs; None if it has none of them."""
        readable = self._readable(scope)
        owners = frozenset(shards_of(ids).tolist())
        readable.joined.keep_matches(asked.question.terms, owners)
        parts = [
            numbered(_prepared(shard, asked).candidates(in_shard(shard.number, ids)), shard.number)
            for shard in readable.shards
            if shard.number in owners
        ]
        return merge_candidates(parts) if parts else None

    def lines(self, scope: Scope, pattern: PatternRequest, filters: Filters, count: int) -> Sequence[FoundLine]:
        """The first lines that match. Raises CodesearchError if that takes too long."""
        parsed, patience = compiled_once(pattern), _Patience()
        found: list[FoundLine] = []
        for _, shards in groupby(sorted(self._readable(scope).shards, key=_source), _source):
            parts = [shard.lines(parsed, filters) for shard in shards]
            found += merge_lines(parts, count - len(found))
            patience.check()
            if len(found) == count:
                break
        return found

    def sizes(self, scope: Scope) -> Sizes:
        """The totals of what there is to search."""
        return merge_sizes([shard.sizes for shard in self._readable(scope).shards])

    def branches(self, scope: Scope, smallest: float) -> Branches:
        """The files of all shards, below the shown names of their sources; see codesearch.cluster.sizes."""
        return merge_branches(shard.branches(smallest) for shard in self._readable(scope).shards)

    def file(self, scope: Scope, path: str) -> ShownFile | None:
        """The file with this path in one of the shards, None if there is none."""
        return next((file for shard in self._readable(scope).shards if (file := shard.file(path))), None)

    def texts(self, scope: Scope, chunks: Sequence[ChunkOfShard]) -> Sequence[str]:
        """The text of each chunk; see TextReader."""
        return [shard.snippets.text(chunk) if shard else "" for shard, chunk in self._located(scope, chunks)]

    def current(self, scope: Scope, chunks: Sequence[ChunkOfShard]) -> Sequence[CurrentChunk | None]:
        """Each chunk in the text of its file; see TextReader."""
        return [shard.snippets.current(chunk) if shard else None for shard, chunk in self._located(scope, chunks)]

    def _located(self, scope: Scope, chunks: Iterable[ChunkOfShard]) -> Iterable[tuple[HeldShard | None, StoredChunk]]:
        readable = {shard.number: shard for shard in self._readable(scope).shards}
        return ((readable.get(one.shard), one.chunk) for one in chunks)

    def _find_readable(self, scope: Scope) -> _Readable:
        """What may be read. Raises AccessDenied for a token that is not known."""
        if not self._access.knows(scope.token):
            raise AccessDenied("the token is missing or wrong")
        shards = [
            shard
            for shard in self._shards.values()
            if self._access.allows(scope.token, shard.source) and scope.names(shard.source)
        ]
        return _Readable(shards, self._joined.of(shards))


class _Patience:
    """Ends a search for lines that keeps others waiting."""

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS_FOR_LINES

    def check(self) -> None:
        """Raises CodesearchError if the time is over."""
        if time.monotonic() > self._end:
            raise CodesearchError(
                f"a group of shards needs more than {SECONDS_FOR_LINES:.0f} s to find the lines",
                "name repositories with --in, or use a pattern with a longer required text",
            )


def _source(shard: HeldShard) -> str:
    return shard.source


def _selections(shards: Sequence[HeldShard], asked: Asked) -> Mapping[int, Selection | None]:
    """The chunks of each shard that pass the filters. Raises CodesearchError if finding lines takes too long."""
    patience = _Patience()
    found: dict[int, Selection | None] = {}
    for shard in shards:
        found[shard.number] = shard.reader(asked.pattern).selection(asked.filters)
        if asked.pattern:
            patience.check()
    return found


def _placed(
    shards: Sequence[HeldShard], asked: Asked, selections: Mapping[int, Selection | None], limit: int
) -> ScoredChunks:
    """The chunks of all shards that may be the places which the question names."""
    parts = []
    for shard in shards:
        found = placed_chunks(shard.snapshot, asked.question, limit, selections.get(shard.number))
        parts.append(found._replace(ids=among_all(shard.number, found.ids)))
    return merged(parts, limit)


def _prepared(shard: HeldShard, asked: Asked) -> LocalChunks:
    return shard.reader(asked.pattern).prepare(
        asked.question, asked.vector, asked.filters, asked.statistics, asked.retrieval
    )
