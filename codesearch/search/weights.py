"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 2.00,
    "dense_relative": 1.95,
    "lexical": 0.42,
    "lexical_relative": 0.39,
    "file_dense": 0.05,
    "file_meaning": 1.11,
    "file_words": 0.73,
    "file_frequency": 0.37,
    "coherence": 0.40,
    "stem_recall": 1.09,
    "stem_precision": 0.48,
    "stem_rarity": 0.58,
    "folder_recall": 0.66,
    "name_recall": 0.00,
    "name_precision": 0.44,
    "path_recall": 0.92,
    "file_coverage": 0.51,
    "chunk_coverage": 0.97,
    "file_size": 0.80,
    "shallow": 0.69,
    "short_stem": 1.91,
    "popularity": 0.22,
    "is_type": 0.00,
    "test_code": -0.72,
    "owner_recall": 0.01,
    "defines_symbol": 0.97,
    "defines_type": 0.00,
    "owner_is_asked": 0.52,
    "stem_is_symbol": 0.68,
    "location": 5.01,
    "other_language": -1.00,
    "test": -2.94,
    "example": -1.67,
    "benchmark": -1.31,
    "documentation": -3.39,
    "legacy": -0.98,
    "generated": -0.94,
    "declaration": -0.67,
    "configuration": -1.26,
    "reexport": -0.47,
}

_IDENTIFIER: Mapping[str, float] = {
    "dense": 1.88,
    "dense_relative": 0.26,
    "lexical": 0.00,
    "lexical_relative": 0.84,
    "file_dense": 0.00,
    "file_meaning": 0.02,
    "file_words": 0.85,
    "file_frequency": 0.00,
    "coherence": 1.78,
    "stem_recall": 0.52,
    "stem_precision": 1.67,
    "stem_rarity": 0.44,
    "folder_recall": 0.60,
    "name_recall": 0.00,
    "name_precision": 0.00,
    "path_recall": 0.00,
    "file_coverage": 0.00,
    "chunk_coverage": 1.19,
    "file_size": 0.28,
    "shallow": 0.00,
    "short_stem": 1.99,
    "popularity": 0.07,
    "is_type": 0.14,
    "test_code": -0.15,
    "owner_recall": 0.07,
    "defines_symbol": 3.15,
    "defines_type": 0.06,
    "owner_is_asked": 1.32,
    "stem_is_symbol": 0.45,
    "location": 5.62,
    "other_language": -1.00,
    "test": -1.98,
    "example": -1.46,
    "benchmark": -1.41,
    "documentation": -2.24,
    "legacy": -1.05,
    "generated": -1.05,
    "declaration": -0.57,
    "configuration": -0.71,
    "reexport": -0.80,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: _IDENTIFIER,
}

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -9.75,
    QuestionKind.MIXED: -9.75,
    QuestionKind.IDENTIFIER: -10.79,
}
