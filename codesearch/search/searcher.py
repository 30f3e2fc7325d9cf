"""Search: parse a question, encode it, collect candidates, rank them, and read the text of the hits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from codesearch.errors import CodesearchError
from codesearch.models.loading import DEFAULT_MODEL
from codesearch.search import closeness
from codesearch.search.asked_language import read_question
from codesearch.search.candidates import (
    Candidates,
    Limits,
    best_of_each_retriever,
    merge_candidates,
    numbered,
    with_popularity,
)
from codesearch.search.filters import resolve_kind_filters
from codesearch.search.focus import at_line
from codesearch.search.folding import fold
from codesearch.search.hit import (
    Filters,
    Hit,
    Neighbour,
    Place,
    Retrieval,
    SearchResult,
    Signal,
    hit_of,
    line_with_name,
)
from codesearch.search.operators import Operators
from codesearch.search.places import shown_line
from codesearch.search.precedence import defines_member
from codesearch.search.question import Question
from codesearch.search.rank import Ranking, explain, rank
from codesearch.search.reader import IndexReader, Readers, total
from codesearch.search.snippets import best_line, with_own_lines
from codesearch.search.verbatim import Wording

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.models.encoder import Embeddings, Encoder
    from codesearch.search.rerank import Reranker
    from codesearch.search.snippets import CurrentChunk

FOLDED_SHARE = 0.5
"""Further chunks of a file are listed under its first hit if they score at least this share of the hit's score."""
MAX_FOLDED = 3
HITS_WITH_OPERATORS = 200
"""Value of `k` for collecting candidates if the question has operators, since those that fit may rank low."""


class SearchedIndex(NamedTuple):
    """An index to search, the encoder that it was built with, and the filters to apply."""

    reader: IndexReader
    encoder: Encoder
    filters: Filters = Filters()


def search(
    indexes: Sequence[SearchedIndex],
    question: str,
    k: int = 10,
    *,
    min_score: float = 0.0,
    explained: bool = False,
    reranker: Reranker | None = None,
    retrieval: Retrieval = Retrieval.BOTH,
    pattern: Pattern | None = None,
) -> SearchResult:
    """The `k` best hits of a question, best first, as if a single index contained the files of all indexes.

    With a `pattern`, which the readers must have too, the best line of a hit is one that matches.

    Raises CodesearchError for an empty question, unknown languages or kinds, and invalid globs; ValueError if `k` is
    less than 1.
    """
    if k < 1:
        raise ValueError(f"k is {k}, but must be at least 1")
    if not question.strip():
        raise CodesearchError("the question is empty")
    readers = [index.reader for index in indexes]
    parsed = read_question(question, lambda: _chunks_by_language(readers))
    vectors = question_vectors(indexes, parsed)
    candidates = collect(indexes, parsed, vectors, max(k, HITS_WITH_OPERATORS) if parsed.operators else k, retrieval)
    if not candidates.chunks:
        return SearchResult(question, ())
    ranking = rank(parsed, candidates)
    if reranker:
        ranking = reranker.rerank(parsed.text, candidates, ranking, readers)
    models = [index.encoder.name for index in indexes]
    is_close = may_answer(models, parsed, vectors[0], candidates, ranking, retrieval)
    return result_of(question, parsed, candidates, ranking, readers, k, is_close, min_score, explained, pattern)


def question_vectors(indexes: Sequence[SearchedIndex], question: Question) -> list[Embeddings]:
    """The question's vector for each index. An encoder that several share encodes it once."""
    vectors: dict[int, Embeddings] = {}
    for index in indexes:
        if id(index.encoder) not in vectors:
            vectors[id(index.encoder)] = index.encoder.encode_query(question.text)
    return [vectors[id(index.encoder)] for index in indexes]


def collect(
    indexes: Sequence[SearchedIndex],
    question: Question,
    vectors: Sequence[Embeddings],
    k: int = 10,
    retrieval: Retrieval = Retrieval.BOTH,
) -> Candidates:
    """The merged candidates of all indexes; `vectors` has one for each. Raises CodesearchError as `search` does."""
    readers = [index.reader for index in indexes]
    statistics = total([reader.statistics(question.terms) for reader in readers])
    kinds = cache(lambda: {kind for reader in readers for kind in reader.kinds()})
    found = []
    for index, vector in zip(indexes, vectors, strict=True):
        filters = resolve_kind_filters(index.filters, kinds)
        found.append(index.reader.retrieve(question, vector, filters, statistics, k, retrieval))
    kept = best_of_each_retriever([one.retrieved for one in found], Limits.of(question, k))
    parts = [one.candidates(ids) for one, ids in zip(found, kept, strict=True)]
    candidates = merge_candidates([numbered(part, reader) for reader, part in enumerate(parts)])
    names = dict.fromkeys(chunk.name_key for chunk in candidates.chunks)
    return with_popularity(candidates, total([reader.name_statistics(names) for reader in readers]))


def may_answer(
    models: Collection[str],
    question: Question,
    vector: Embeddings,
    candidates: Candidates,
    ranking: Ranking,
    retrieval: Retrieval,
) -> bool:
    """Whether any candidate may answer. Only the default model's cosines are known well enough to tell.

    `vector` is the question's by the first of the models.
    """
    if ranking.precedence.any():
        return True
    if any(closeness.names_all(candidates.chunks[i], question) for i in ranking.order[: closeness.NAMED_HITS]):
        return True
    if all(model == DEFAULT_MODEL for model in models):
        return closeness.is_close(candidates, ranking.order, retrieval, vector)
    return retrieval is Retrieval.DENSE or closeness.is_close(candidates, ranking.order, Retrieval.LEXICAL, None)


