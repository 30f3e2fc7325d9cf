"""Values derived from a question and its candidates that several signals share, computed once."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from codesearch.index.terms import words
from codesearch.search.candidates import Candidates, name_keys
from codesearch.search.matching import WordMatcher
from codesearch.search.question import Question
from codesearch.search.roles import Role, requested_roles, role_of

Values = npt.NDArray[np.float32]

FRONT_STEMS = frozenset("mod index __init__ lib main init".split())
"""Stems of files that are named by their folder (`routing/mod.rs`)."""


class Evidence:
    """A question, its candidates and values derived from them. Arrays have one entry per candidate."""

    def __init__(self, question: Question, candidates: Candidates) -> None:
        self.question = question
        self.candidates = candidates
        self.chunks = candidates.chunks
        self.matcher = WordMatcher(candidates.term_weights)
        self.paths = candidates.paths
        self.file = candidates.file

    def per_file(self, values: list[float]) -> Values:
        """Expand one value per file to one value per candidate."""
        return np.asarray(values, np.float32)[self.file]

    @cached_property
    def stem_words(self) -> list[tuple[str, ...]]:
        """The words of each file's stem."""
        return [stem_words(path) for path in self.paths]

    @cached_property
    def stems(self) -> list[tuple[float, float]]:
        """(recall, precision) of each file's stem; see WordMatcher.recall_precision."""
        return list(map(self.matcher.recall_precision, self.stem_words))

    @cached_property
    def names(self) -> list[tuple[float, float]]:
        """(recall, precision) of each candidate's name; (0, 0) for whole files."""
        match = self.matcher.recall_precision
        return [match(words_of(chunk.name)) if chunk.kind != "file" else (0.0, 0.0) for chunk in self.chunks]

    @cached_property
    def roles(self) -> list[Role]:
        """The role of each file."""
        return [role_of(path) for path in self.paths]

    @cached_property
    def requested_roles(self) -> frozenset[Role]:
        """The roles that the question explicitly asks for."""
        return requested_roles(self.question.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The normalised names of the question's symbols, without one that may be prose."""
        question = self.question
        return frozenset(name_keys(question._replace(symbol=None) if question.may_be_prose else question))


def rank_in_file(values: npt.NDArray[np.floating], file: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each candidate, its 0-based rank by value among the candidates of its file; ties keep their order."""
    order = np.lexsort((-values, file))
    by_file = file[order]
    places = np.arange(len(order))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = by_file[1:] != by_file[:-1]
    rank = np.empty(len(order), np.int64)
    rank[order] = places - np.maximum.accumulate(places * is_first)
    return rank


@lru_cache(maxsize=1 << 16)
def words_of(name: str) -> tuple[str, ...]:
    """The distinct words of a name."""
    return words(name)


@lru_cache(maxsize=1 << 14)
def stem_of(path: str) -> str:
    """A file's stem, or its folder's name if the stem is one of FRONT_STEMS."""
    file = PurePosixPath(path)
    stem = file.name.removesuffix(file.suffix) or file.name
    return file.parent.name if stem in FRONT_STEMS and file.parent.name else stem


def stem_words(path: str) -> tuple[str, ...]:
    """The words of `stem_of` a path."""
    return words_of(stem_of(path))


@lru_cache(maxsize=1 << 14)
def folder_words(path: str) -> tuple[str, ...]:
    """The words of a path's last two folders."""
    return words_of(" ".join(PurePosixPath(path).parts[-3:-1]))
