"""A question → hits: parse, encode, select, retrieve, rank, and read the text of what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError
from codesearch.index.terms import terms
from codesearch.search.candidates import Candidates, retrieve
from codesearch.search.hit import Filters, Hit, SearchResult
from codesearch.search.question import Question, parse_question
from codesearch.search.rank import Ranking, explain, rank
from codesearch.search.snippets import Snippets

if TYPE_CHECKING:
    from codesearch.index.snapshot import Snapshot
    from codesearch.models.encoder import Encoder

FOLDED_SHARE = 0.5
"""Further chunks of a shown file are listed under its hit when they score at least this share of it."""
MOST_FOLDED = 3
READ_FOR_PHRASES = 50
"""Candidates whose text is read, best first, to find quoted phrases and to leave out `-word`."""


def search(
    snapshot: Snapshot,
    encoder: Encoder,
    question: str,
    k: int = 10,
    *,
    root: Path,
    filters: Filters | None = None,
    min_score: float = 0.0,
    explained: bool = False,
) -> SearchResult:
    """The `k` best hits of a question, best first. Raises CodesearchError for an empty question."""
    if not question.strip():
        raise CodesearchError("the question is empty")
    parsed = parse_question(question)
    vector = encoder.encode_query(parsed.text)
    selection = snapshot.select(filters or Filters())
    candidates = retrieve(snapshot, parsed, vector, selection)
    if not candidates.chunks:
        return SearchResult(question, ())
    ranking = rank(parsed, candidates)
    return _result(question, parsed, candidates, ranking, Snippets(root), k, min_score, explained)
