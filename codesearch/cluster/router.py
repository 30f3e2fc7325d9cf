"""The router: asks all groups of shards in rounds, ranks once, and says which did not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from codesearch.cluster.group import Asked, ChunkOfShard, GroupFacts, Scope
from codesearch.errors import CodesearchError
from codesearch.search.asked_language import read_question
from codesearch.search.candidates import Candidates, Limits, best_of_each_retriever, merge_candidates, with_popularity
from codesearch.search.filters import resolve_kind_filters
from codesearch.search.hit import Filters, Retrieval, SearchResult
from codesearch.search.rank import rank
from codesearch.search.reader import total
from codesearch.search.searcher import HITS_WITH_OPERATORS, may_answer, result_of

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.models.encoder import Encoder
    from codesearch.search.snippets import CurrentChunk

_READ_AHEAD = 2
"""Texts are read of so many times the hits asked for, as some candidates are copies of others."""


class Groups(Protocol):
    """Groups of shards, elsewhere."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """What a method of ShardGroup returns for its arguments, by the group's number.

        Groups that do not answer are left out. Raises CodesearchError if one does.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClusterQuestion:
    """A question to a cluster."""

    text: str
    k: int = 10
    filters: Filters = field(default_factory=Filters)
    repositories: tuple[str, ...] = ()
    """Patterns of the names of repositories; none for all."""
    min_score: float = 0.0
    explain: bool = False
    retrieval: Retrieval = Retrieval.BOTH


@dataclass(frozen=True, slots=True)
class ClusterResult:
    """The hits of a cluster. `Hit.index` is the number of a shard."""

    result: SearchResult
    repositories: Mapping[int, str]
    """The repository of each shard that has a hit or a copy of one."""
    groups: int
    missing: tuple[int, ...] = ()
    """The numbers of the groups that did not answer."""


class Router:
    """Answers questions as one index of all shards that the groups hold would."""

    def __init__(self, groups: Groups, encoder: Encoder, sources: Sequence[str]) -> None:
        """`sources` are those of all shards, by their number."""
        self._groups = groups
        self._encoder = encoder
        self._sources = sources

    def search(self, token: str, question: ClusterQuestion) -> ClusterResult:
        """The best hits in all that a token may read.

        Raises AccessDenied, CodesearchError if no group answers, and as codesearch.search.searcher.search.
        """
        if not question.text.strip():
            raise CodesearchError("the question is empty")
        rounds = Rounds(self._groups, Scope(token, question.repositories))
        result = self._answer(question, rounds)
        shards = {hit.index for hit in result.hits} | {copy.index for hit in result.hits for copy in hit.copies}
        repositories = {shard: self._sources[shard] for shard in sorted(shards)}
        return ClusterResult(result, repositories, self._groups.count, tuple(sorted(rounds.missing)))

    def _answer(self, question: ClusterQuestion, rounds: Rounds) -> SearchResult:
        facts: Callable[[], Sequence[GroupFacts]] = cache(lambda: [*rounds.ask("facts").values()])
        if question.repositories and not any(one.sources for one in facts()):
            names = ", ".join(question.repositories)
            raise CodesearchError(f"the cluster has no repository {names} that you may read", "`*` stands for any text")
        parsed = read_question(question.text, lambda: _chunks_by_language(facts()))
        k = max(question.k, HITS_WITH_OPERATORS) if parsed.operators else question.k
        asked = Asked(
            parsed,
            self._encoder.encode_query(parsed.text),
            resolve_kind_filters(question.filters, lambda: {kind for one in facts() for kind in one.kinds}),
            total([*rounds.ask("statistics", parsed.terms).values()]),
            k,
            question.retrieval,
        )
        found = _collect(asked, rounds)
        if not found:
            return SearchResult(question.text, ())
        ranking = rank(parsed, found.candidates)
        texts = _Texts(rounds, found)
        texts.read_ahead(ranking.order[: _READ_AHEAD * question.k].tolist(), with_text=bool(parsed.operators))
        is_close = may_answer([self._encoder.name], found.candidates, ranking, question.retrieval)
        return result_of(
            question.text,
            parsed,
            found.candidates,
            ranking,
            texts,
            question.k,
            is_close,
            question.min_score,
            question.explain,
        )


