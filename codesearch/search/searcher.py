"""A question → hits: parse, encode, select, retrieve, rank, and read the text of what is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError
from codesearch.search.candidates import Candidates, retrieve
from codesearch.search.filters import select
from codesearch.search.focus import at_line
from codesearch.search.folding import fold
from codesearch.search.hit import Filters, Hit, Place, Retrieval, SearchResult, Signal
from codesearch.search.question import Question, parse_question
from codesearch.search.rank import Ranking, explain, rank
from codesearch.search.snippets import best_line

if TYPE_CHECKING:
    from codesearch.index.snapshot import Snapshot
    from codesearch.models.encoder import Encoder
    from codesearch.search.rerank import Reranker
    from codesearch.search.snippets import Current, Snippets

FOLDED_SHARE = 0.5
"""Further chunks of a shown file are listed under its hit when they score at least this share of it."""
MOST_FOLDED = 3
SOUGHT_WITH_OPERATORS = 200
"""Hits that candidates are found for where a question has operators: those that fit them may be far from the best."""


def search(
    snapshot: Snapshot,
    encoder: Encoder,
    question: str,
    k: int = 10,
    *,
    snippets: Snippets,
    filters: Filters | None = None,
    min_score: float = 0.0,
    explained: bool = False,
    reranker: Reranker | None = None,
    retrieval: Retrieval = Retrieval.BOTH,
) -> SearchResult:
    """The `k` best hits of a question, best first. Raises CodesearchError for an empty question."""
    if not question.strip():
        raise CodesearchError("the question is empty")
    parsed = parse_question(question)
    vector = encoder.encode_query(parsed.text)
    selected = select(snapshot, filters or Filters())
    sought = max(k, SOUGHT_WITH_OPERATORS) if parsed.operators else k
    candidates = retrieve(snapshot, parsed, vector, selected, sought, retrieval)
    if not candidates.chunks:
        return SearchResult(question, ())
    ranking = rank(parsed, candidates)
    if reranker:
        ranking = reranker.rerank(parsed.text, candidates, ranking, snippets)
    return _result(question, parsed, candidates, ranking, snippets, k, min_score, explained)


def _result(
    asked: str,
    question: Question,
    candidates: Candidates,
    ranking: Ranking,
    snippets: Snippets,
    k: int,
    min_score: float,
    explained: bool,
) -> SearchResult:
    """Cut the ranking to what is shown, and read its text. What does not fit the question's operators comes last."""
    snippets.forget_changes()
    scores = {int(i): float(score) for i, score in zip(ranking.order, ranking.scores, strict=True)}
    fitting = _fitting(question, candidates, scores, snippets)
    order = [*fitting, *(i for i in scores if i not in fitting)]
    shown = fold([i for i in order if scores[i] >= min_score], scores, candidates.chunks, fitting, snippets, k)
    nearest = max((scores[i] for i in order if scores[i] < min_score), default=0.0)
    folded = _folded(candidates, fitting, list(shown.hits), scores)
    hits = tuple(
        _hit(
            current,
            shown.scores[i],
            candidates.term_weights,
            () if current.is_moved else folded.get(i, ()),
            tuple(shown.copies.get(i, ())),
            explain(ranking, i) if explained else (),
            is_beyond=i not in fitting,
        )
        for i, current in shown.hits.items()
    )
    return SearchResult(asked, hits, nearest, shown.outdated, str(question.operators))


def _hit(
    current: Current,
    score: float,
    term_weights: Mapping[str, float],
    also: tuple[tuple[int, int, str], ...],
    copies: tuple[Place, ...],
    signals: tuple[Signal, ...],
    *,
    is_beyond: bool,
) -> Hit:
    line = best_line(current.lines, current.chunk.start_line, term_weights)
    chunk = current.chunk if current.is_moved else at_line(current.chunk, line)
    first = chunk.start_line - current.chunk.start_line
    lines = current.lines[first : first + chunk.end_line - chunk.start_line + 1]
    return Hit(
        path=chunk.path,
        start_line=chunk.start_line,
        end_line=chunk.end_line,
        language=chunk.language,
        kind=chunk.kind,
        name=chunk.name,
        qualified_name=chunk.qualified_name,
        signature=chunk.signature,
        score=round(score, 4),
        snippet="\n".join(lines),
        best_line=line,
        is_stale=current.is_moved,
        also=also,
        copies=copies,
        signals=signals,
        is_beyond=is_beyond,
    )


def _fitting(
    question: Question, candidates: Candidates, best_first: Iterable[int], snippets: Snippets
) -> dict[int, None]:
    """Candidates in order that hold every quoted phrase and no excluded word."""
    admit = question.operators.admit
    return {i: None for i in best_first if not question.operators or admit(snippets.text(candidates.chunks[i]))}


def _folded(
    candidates: Candidates, kept: Collection[int], shown: list[int], scores: Mapping[int, float]
) -> dict[int, tuple[tuple[int, int, str], ...]]:
    """Good chunks of the files shown that are not shown themselves, under the first hit of their file."""
    first = {candidates.chunks[i].path: i for i in reversed(shown)}
    hidden: dict[int, list[tuple[int, int, str]]] = {}
    for i in set(kept).difference(shown):
        chunk = candidates.chunks[i]
        top = first.get(chunk.path)
        if top is not None and scores[i] >= FOLDED_SHARE * scores[top]:
            hidden.setdefault(top, []).append((chunk.start_line, chunk.end_line, chunk.qualified_name))
    return {top: tuple(sorted(spans)[:MOST_FOLDED]) for top, spans in hidden.items()}
