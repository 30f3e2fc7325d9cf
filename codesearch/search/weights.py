"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned on questions with answers in many repositories; see benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 1.96,
    "dense_relative": 2.05,
    "lexical": 0.16,
    "lexical_relative": 0.12,
    "file_dense": 0.88,
    "file_lexical": 0.01,
    "coherence": 0.89,
    "stem_recall": 0.94,
    "stem_precision": 1.71,
    "folder_recall": 0.48,
    "name_recall": 0.25,
    "name_precision": 0.46,
    "path_recall": 0.86,
    "file_coverage": 1.81,
    "chunk_coverage": 0.73,
    "file_size": 1.38,
    "popularity": 0.50,
    "is_file_chunk": 0.88,
    "is_type": -0.30,
    "is_declaration": -0.71,
    "kind_asked": 0.00,
    "test_code": -0.35,
    "owner_recall": 0.13,
    "defines_symbol": 0.95,
    "defines_type": 0.00,
    "owner_is_asked": 0.44,
    "stem_is_symbol": 0.74,
    "location": 5.24,
    "test": -3.17,
    "example": -1.43,
    "benchmark": -1.42,
    "documentation": -2.68,
    "legacy": -0.98,
    "generated": -0.98,
    "declaration": -0.46,
    "reexport": -0.93,
}

_IDENTIFIER: Mapping[str, float] = {
    "dense": 1.11,
    "dense_relative": 0.00,
    "lexical": 0.00,
    "lexical_relative": 0.53,
    "file_dense": 0.00,
    "file_lexical": 0.00,
    "coherence": 0.25,
    "stem_recall": 0.03,
    "stem_precision": 2.10,
    "folder_recall": 0.65,
    "name_recall": 0.00,
    "name_precision": 0.00,
    "path_recall": 0.00,
    "file_coverage": 0.00,
    "chunk_coverage": 0.95,
    "file_size": 0.28,
    "popularity": -1.01,
    "is_file_chunk": 2.21,
    "is_type": 1.25,
    "is_declaration": -0.00,
    "kind_asked": 0.31,
    "test_code": -0.87,
    "owner_recall": 0.26,
    "defines_symbol": 3.54,
    "defines_type": 1.80,
    "owner_is_asked": 0.62,
    "stem_is_symbol": 1.90,
    "location": 4.96,
    "test": -1.57,
    "example": -1.24,
    "benchmark": -1.24,
    "documentation": -1.65,
    "legacy": -0.93,
    "generated": -0.93,
    "declaration": -0.43,
    "reexport": -0.85,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: _IDENTIFIER,
}

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -8.42,
    QuestionKind.MIXED: -8.42,
    QuestionKind.IDENTIFIER: -8.82,
}
