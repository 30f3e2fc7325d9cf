"""Evaluate an encoder on held-out pairs: each question is ranked against a pool of code, one of which answers it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codesearch.index.bm25 import idf, saturated
from codesearch.index.terms import terms
from codesearch.models.encoder import Encoder
from codesearch.training.extraction import HeldOutPair

POOL = 5_000
"""Maximum code texts per pool."""
QUESTIONS = 1_000
"""Maximum questions per language."""
CUTOFF = 10
MIN_QUESTIONS = 20
"""Languages with fewer questions are not evaluated."""
_KINDS = ("documentation", "heading", "comment", "test", "name")
"""The order in which pairs fill a pool: those most like real questions first."""
_RESAMPLED = 2_000

Ranks = npt.NDArray[np.int64]
"""[questions]: the rank of the right code, from 1."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Questions of a language. Question i is answered by codes[i]; all other codes are wrong."""

    language: str
    questions: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """MRR@10 and recall@10 of one system in one language."""

    mrr: float
    recall: float

    @classmethod
    def of(cls, ranks: Ranks) -> Score:
        """The scores that these ranks give."""
        return cls(float(reciprocal_ranks(ranks).mean()), float((ranks <= CUTOFF).mean()))


@dataclass(frozen=True, slots=True)
class Gain:
    """A difference in MRR@10 with its 95 % interval, by a paired bootstrap over questions (Efron 1979)."""

    mean: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        """Whether the gain is significantly above 0."""
        return self.low > 0


def make_pools(
    held_out: Sequence[HeldOutPair], seed: int, max_codes: int = POOL, max_questions: int = QUESTIONS
) -> list[Pool]:
    """A pool for each language with enough questions. Duplicate questions and codes are dropped."""
    by_language: defaultdict[str, list[HeldOutPair]] = defaultdict(list)
    for held in held_out:
        if held.pair.kind in _KINDS:
            by_language[held.language].append(held)
    generator = np.random.default_rng(seed)
    found = []
    for language, pairs in sorted(by_language.items()):
        shuffled = [pairs[i] for i in generator.permutation(len(pairs)).tolist()]
        shuffled.sort(key=lambda held: _KINDS.index(held.pair.kind))
        codes: dict[str, str] = {}
        for held in shuffled:
            if held.pair.code not in codes and held.pair.question not in codes.values():
                codes[held.pair.code] = held.pair.question
            if len(codes) == max_codes:
                break
        questions = tuple(codes.values())[:max_questions]
        if len(questions) >= MIN_QUESTIONS:
            found.append(Pool(language, questions, tuple(codes)))
    return found


def encoder_ranks(encoder: Encoder, pool: Pool) -> Ranks:
    """The ranks by cosine."""
    codes = encoder.encode_documents(pool.codes)
    questions = np.stack([encoder.encode_query(question) for question in pool.questions])
    return _ranks(questions @ codes.T)


def bm25_ranks(pool: Pool) -> Ranks:
    """The ranks by BM25 over the index's terms."""
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    counts = _term_counts(pool.codes, numbers)
    question_counts = _term_counts(pool.questions, numbers)
    lengths = np.asarray(counts.sum(1)).ravel()
    counts.resize(len(pool.codes), len(numbers))
    question_counts.data[:] = 1.0
    frequencies = np.bincount(counts.indices, minlength=len(numbers))
    rarity = np.asarray([idf(len(pool.codes), frequency) for frequency in frequencies.tolist()])
    rows = np.repeat(np.arange(len(lengths)), np.diff(counts.indptr))
    shares = saturated(counts.data, rows, lengths, max(lengths.mean(), 1.0))
    impacts = csr_matrix((shares * rarity[counts.indices], counts.indices, counts.indptr), shape=counts.shape)
    return _ranks(np.asarray((question_counts @ impacts.T).todense()))


def reciprocal_ranks(ranks: Ranks) -> npt.NDArray[np.float64]:
    """1 / rank, or 0 beyond the cutoff."""
    return np.asarray(np.where(ranks <= CUTOFF, 1 / ranks, 0.0), np.float64)


def gain(before: Mapping[str, Ranks], after: Mapping[str, Ranks], seed: int) -> Gain:
    """The gain of `after` over `before` on the same questions, which count equally in all languages."""
    differences = np.concatenate([reciprocal_ranks(after[name]) - reciprocal_ranks(before[name]) for name in before])
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, len(differences), (_RESAMPLED, len(differences)))
    low, high = np.quantile(differences[drawn].mean(1), (0.025, 0.975))
    return Gain(float(differences.mean()), float(low), float(high))


def _ranks(scores: npt.NDArray[np.float32]) -> Ranks:
    """Ties count against the right code, so that a system without any preference does not benefit from the order."""
    right = scores[np.arange(len(scores)), np.arange(len(scores))]
    return np.asarray((scores >= right[:, None]).sum(1), np.int64)


def _term_counts(texts: Sequence[str], numbers: dict[str, int]):  # type: ignore[no-untyped-def]
    from scipy.sparse import csr_matrix

    indices: list[int] = []
    offsets = [0]
    for text in texts:
        indices.extend(numbers.setdefault(term, len(numbers)) for term in terms(text))
        offsets.append(len(indices))
    matrix = csr_matrix((np.ones(len(indices)), indices, offsets), shape=(len(texts), max(len(numbers), 1)))
    matrix.sum_duplicates()
    return matrix
