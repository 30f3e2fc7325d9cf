"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 2.04,
    "dense_relative": 1.88,
    "lexical": 0.39,
    "lexical_relative": 0.41,
    "file_dense": 0.17,
    "file_meaning": 1.24,
    "file_words": 0.84,
    "file_frequency": 0.34,
    "coherence": 0.37,
    "stem_recall": 1.12,
    "stem_precision": 0.76,
    "stem_rarity": 0.39,
    "folder_recall": 0.77,
    "name_recall": 0.23,
    "name_precision": 0.33,
    "path_recall": 1.10,
    "file_coverage": 0.57,
    "chunk_coverage": 0.78,
    "file_size": 0.77,
    "shallow": 1.13,
    "short_stem": 1.93,
    "popularity": 0.26,
    "is_type": 0.00,
    "test_code": -0.84,
    "owner_recall": 0.18,
    "defines_symbol": 1.02,
    "defines_type": 0.00,
    "owner_is_asked": 0.45,
    "stem_is_symbol": 0.72,
    "location": 5.07,
    "test": -2.97,
    "example": -1.81,
    "benchmark": -1.36,
    "documentation": -3.54,
    "legacy": -0.96,
    "generated": -0.95,
    "declaration": -0.67,
    "configuration": -1.27,
    "reexport": -0.51,
}

_IDENTIFIER: Mapping[str, float] = {
    "dense": 2.09,
    "dense_relative": 0.25,
    "lexical": 0.00,
    "lexical_relative": 0.78,
    "file_dense": 0.00,
    "file_meaning": 0.24,
    "file_words": 0.83,
    "file_frequency": 0.00,
    "coherence": 1.20,
    "stem_recall": 0.26,
    "stem_precision": 1.74,
    "stem_rarity": 0.53,
    "folder_recall": 0.53,
    "name_recall": 0.00,
    "name_precision": 0.00,
    "path_recall": 0.00,
    "file_coverage": 0.00,
    "chunk_coverage": 1.17,
    "file_size": 0.24,
    "shallow": 0.00,
    "short_stem": 1.95,
    "popularity": 0.05,
    "is_type": 0.26,
    "test_code": -0.14,
    "owner_recall": 1.34,
    "defines_symbol": 3.22,
    "defines_type": 0.26,
    "owner_is_asked": 1.07,
    "stem_is_symbol": 0.50,
    "location": 5.31,
    "test": -2.10,
    "example": -1.37,
    "benchmark": -1.33,
    "documentation": -2.42,
    "legacy": -1.00,
    "generated": -1.00,
    "declaration": -0.48,
    "configuration": -0.67,
    "reexport": -0.75,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: _IDENTIFIER,
}

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -10.33,
    QuestionKind.MIXED: -10.33,
    QuestionKind.IDENTIFIER: -10.87,
}
