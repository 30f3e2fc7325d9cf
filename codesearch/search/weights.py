"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 1.41,
    "dense_relative": 2.01,
    "lexical": 0.00,
    "lexical_relative": 0.00,
    "file_dense": 0.98,
    "file_lexical": 0.00,
    "coherence": 0.84,
    "stem_recall": 0.09,
    "stem_precision": 1.79,
    "folder_recall": 0.42,
    "name_recall": 0.08,
    "name_precision": 0.51,
    "path_recall": 1.50,
    "file_coverage": 2.05,
    "chunk_coverage": 0.99,
    "file_size": 1.44,
    "popularity": 0.58,
    "is_file_chunk": 0.74,
    "is_type": -0.32,
    "is_declaration": -0.95,
    "kind_asked": 0.00,
    "test_code": -0.28,
    "owner_recall": 0.00,
    "defines_symbol": 0.77,
    "defines_type": 0.00,
    "owner_is_asked": 0.10,
    "stem_is_symbol": 0.82,
    "location": 3.44,
    "test": -3.37,
    "example": -1.12,
    "benchmark": -1.06,
    "documentation": -2.83,
    "legacy": -0.64,
    "generated": -0.64,
    "declaration": -0.30,
    "reexport": -0.99,
}

_IDENTIFIER: Mapping[str, float] = {
    "dense": 0.31,
    "dense_relative": 0.00,
    "lexical": 0.00,
    "lexical_relative": 0.22,
    "file_dense": 0.00,
    "file_lexical": 0.00,
    "coherence": 0.04,
    "stem_recall": 0.00,
    "stem_precision": 2.33,
    "folder_recall": 0.70,
    "name_recall": 0.13,
    "name_precision": 0.22,
    "path_recall": 0.00,
    "file_coverage": 0.00,
    "chunk_coverage": 1.30,
    "file_size": -0.05,
    "popularity": -0.57,
    "is_file_chunk": 2.03,
    "is_type": 1.27,
    "is_declaration": -0.00,
    "kind_asked": 0.18,
    "test_code": -0.52,
    "owner_recall": 0.17,
    "defines_symbol": 2.54,
    "defines_type": 2.22,
    "owner_is_asked": 0.50,
    "stem_is_symbol": 1.99,
    "location": 2.95,
    "test": -0.99,
    "example": -0.74,
    "benchmark": -0.74,
    "documentation": -1.29,
    "legacy": -0.55,
    "generated": -0.55,
    "declaration": -0.26,
    "reexport": -0.95,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: _IDENTIFIER,
}

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -8.30,
    QuestionKind.MIXED: -8.30,
    QuestionKind.IDENTIFIER: -8.28,
}
