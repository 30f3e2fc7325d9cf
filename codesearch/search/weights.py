"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.

Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.search.question import QuestionKind

_PROSE: Mapping[str, float] = {
    "dense": 2.50,
    "dense_relative": 1.95,
    "lexical": 0.63,
    "lexical_relative": 0.39,
    "file_dense": 0.06,
    "file_meaning": 1.39,
    "file_words": 0.91,
    "file_frequency": 0.31,
    "coherence": 0.40,
    "stem_recall": 0.74,
    "stem_precision": 0.63,
    "stem_rarity": 0.64,
    "folder_recall": 0.37,
    "name_recall": 0.15,
    "name_precision": 0.44,
    "path_recall": 0.62,
    "file_coverage": 0.30,
    "chunk_coverage": 1.21,
    "file_size": 0.72,
    "shallow": 0.56,
    "short_stem": 2.10,
    "popularity": 0.00,
    "verbatim": 3.00,
    "is_type": 0.00,
    "remainder": -0.27,
    "length": 0.00,
    "test_code": -0.90,
    "owner_recall": 0.15,
    "defines_symbol": 0.59,
    "defines_type": 0.00,
    "owner_is_asked": 0.54,
    "stem_is_symbol": 1.06,
    "location": 4.51,
    "other_language": -1.00,
    "converts": 1.00,
    "converts_back": -3.00,
    "test": -4.04,
    "example": -1.88,
    "benchmark": -1.31,
    "documentation": -3.73,
    "legacy": -0.98,
    "generated": -0.94,
    "declaration": -1.00,
    "configuration": -1.39,
    "reexport": -0.53,
}

_PROSE_WITHIN_FILE: Mapping[str, float] = {
    "lexical_relative": 0.61,
    "is_type": -0.81,
    "remainder": -0.57,
    "length": 2.37,
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
    "verbatim": 0.00,
    "is_type": 0.14,
    "remainder": 0.00,
    "length": 0.00,
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
"""For all candidates of a question."""

WITHIN_FILE: Mapping[QuestionKind, Mapping[str, float]] = {
    QuestionKind.PROSE: _PROSE_WITHIN_FILE,
    QuestionKind.MIXED: _PROSE_WITHIN_FILE,
    QuestionKind.IDENTIFIER: {},
}
"""Added to order the chunks of one file; see codesearch.search.rank.order_within_files."""

INTERCEPT: Mapping[QuestionKind, float] = {
    QuestionKind.PROSE: -9.75,
    QuestionKind.MIXED: -9.75,
    QuestionKind.IDENTIFIER: -10.79,
}
