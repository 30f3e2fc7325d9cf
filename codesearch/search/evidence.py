"""What a question and its candidates say, computed once for all signals that need it."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from codesearch.index.terms import words
from codesearch.search.candidates import Candidates, name_keys
from codesearch.search.matching import WordMatcher
from codesearch.search.question import Question
from codesearch.search.roles import Role, asked_roles, role_of

Values = npt.NDArray[np.float32]

FRONT_STEMS = frozenset("mod index __init__ lib main init".split())
"""Stems of files that stand for their folder."""


class Evidence:
    """A question and its candidates, with what several signals share. Arrays have one entry a candidate."""

    def __init__(self, question: Question, candidates: Candidates) -> None:
        self.question = question
        self.candidates = candidates
        self.chunks = candidates.chunks
        self.matcher = WordMatcher(candidates.term_weights)
        self.paths = candidates.paths
        self.file = candidates.file

    def per_file(self, values: list[float]) -> Values:
        """One value a file → one a candidate."""
        return np.asarray(values, np.float32)[self.file]

    @cached_property
    def stems(self) -> list[tuple[float, float]]:
        """Recall and precision of each file's stem."""
        return [self.matcher.recall_precision(stem_words(path)) for path in self.paths]

    @cached_property
    def names(self) -> list[tuple[float, float]]:
        """Recall and precision of each candidate's own name."""
        match = self.matcher.recall_precision
        return [match(words_of(chunk.name)) if chunk.kind != "file" else (0.0, 0.0) for chunk in self.chunks]

    @cached_property
    def roles(self) -> list[Role]:
        """The role of each file."""
        return [role_of(path) for path in self.paths]

    @cached_property
    def asked_roles(self) -> frozenset[Role]:
        """The roles of files that the question asks for themselves."""
        return asked_roles(self.question.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Normalised names that the question asks for."""
        return frozenset(name_keys(self.question))


def rank_in_file(values: npt.NDArray[np.floating], file: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many candidates of the same file have a higher value, one entry a candidate; equals count in their order."""
    order = np.lexsort((-values, file))
    starts = np.flatnonzero(np.diff(file[order], prepend=-1))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return rank


@lru_cache(maxsize=1 << 16)
def words_of(name: str) -> tuple[str, ...]:
    """Distinct words of a name."""
    return words(name)


@lru_cache(maxsize=1 << 14)
def stem_of(path: str) -> str:
    """The name that a file goes by: its folder's where its own says nothing (`routing/mod.rs`)."""
    file = PurePosixPath(path)
    stem = file.name.removesuffix(file.suffix) or file.name
    return file.parent.name if stem in FRONT_STEMS and file.parent.name else stem


def stem_words(path: str) -> tuple[str, ...]:
    """Words of the name that a file goes by."""
    return words_of(stem_of(path))


@lru_cache(maxsize=1 << 14)
def folder_words(path: str) -> tuple[str, ...]:
    """Words of the last two folders."""
    return words_of(" ".join(PurePosixPath(path).parts[-3:-1]))
