"""What an encoder is worth: each held-out question is asked of a pool of held-out code, one of which is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codesearch.index.bm25 import idf, saturated
from codesearch.index.terms import terms
from codesearch.models.encoder import Encoder
from codesearch.training.cut import HeldOutPair

POOL = 5_000
"""Codes of a pool at most."""
QUESTIONS = 1_000
"""Questions of a language at most."""
CUTOFF = 10
FEWEST = 20
"""Languages with fewer questions aren't measured."""
_KINDS = ("documentation", "heading", "comment", "test", "name")
"""The order in which pairs are taken into a pool: the likest to real questions first."""
_RESAMPLED = 2_000

Ranks = npt.NDArray[np.int64]
"""For each question the place of the right code, counted from 1."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Questions of a language; question i is answered by codes[i], the other codes are wrong."""

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
        """The scores of ranks."""
        return cls(float(reciprocal(ranks).mean()), float((ranks <= CUTOFF).mean()))


@dataclass(frozen=True, slots=True)
class Gain:
    """A difference of MRR@10 with its 95 % interval, by a paired bootstrap over questions (Efron 1979)."""

    mean: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether it is larger than chance."""
        return self.low > 0


def pools(held_out: Sequence[HeldOutPair], seed: int, most: int = POOL, asked: int = QUESTIONS) -> list[Pool]:
    """A pool of at most `most` codes and `asked` questions for each language; equal ones come once."""
    by_language: defaultdict[str, list[HeldOutPair]] = defaultdict(list)
    for one in held_out:
        if one.pair.kind in _KINDS:
            by_language[one.language].append(one)
    generator = np.random.default_rng(seed)
    found = []
    for language, own in sorted(by_language.items()):
        shuffled = [own[i] for i in generator.permutation(len(own)).tolist()]
        shuffled.sort(key=lambda one: _KINDS.index(one.pair.kind))
        codes: dict[str, str] = {}
        for one in shuffled:
            if one.pair.code not in codes and one.pair.question not in codes.values():
                codes[one.pair.code] = one.pair.question
            if len(codes) == most:
                break
        questions = tuple(codes.values())[:asked]
        if len(questions) >= FEWEST:
            found.append(Pool(language, questions, tuple(codes)))
    return found


def encoder_ranks(encoder: Encoder, pool: Pool) -> Ranks:
    """Ranks by cosine."""
    codes = encoder.encode_documents(pool.codes)
    questions = np.stack([encoder.encode_query(question) for question in pool.questions])
    return _ranks(questions @ codes.T)


def bm25_ranks(pool: Pool) -> Ranks:
    """Ranks by BM25 over the words that the index uses."""
    from scipy.sparse import csr_matrix

    numbers: dict[str, int] = {}
    counts = _term_counts(pool.codes, numbers)
    asked = _term_counts(pool.questions, numbers)
    lengths = np.asarray(counts.sum(1)).ravel()
    counts.resize(len(pool.codes), len(numbers))
    asked.data[:] = 1.0
    held_by = np.bincount(counts.indices, minlength=len(numbers))
    rarity = np.asarray([idf(len(pool.codes), frequency) for frequency in held_by.tolist()])
    rows = np.repeat(np.arange(len(lengths)), np.diff(counts.indptr))
    shares = saturated(counts.data, rows, lengths, max(lengths.mean(), 1.0))
    impacts = csr_matrix((shares * rarity[counts.indices], counts.indices, counts.indptr), shape=counts.shape)
    return _ranks(np.asarray((asked @ impacts.T).todense()))


def reciprocal(ranks: Ranks) -> npt.NDArray[np.float64]:
    """1 / rank, 0 beyond the cutoff."""
    return np.asarray(np.where(ranks <= CUTOFF, 1 / ranks, 0.0), np.float64)


def gain(before: Mapping[str, Ranks], after: Mapping[str, Ranks], seed: int) -> Gain:
    """How much better `after` is than `before` on the same questions, all languages' questions alike."""
    differences = np.concatenate([reciprocal(after[name]) - reciprocal(before[name]) for name in before])
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, len(differences), (_RESAMPLED, len(differences)))
    low, high = np.quantile(differences[drawn].mean(1), (0.025, 0.975))
    return Gain(float(differences.mean()), float(low), float(high))


def _ranks(scores: npt.NDArray[np.float32]) -> Ranks:
    """Ties count against the right code: a system that can't tell must not win by order."""
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
