"""What a router asks groups of shards, and what they answer."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from codesearch.cluster.access import is_named
from codesearch.cluster.lists import EXACT_CHUNKS
from codesearch.cluster.pickling import pickle_quickly
from codesearch.index.snapshot import StoredChunk
from codesearch.search.hit import Filters, Hit, Retrieval
from codesearch.search.local import counts_meaning
from codesearch.search.reader import Statistics

if TYPE_CHECKING:
    from codesearch.exact.request import PatternRequest
    from codesearch.models.encoder import Embeddings
    from codesearch.navigation.outline import FileOutline
    from codesearch.search.question import Question


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, and in which repositories: patterns of their names; none for all that the token may read."""

    token: str
    repositories: tuple[str, ...] = ()
    without: frozenset[int] = frozenset()
    """The numbers of the groups that did not answer before, and are not asked again."""

    def names(self, source: str) -> bool:
        """Whether a source is in these repositories."""
        return not self.repositories or any(is_named(source, name) for name in self.repositories)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a router asks it."""

    question: Question
    vector: Embeddings
    filters: Filters
    """Their kinds are resolved."""
    statistics: Statistics
    """Of all groups."""
    k: int
    retrieval: Retrieval
    pattern: PatternRequest | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether chunks have to pass filters."""
        return self.filters != Filters() or self.pattern is not None

    @property
    def has_meaning(self) -> bool:
        """Whether embeddings count."""
        return counts_meaning(self.retrieval, self.vector)

    @property
    def may_miss(self) -> bool:
        """Whether inverted lists are searched: without filters, as the few chunks that pass one might not be found."""
        return self.has_meaning and not self.is_filtered and self.statistics.chunks > EXACT_CHUNKS


@dataclass(frozen=True, slots=True)
class ChunkOfShard:
    """A chunk, and the number of its shard in the manifest."""

    shard: int
    chunk: StoredChunk


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that matches a pattern, as a hit."""

    source: str
    hit: Hit

    @property
    def position(self) -> tuple[str, list[str], int]:
        """An order of lines that is the same however shards are divided into groups: by repository, path and number."""
        return self.source, self.hit.path.split("/"), self.hit.start_line


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What a token may read of a group."""

    sources: Mapping[int, str]
    """The source of each shard, by the shard's number."""
    chunks: int
    chunks_by_language: Mapping[str, int]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file to be read."""

    text: str
    outline: FileOutline


pickle_quickly((ChunkOfShard, FoundLine, Hit))


def merge_facts(parts: Sequence[GroupFacts]) -> GroupFacts:
    """The facts of several shards or groups together."""
    languages: Counter[str] = Counter()
    for part in parts:
        languages.update(part.chunks_by_language)
    return GroupFacts(
        {shard: source for part in parts for shard, source in part.sources.items()},
        sum(part.chunks for part in parts),
        languages,
        frozenset(kind for part in parts for kind in part.kinds),
    )


def merge_lines(parts: Sequence[Iterable[FoundLine]], count: int) -> Sequence[FoundLine]:
    """The first lines of several lists that are in order."""
    return [*islice(heapq.merge(*parts, key=lambda line: line.position), count)]
