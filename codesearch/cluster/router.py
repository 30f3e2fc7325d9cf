"""The router: asks all groups of shards in rounds, ranks once, and says which did not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from codesearch.cluster.messages import Asked, ChunkOfShard, FoundLine, GroupFacts, Scope
from codesearch.cluster.relay import Answered, Groups, Relay
from codesearch.cluster.reranking import Rerankers, offered
from codesearch.errors import CodesearchError
from codesearch.exact.compiling import compiled
from codesearch.search.asked_language import read_question
from codesearch.search.candidates import Candidates, Retrieved, with_popularity
from codesearch.search.filters import resolve_kind_filters
from codesearch.search.hit import Filters, Retrieval, SearchResult
from codesearch.search.rank import rank
from codesearch.search.rerank import RERANKED
from codesearch.search.searcher import HITS_WITH_OPERATORS, may_answer, result_of

if TYPE_CHECKING:
    from codesearch.exact.request import PatternRequest
    from codesearch.index.snapshot import StoredChunk
    from codesearch.models.encoder import Encoder
    from codesearch.search.snippets import CurrentChunk

_READ_AHEAD = 2
"""Texts are read of so many times the hits asked for, as some candidates are copies of others."""


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
    rerank: str = ""
    """The model that scores the best candidates again; none if empty."""
    pattern: PatternRequest | None = None
    """Only code with a line that matches; without a text, the hits are those lines, by repository and path."""


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

    def __init__(
        self, groups: Groups, encoder: Encoder, sources: Sequence[str], rerankers: Rerankers | None = None
    ) -> None:
        """`sources` are those of all shards, by their number."""
        self._relay = Relay(groups)
        self._encoder = encoder
        self._sources = sources
        self._rerankers = rerankers or offered("")

    def search(self, token: str, question: ClusterQuestion) -> ClusterResult:
        """The best hits in all that a token may read.

        Raises AccessDenied, CodesearchError if no group answers, and as codesearch.search.searcher.search.
        """
        has_text = bool(question.text.strip())
        if not has_text and not question.pattern:
            raise CodesearchError("the question is empty")
        rounds = self.rounds(token, question.repositories)
        result = self._answer(question, rounds) if has_text else self._lines(question, rounds)
        shards = {hit.index for hit in result.hits} | {copy.index for hit in result.hits for copy in hit.copies}
        repositories = {shard: self._sources[shard] for shard in sorted(shards)}
        return ClusterResult(result, repositories, self._relay.count, tuple(sorted(rounds.missing)))

    def rounds(self, token: str, repositories: tuple[str, ...] = ()) -> Rounds:
        """Calls of the groups for what a token may read in some repositories, by patterns of their names."""
        return Rounds(self._relay, Scope(token, repositories))

    def _lines(self, question: ClusterQuestion, rounds: Rounds) -> SearchResult:
        """The first lines that match, in the order of repositories and paths."""
        facts = _facts(question, rounds)
        filters = resolve_kind_filters(question.filters, lambda: facts().kinds)
        found: Sequence[FoundLine] = rounds.ask("lines", question.pattern, filters, question.k)
        return SearchResult("", tuple(line.hit for line in found))

    def _answer(self, question: ClusterQuestion, rounds: Rounds) -> SearchResult:
        reranker = self._rerankers(question.rerank) if question.rerank else None
        facts = _facts(question, rounds)
        parsed = read_question(question.text, lambda: facts().chunks_by_language)
        k = max(question.k, HITS_WITH_OPERATORS) if parsed.operators else question.k
        asked = Asked(
            parsed,
            self._encoder.encode_query(parsed.text),
            resolve_kind_filters(question.filters, lambda: facts().kinds),
            rounds.ask("statistics", parsed.terms),
            k,
            question.retrieval,
            question.pattern,
        )
        candidates = _collect(asked, rounds)
        if candidates is None:
            return SearchResult(question.text, ())
        ranking = rank(parsed, candidates)
        texts = _Texts(rounds, candidates)
        if reranker:
            texts.read_texts(ranking.order[:RERANKED].tolist())
            ranking = reranker.rerank(parsed.text, candidates, ranking, texts)
        texts.read_current(ranking.order[: _READ_AHEAD * question.k].tolist())
        if parsed.operators:
            texts.read_texts(ranking.order.tolist())
        is_close = may_answer([self._encoder.name], parsed, asked.vector, candidates, ranking, question.retrieval)
        return result_of(
            question.text,
            parsed,
            candidates,
            ranking,
            texts,
            question.k,
            is_close,
            question.min_score,
            question.explain,
            compiled(question.pattern) if question.pattern else None,
        )


def _facts(question: ClusterQuestion, rounds: Rounds) -> Callable[[], GroupFacts]:
    """Gives what there is to search. Raises CodesearchError if none of the repositories asked for is there."""
    facts: Callable[[], GroupFacts] = cache(lambda: rounds.ask("facts"))
    if question.repositories and not facts().sources:
        names = ", ".join(question.repositories)
        raise CodesearchError(f"the cluster has no repository {names} that you may read", "`*` stands for any text")
    return facts


class Rounds:
    """The calls for one question. A group that does not answer once is not asked again."""

    def __init__(self, relay: Relay, scope: Scope) -> None:
        self._relay = relay
        self._scope = scope
        self.missing: set[int] = set()

    def ask(self, method: str, *arguments: object) -> Any:
        """What all groups answer together. Raises CodesearchError if none does."""
        value = self.ask_some(method, *arguments)
        if len(self.missing) == self._relay.count:
            raise CodesearchError(f"none of the {self._relay.count} groups of shards answered")
        return value

    def ask_some(self, method: str, *arguments: object) -> Any:
        """What those groups answer that are concerned, if they do."""
        scope = replace(self._scope, without=frozenset(self.missing))
        answered: Answered = getattr(self._relay, method)(scope, *arguments)
        self.missing |= answered.missing
        return answered.value


def _collect(asked: Asked, rounds: Rounds) -> Candidates | None:
    """As codesearch.search.searcher.collect: the best of all groups are read."""
    retrieved: Retrieved = rounds.ask("retrieve", asked)
    candidates: Candidates | None = rounds.ask_some("candidates", asked, retrieved.ids)
    if candidates is None:
        return None
    names = tuple(dict.fromkeys(chunk.name_key for chunk in candidates.chunks))
    return with_popularity(candidates, rounds.ask("name_statistics", names))


class _Texts:
    """The texts of candidates, by the number of their shard; those that are likely to be needed are read together."""

    def __init__(self, rounds: Rounds, candidates: Candidates) -> None:
        self._rounds = rounds
        self._candidates = candidates
        self._current: dict[ChunkOfShard, CurrentChunk | None] = {}
        self._text: dict[ChunkOfShard, str] = {}

    def __getitem__(self, shard: int, /) -> _TextsOfShard:
        return _TextsOfShard(self, shard)

    def read_current(self, which: Sequence[int]) -> None:
        """Read some candidates as `current` returns them."""
        self._current |= self._read("current", self._chunks(which))

    def read_texts(self, which: Sequence[int]) -> None:
        """Read some candidates as `text` returns them."""
        self._text |= self._read("texts", [one for one in self._chunks(which) if one not in self._text])

    def _chunks(self, which: Sequence[int]) -> list[ChunkOfShard]:
        found = self._candidates
        return [ChunkOfShard(int(found.reader[i]), found.chunks[i]) for i in which]

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
        """What the groups of chunks return for them."""
        return dict(zip(chunks, self._rounds.ask_some(method, chunks), strict=True))


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
