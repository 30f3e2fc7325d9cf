"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal."""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 4.0,
    "dense_relative": 4.0,
    "lexical": 2.0,
    "lexical_relative": 3.0,
    "file_dense": 1.0,
    "file_lexical": 1.0,
    "coherence": 1.5,
    "stem_recall": 3.0,
    "stem_precision": 1.0,
    "folder_recall": 0.5,
    "name_recall": 1.0,
    "name_precision": 0.3,
    "path_recall": 0.5,
    "file_coverage": 1.0,
    "chunk_coverage": 0.5,
    "file_size": 0.5,
    "popularity": 0.0,
    "is_file_chunk": 0.0,
    "is_type": 0.0,
    "is_declaration": 0.0,
    "kind_asked": 0.5,
    "test_code": -1.5,
    "owner_recall": 0.5,
    "defines_symbol": 4.0,
    "defines_type": 0.5,
    "owner_is_asked": 1.0,
    "stem_is_symbol": 1.0,
    "location": 8.0,
    "test": -2.5,
    "example": -2.0,
    "benchmark": -2.0,
    "documentation": -2.0,
    "legacy": -1.5,
    "generated": -1.5,
    "declaration": -0.7,
    "reexport": -0.7,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: {
        **_PROSE,
        "dense_relative": 2.0,
        "lexical_relative": 4.0,
        "defines_symbol": 8.0,
    },
}

INTERCEPT: Mapping[QuestionKind, float] = dict.fromkeys(QuestionKind, -10.0)
