"""A group of shards: what it answers to a router, in memory that is mapped from its copies of the shards."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby, islice
from typing import TYPE_CHECKING

from codesearch.cluster.access import Access, AccessDenied, is_named
from codesearch.cluster.archive import layout_of
from codesearch.cluster.joined_shards import JoinedShards, SearchedShards
from codesearch.cluster.lists import EXACT_CHUNKS, ListedVectors
from codesearch.cluster.numbering import in_shard, shards_of
from codesearch.cluster.pickling import pickle_quickly
from codesearch.cluster.sizes import Branches, Sizes, branches, merge_branches, merge_sizes
from codesearch.errors import CodesearchError
from codesearch.exact.compiling import compiled
from codesearch.index.snapshot import NO_CHUNKS, ScoredChunks, Selection, Snapshot, StoredChunk
from codesearch.search.candidates import Candidates, Limits, Retrieved, merge_candidates, name_keys, numbered
from codesearch.search.hit import Filters, Hit, Retrieval
from codesearch.search.local import LocalChunks, LocalReader, counts_meaning, counts_words
from codesearch.search.reader import Statistics
from codesearch.search.snippets import CurrentChunk, Snippets

if TYPE_CHECKING:
    from pathlib import Path

    from codesearch.cluster.joined_postings import Mask
    from codesearch.exact.pattern import Pattern
    from codesearch.exact.request import PatternRequest
    from codesearch.index.segment import Ids
    from codesearch.models.encoder import Embeddings
    from codesearch.navigation.outline import FileOutline
    from codesearch.search.question import Question

SECONDS_FOR_LINES = 5.0
"""A group answers one question after the other, and a router waits ten seconds for it."""
_CACHED_SCOPES = 1024
_CACHED_PATTERNS = 16
_CACHED_CHARACTERS = 400_000
"""Of the files of a shard: a group has hundreds."""


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


class HeldShard:
    """A shard that a group holds, unpacked into a folder."""

    def __init__(self, number: int, source: str, folder: Path, *, is_whole: bool = False) -> None:
        """`number` is its position in the manifest; `is_whole` says that its source has no other shard."""
        layout = layout_of(folder)
        self.number = number
        self.source = source
        self._is_whole = is_whole
        self.snapshot = Snapshot.open(layout)
        self.snippets = Snippets(layout.root, _CACHED_CHARACTERS)

    def reader(self, pattern: PatternRequest | None = None) -> LocalReader:
        """Reads it for one question."""
        return LocalReader(self.snapshot, self.snippets, _compiled(pattern) if pattern else None, is_fresh=True)

    def facts(self) -> GroupFacts:
        """What there is to search."""
        found = self.snapshot
        return GroupFacts(
            {self.number: self.source}, found.chunk_count, found.chunks_by_language, frozenset(found.kinds())
        )

    @cached_property
    def sizes(self) -> Sizes:
        """Its totals."""
        files = self.snapshot.read_files()
        languages: Counter[str] = Counter()
        for file in files:
            languages[file.language] += file.stamp.size
        return Sizes(len(files), sum(file.chunks for file in files), languages)

    def branches(self, smallest: float) -> Branches:
        """Its files below its shown name, as a picture in which nothing smaller is seen needs them."""
        top = shown_name(self.source)
        sizes = {f"{top}/{file.path}": file.stamp.size for file in self.snapshot.read_files()}
        return branches(top, sizes, smallest, is_whole=self._is_whole)

    def file(self, path: str) -> ShownFile | None:
        """An indexed file, None if there is none with this path."""
        from codesearch.navigation.outline import outline_file

        rows = [file for file in self.snapshot.files_in(path) if file.path == path]
        return ShownFile(self.snippets.file(path).shown, outline_file(self.snapshot, rows[0])) if rows else None

    def lines(self, pattern: Pattern, filters: Filters) -> Iterator[FoundLine]:
        """The lines that match, by path."""
        from codesearch.search.grep import grep, line_hits

        for matches in grep(self.snapshot, self.snippets.root, pattern, filters, is_fresh=True):
            for hit in line_hits(self.snapshot, matches):
                yield FoundLine(self.source, replace(hit, index=self.number))


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
        selected = self._joined.mask(_selections(readable.shards, asked)) if asked.is_filtered else None
        rarities = asked.statistics.rarities(asked.question.terms)
        joined, has_words = readable.joined, counts_words(asked.retrieval)
        return Retrieved(
            joined.lexical(rarities, limits.retrieved, selected) if has_words else NO_CHUNKS,
            self._nearest(readable, asked, limits.retrieved, selected) if asked.has_meaning else NO_CHUNKS,
            joined.named(name_keys(asked.question), limits.named, selected),
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
        parsed, patience = _compiled(pattern), _Patience()
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


def shown_name(source: str) -> str:
    """The name of a source where paths start at no folder of this machine."""
    return source.strip("/")


class _Patience:
    """Ends a search for lines that keeps others waiting."""

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS_FOR_LINES

    def check(self) -> None:
        """Raises CodesearchError if the time is over."""
        if time.monotonic() > self._end:
            raise CodesearchError(
                f"finding the lines takes a group longer than {SECONDS_FOR_LINES:.0f} s",
                "name repositories with --in, or give -e a longer text that every line must have",
            )


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


@lru_cache(_CACHED_PATTERNS)
def _compiled(pattern: PatternRequest) -> Pattern:
    """The pattern, compiled once for all shards."""
    return compiled(pattern)


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


def _prepared(shard: HeldShard, asked: Asked) -> LocalChunks:
    return shard.reader(asked.pattern).prepare(
        asked.question, asked.vector, asked.filters, asked.statistics, asked.retrieval
    )
