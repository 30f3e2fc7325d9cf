"""Questions and answers of a cluster as JSON. Both ends check what they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, get_args

from codesearch.cluster.router import ClusterQuestion, ClusterResult
from codesearch.exact.request import Case, PatternRequest
from codesearch.index.rows import plain
from codesearch.opening import harmless
from codesearch.search.hit import Filters, Hit, Neighbour, Place, Retrieval, SearchResult, Signal

VERSION = 2
"""Raised if programs of another version can't read what this one sends."""
PATH = "/search"
MOST_HITS = 10_000
LONGEST_REQUEST = 1_000_000
"""Bytes."""

Record = dict[str, Any]


class Invalid(ValueError):
    """Not a question, or not an answer, of this version."""


def question_record(question: ClusterQuestion) -> Record:
    """A question as JSON."""
    filters = question.filters
    return {
        "version": VERSION,
        "question": question.text,
        "k": question.k,
        "languages": filters.languages,
        "kinds": filters.kinds,
        "paths": filters.paths,
        "names": filters.names,
        "repositories": question.repositories,
        "min_score": question.min_score,
        "explain": question.explain,
        "retrieval": question.retrieval,
        "rerank": question.rerank,
        "pattern": question.pattern and asdict(question.pattern),
    }


def question_of(record: Any) -> ClusterQuestion:
    """A question from its JSON. Raises Invalid."""
    _check_version(record)
    k = _value(record, "k", int)
    if not 1 <= k <= MOST_HITS:
        raise Invalid(f"k is not in the range 1 to {MOST_HITS}")
    try:
        retrieval = Retrieval(_value(record, "retrieval", str))
    except ValueError as error:
        raise Invalid(str(error)) from error
    return ClusterQuestion(
        text=_value(record, "question", str),
        k=k,
        filters=Filters(
            languages=_texts(record, "languages"),
            kinds=_texts(record, "kinds"),
            paths=_texts(record, "paths"),
            names=_texts(record, "names"),
        ),
        repositories=_texts(record, "repositories"),
        min_score=float(_value(record, "min_score", int | float)),
        explain=_value(record, "explain", bool),
        retrieval=retrieval,
        rerank=_value(record, "rerank", str),
        pattern=_pattern_of(record.get("pattern")),
    )


def _pattern_of(record: Any) -> PatternRequest | None:
    if record is None:
        return None
    if not isinstance(record, dict) or not record.get("expressions"):
        raise Invalid("pattern is of the wrong type")
    try:
        case = Case(_value(record, "case", str))
    except ValueError as error:
        raise Invalid(str(error)) from error
    return PatternRequest(
        _texts(record, "expressions"), case, _value(record, "is_literal", bool), _value(record, "whole_words", bool)
    )


def result_record(answer: ClusterResult) -> Record:
    """An answer as JSON."""
    result = answer.result
    return {
        "version": VERSION,
        "hits": [asdict(hit) for hit in result.hits],
        "repositories": {str(number): name for number, name in answer.repositories.items()},
        "nearest_score": result.nearest_score,
        "outdated": result.outdated,
        "operators": result.operators,
        "is_close": result.is_close,
        "groups": answer.groups,
        "missing": answer.missing,
    }


def result_of_record(question: str, record: Any) -> ClusterResult:
    """An answer from its JSON. Raises Invalid."""
    _check_version(record)
    try:
        repositories = {int(number): harmless(str(name)) for number, name in record["repositories"].items()}
        hits = tuple(_hit(row) for row in record["hits"])
        if not {hit.index for hit in hits} | {copy.index for hit in hits for copy in hit.copies} <= set(repositories):
            raise Invalid("a hit's repository is not named")
        missing = record["missing"]
        return ClusterResult(
            SearchResult(
                question,
                hits,
                float(record["nearest_score"]),
                int(record["outdated"]),
                plain(str(record["operators"])),
                bool(record["is_close"]),
            ),
            repositories,
            int(record["groups"]),
            tuple(int(number) for number in missing),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Invalid(f"the answer is not one of codesearch: {error}") from error


def _hit(row: Mapping[str, Any]) -> Hit:
    texts = ("language", "kind", "name", "qualified_name", "signature")
    return Hit(
        **{name: plain(str(row[name])) for name in texts},
        path=harmless(str(row["path"])),
        start_line=int(row["start_line"]),
        end_line=int(row["end_line"]),
        score=float(row["score"]),
        snippet=str(row["snippet"]),
        best_line=int(row["best_line"]),
        is_stale=bool(row["is_stale"]),
        also=tuple(
            Neighbour(int(one["start_line"]), int(one["end_line"]), plain(str(one["qualified_name"])))
            for one in row["also"]
        ),
        copies=tuple(
            Place(harmless(str(one["path"])), int(one["start_line"]), int(one["end_line"]), int(one["index"]))
            for one in row["copies"]
        ),
        signals=tuple(
            Signal(plain(str(s["name"])), float(s["value"]), float(s["contribution"]), plain(str(s["reason"])))
            for s in row["signals"]
        ),
        index=int(row["index"]),
        is_beyond=bool(row["is_beyond"]),
    )


def _check_version(record: Any) -> None:
    if not isinstance(record, dict):
        raise Invalid("it is no JSON object")
    if record.get("version") != VERSION:
        raise Invalid(f"the other side speaks version {record.get('version')} of the protocol, not {VERSION}")


def _value(record: Record, name: str, kind: Any) -> Any:
    value = record.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and bool not in (kind, *get_args(kind))):
        raise Invalid(f"{name} is missing or of the wrong type")
    return value


def _texts(record: Record, name: str) -> tuple[str, ...]:
    values: Sequence[object] = _value(record, name, list)
    if not all(isinstance(value, str) for value in values):
        raise Invalid(f"{name} is missing or of the wrong type")
    return tuple(str(value) for value in values)
