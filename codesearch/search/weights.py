"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 1.85,
    "dense_relative": 1.97,
    "lexical": 0.00,
    "lexical_relative": 0.27,
    "file_dense": 0.80,
    "file_meaning": 0.00,
    "file_words": 0.00,
    "file_frequency": 0.00,
    "file_lexical": 0.00,
    "coherence": 1.00,
    "stem_recall": 0.87,
    "stem_precision": 1.68,
    "stem_rarity": 0.00,
    "folder_recall": 0.57,
    "name_recall": 0.00,
    "name_precision": 0.04,
    "path_recall": 0.82,
    "file_coverage": 1.86,
    "chunk_coverage": 0.67,
    "file_size": 0.88,
    "shallow": 0.00,
    "short_stem": 0.00,
    "popularity": 0.00,
    "is_file_chunk": 0.00,
    "is_type": 0.00,
    "is_declaration": 0.00,
    "kind_asked": 0.00,
    "test_code": -0.46,
    "owner_recall": 0.00,
    "defines_symbol": 1.20,
    "defines_type": 0.00,
    "owner_is_asked": 0.01,
    "stem_is_symbol": 0.77,
    "location": 5.26,
    "test": -3.02,
    "example": -1.46,
    "benchmark": -1.41,
    "documentation": -2.82,
    "legacy": -0.99,
    "generated": -0.99,
    "declaration": -0.46,
    "reexport": -0.89,
}

_IDENTIFIER: Mapping[str, float] = {
    "dense": 0.99,
    "dense_relative": 0.00,
    "lexical": 0.00,
    "lexical_relative": 0.10,
    "file_dense": 0.00,
    "file_meaning": 0.00,
    "file_words": 0.00,
    "file_frequency": 0.00,
    "file_lexical": 0.00,
    "coherence": 0.31,
    "stem_recall": 0.58,
    "stem_precision": 2.15,
    "stem_rarity": 0.00,
    "folder_recall": 0.43,
    "name_recall": 0.00,
    "name_precision": 0.26,
    "path_recall": 0.00,
    "file_coverage": 0.00,
    "chunk_coverage": 1.60,
    "file_size": -0.51,
    "shallow": 0.00,
    "short_stem": 0.00,
    "popularity": 0.00,
    "is_file_chunk": 0.00,
    "is_type": 0.00,
    "is_declaration": 0.00,
    "kind_asked": 0.28,
    "test_code": 0.00,
    "owner_recall": 0.28,
    "defines_symbol": 2.81,
    "defines_type": 1.36,
    "owner_is_asked": 0.47,
    "stem_is_symbol": 1.88,
    "location": 4.51,
    "test": -1.19,
    "example": -1.13,
    "benchmark": -1.13,
    "documentation": -1.35,
    "legacy": -0.85,
    "generated": -0.85,
    "declaration": -0.39,
    "reexport": -0.79,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: _IDENTIFIER,
}

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -7.62,
    QuestionKind.MIXED: -7.62,
    QuestionKind.IDENTIFIER: -7.50,
}
