"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 2.07,
    "dense_relative": 1.98,
    "lexical": 0.41,
    "lexical_relative": 0.29,
    "file_dense": 0.06,
    "file_meaning": 1.13,
    "file_words": 1.01,
    "file_frequency": 0.09,
    "file_lexical": 0.00,
    "coherence": 0.35,
    "stem_recall": 0.97,
    "stem_precision": 0.94,
    "stem_rarity": 0.00,
    "folder_recall": 0.80,
    "name_recall": 0.43,
    "name_precision": 0.26,
    "path_recall": 0.72,
    "file_coverage": 0.57,
    "chunk_coverage": 1.24,
    "file_size": 0.34,
    "shallow": 1.59,
    "short_stem": 1.49,
    "popularity": 0.29,
    "is_file_chunk": 0.00,
    "is_type": 0.00,
    "is_declaration": 0.00,
    "kind_asked": 0.00,
    "test_code": -0.72,
    "owner_recall": 0.11,
    "defines_symbol": 0.93,
    "defines_type": 0.00,
    "owner_is_asked": 0.36,
    "stem_is_symbol": 0.54,
    "location": 4.75,
    "test": -3.07,
    "example": -0.91,
    "benchmark": -1.27,
    "documentation": -2.95,
    "legacy": -0.90,
    "generated": -0.89,
    "declaration": -0.45,
    "reexport": -0.73,
}

_IDENTIFIER: Mapping[str, float] = {
    "dense": 1.31,
    "dense_relative": 0.00,
    "lexical": 0.00,
    "lexical_relative": 0.45,
    "file_dense": 0.00,
    "file_meaning": 0.00,
    "file_words": 1.06,
    "file_frequency": 0.00,
    "file_lexical": 0.00,
    "coherence": 0.77,
    "stem_recall": 0.91,
    "stem_precision": 1.68,
    "stem_rarity": 0.35,
    "folder_recall": 0.40,
    "name_recall": 0.00,
    "name_precision": 0.00,
    "path_recall": 0.00,
    "file_coverage": 0.00,
    "chunk_coverage": 1.59,
    "file_size": -0.77,
    "shallow": 0.00,
    "short_stem": 1.55,
    "popularity": 0.01,
    "is_file_chunk": 0.16,
    "is_type": 0.49,
    "is_declaration": 0.00,
    "kind_asked": 0.29,
    "test_code": 0.00,
    "owner_recall": 0.13,
    "defines_symbol": 3.33,
    "defines_type": 0.81,
    "owner_is_asked": 0.46,
    "stem_is_symbol": 1.42,
    "location": 4.68,
    "test": -1.20,
    "example": -1.17,
    "benchmark": -1.17,
    "documentation": -1.27,
    "legacy": -0.88,
    "generated": -0.88,
    "declaration": -0.41,
    "reexport": -0.79,
}

WEIGHTS: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE,
    QuestionKind.MIXED: _PROSE,
    QuestionKind.IDENTIFIER: _IDENTIFIER,
}

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -10.13,
    QuestionKind.MIXED: -10.13,
    QuestionKind.IDENTIFIER: -9.57,
}