class Rounds:
    """The calls for one question. A group that does not answer once is not asked again."""

    def __init__(self, groups: Groups, scope: Scope) -> None:
        self._groups = groups
        self._scope = scope
        self.missing: set[int] = set()

    def ask(self, method: str, *arguments: object) -> dict[int, Any]:
        """What all groups return, by their number and in order. Raises CodesearchError if none does."""
        answered = self.ask_each(method, dict.fromkeys(range(self._groups.count), arguments))
        if not answered:
            raise CodesearchError(f"none of the {self._groups.count} groups of shards answered")
        return answered

    def ask_each(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> dict[int, Any]:
        """What these groups return for arguments of their own, by their number and in order."""
        asked = {group: (self._scope, *given) for group, given in arguments.items() if group not in self.missing}
        answered = self._groups.call(method, asked) if asked else {}
        self.missing.update(asked.keys() - answered.keys())
        return {group: answered[group] for group in sorted(answered)}


@dataclass(frozen=True, slots=True)
class _Found:
    """The candidates of all groups, and the group of each shard."""

    candidates: Candidates
    group: Mapping[int, int]


def _collect(asked: Asked, rounds: Rounds) -> _Found | None:
    """As codesearch.search.searcher.collect: the best of all groups are read."""
    retrieved = rounds.ask("retrieve", asked)
    kept = best_of_each_retriever([*retrieved.values()], Limits.of(asked.question, asked.k))
    chosen = {group: (asked, ids) for group, ids in zip(retrieved, kept, strict=True) if len(ids)}
    parts: dict[int, Candidates] = {g: part for g, part in rounds.ask_each("candidates", chosen).items() if part}
    if not parts:
        return None
    candidates = merge_candidates([*parts.values()])
    names = tuple(dict.fromkeys(chunk.name_key for chunk in candidates.chunks))
    group = {shard: group for group, part in parts.items() for shard in set(part.reader.tolist())}
    return _Found(with_popularity(candidates, total([*rounds.ask("name_statistics", names).values()])), group)


def _chunks_by_language(facts: Sequence[GroupFacts]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for one in facts:
        counts.update(one.chunks_by_language)
    return counts


class _Texts:
    """The texts of candidates, by the number of their shard; those that are likely to be needed are read at once."""

    def __init__(self, rounds: Rounds, found: _Found) -> None:
        self._rounds = rounds
        self._found = found
        self._current: dict[ChunkOfShard, CurrentChunk | None] = {}
        self._text: dict[ChunkOfShard, str] = {}

    def __getitem__(self, shard: int, /) -> _TextsOfShard:
        return _TextsOfShard(self, shard)

    def read_ahead(self, best: Sequence[int], *, with_text: bool) -> None:
        """Read the best candidates, and the text of all for operators."""
        candidates = self._found.candidates
        every = [
            ChunkOfShard(int(shard), chunk) for shard, chunk in zip(candidates.reader, candidates.chunks, strict=True)
        ]
        self._current |= self._read("current", [every[i] for i in best])
        if with_text:
            self._text |= self._read("texts", every)

    def current(self, one: ChunkOfShard) -> CurrentChunk | None:
        """See TextReader."""
        if one not in self._current:
            self._current |= self._read("current", [one])
        return self._current.get(one)

    def text(self, one: ChunkOfShard) -> str:
        """See TextReader."""
        if one not in self._text:
            self._text |= self._read("texts", [one])
        return self._text.get(one, "")

    def _read(self, method: str, chunks: Sequence[ChunkOfShard]) -> dict[ChunkOfShard, Any]:
        """What the groups of chunks return for them; nothing for those of a group that does not answer."""
        of_group: dict[int, list[ChunkOfShard]] = {}
        for one in chunks:
            of_group.setdefault(self._found.group[one.shard], []).append(one)
        answered = self._rounds.ask_each(method, {group: (asked,) for group, asked in of_group.items()})
        return {
            one: value for group, values in answered.items() for one, value in zip(of_group[group], values, strict=True)
        }


@dataclass(frozen=True, slots=True)
class _TextsOfShard:
    """The TextReader of one shard."""

    texts: _Texts
    shard: int

    def text(self, chunk: StoredChunk) -> str:
        """See TextReader."""
        return self.texts.text(ChunkOfShard(self.shard, chunk))

    def current(self, chunk: StoredChunk) -> CurrentChunk | None:
        """See TextReader."""
        return self.texts.current(ChunkOfShard(self.shard, chunk))