def _chunks_by_language(readers: Sequence[IndexReader]) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for reader in readers:
        counts.update(reader.chunks_by_language())
    return counts


def result_of(
    query: str,
    question: Question,
    candidates: Candidates,
    ranking: Ranking,
    readers: Readers,
    k: int,
    is_close: bool,
    min_score: float = 0.0,
    explained: bool = False,
    pattern: Pattern | None = None,
) -> SearchResult:
    """Select the hits to show and read their text. Candidates that do not fit the question's operators come last."""
    scores = {int(i): float(score) for i, score in zip(ranking.order, ranking.scores, strict=True)}
    operators, fitting = _fitting(question, candidates, scores, readers)
    order = [*fitting, *(i for i in scores if i not in fitting)]
    decayed = dict(zip(scores, ranking.decayed_scores(candidates.file).tolist(), strict=True))
    falling = dict(zip(order, accumulate((decayed[i] for i in order), min), strict=True))
    shown = fold(
        [i for i in order if falling[i] >= min_score], scores, candidates, fitting, readers, k, ranking.is_place
    )
    nearest = max((falling[i] for i in order if falling[i] < min_score), default=0.0)
    folded = _folded(candidates, fitting, list(shown.hits), scores)
    wording = Wording(question.text, question.code)
    hits = tuple(
        _hit(
            current,
            falling[shown.best[i]],
            candidates.term_weights,
            wording if candidates.verbatim[i] else None,
            () if current.is_moved else folded.get(i, ()),
            tuple(shown.copies.get(i, ())),
            explain(ranking, i, scores[i], falling[shown.best[i]]) if explained else (),
            int(candidates.reader[i]),
            pattern,
            question if ranking.is_place[i] else None,
            is_named=bool(ranking.precedence[i]),
            is_beyond=i not in fitting,
        )
        for i, current in shown.hits.items()
    )
    if not pattern:
        hits = with_own_lines(hits, candidates.term_weights)
    return SearchResult(query, hits, nearest, shown.outdated, str(operators), is_close)


def _hit(
    current: CurrentChunk,
    score: float,
    term_weights: Mapping[str, float],
    wording: Wording | None,
    also: tuple[Neighbour, ...],
    copies: tuple[Place, ...],
    signals: tuple[Signal, ...],
    index: int,
    pattern: Pattern | None,
    asked: Question | None,
    *,
    is_named: bool,
    is_beyond: bool,
) -> Hit:
    """`asked` is the question if it names the chunk's place, `wording` its words if the chunk has them in a row;
    `is_named` says that it names the chunk's definition."""
    first = current.chunk.start_line
    if asked and not pattern and not current.is_moved:
        line = shown_line(asked, current.chunk, current.lines)
    elif wording and not pattern and (has_run := wording.best_line(current.lines)) is not None:
        line = first + has_run
    elif is_named and not pattern:
        line = line_with_name(current.chunk, current.lines)
    else:
        line = best_line(current.lines, first, term_weights, pattern)
    chunk = current.chunk if current.is_moved else at_line(current.chunk, line)
    first = chunk.start_line - current.chunk.start_line
    lines = current.lines[first : first + chunk.end_line - chunk.start_line + 1]
    return replace(
        hit_of(chunk, lines, score),
        best_line=line,
        is_stale=current.is_moved,
        also=also,
        copies=copies,
        signals=signals,
        index=index,
        is_beyond=is_beyond,
    )


class _Fitting(NamedTuple):
    """The operators that apply, and the candidates that contain every quoted phrase and no excluded word, in order."""

    operators: Operators
    candidates: dict[int, None]


def _fitting(question: Question, candidates: Candidates, best_first: Iterable[int], readers: Readers) -> _Fitting:
    """What is quoted is a value in a message, and no phrase, if a candidate without it has the rest word for word.

    A quoted symbol with its owner (`"Cart.total"`) has its definition, too, which does not contain it in this form.
    """
    operators = question.operators
    if not operators:
        return _Fitting(operators, dict.fromkeys(best_first))
    texts = {i: readers[int(candidates.reader[i])].text(candidates.chunks[i]) for i in best_first}
    if any(candidates.verbatim[i] and not operators.has_phrases(text) for i, text in texts.items()):
        operators = operators._replace(phrases=())
    symbol = question.symbol if operators.phrases == (question.text,) else None
    fitting = {
        i: None
        for i, text in texts.items()
        if operators.accept(text) or (symbol and defines_member(symbol, candidates.chunks[i]))
    }
    return _Fitting(operators, fitting)


def _folded(
    candidates: Candidates, kept: Collection[int], shown: list[int], scores: Mapping[int, float]
) -> dict[int, tuple[Neighbour, ...]]:
    """Good chunks that are not shown but whose file is, by the first hit of their file."""
    file = candidates.file.tolist()
    first = {file[i]: i for i in reversed(shown)}
    hidden: dict[int, list[Neighbour]] = {}
    for i in set(kept).difference(shown):
        top = first.get(file[i])
        if top is not None and scores[i] >= FOLDED_SHARE * scores[top]:
            chunk = candidates.chunks[i]
            hidden.setdefault(top, []).append(Neighbour(chunk.start_line, chunk.end_line, chunk.qualified_name))
    return {top: tuple(sorted(neighbours)[:MAX_FOLDED]) for top, neighbours in hidden.items()}
