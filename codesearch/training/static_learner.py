"""The Learner of a static encoder, in numpy on one thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.errors import CodesearchError
from codesearch.models.static import StaticEncoder
from codesearch.training.adam import Adam
from codesearch.training.corpus import Bags, Corpus
from codesearch.training.learner import PairGroup, Rows
from codesearch.training.network import Network, Table
from codesearch.training.pairs import PAIR_KINDS, SHARES
from codesearch.training.start import initial_table
from codesearch.training.static_model import write_model
from codesearch.training.teacher import MIN_QUESTIONS, TeacherVectors, bags_of
from codesearch.training.trainer import TrainingConfig
from codesearch.training.vocabulary import to_tokens, tokenise, with_language, with_prefixes

TEACHER_BATCH = 1024
TEACHER_WEIGHT = 0.5
"""Of the teacher's gradient beside that of the pairs; see docs/training.md."""


@dataclass(frozen=True, slots=True)
class TokenPairs:
    """A group of pairs as bags of tokens, and the share of them that each epoch samples."""

    questions: Bags
    codes: Bags
    share: float = 1.0

    def __len__(self) -> int:
        return len(self.questions)


class StaticLearner:
    """See Learner."""

    def __init__(
        self,
        network: Network,
        vocabulary: Sequence[str],
        pairs: Sequence[TokenPairs],
        recipe: TrainingConfig,
        taught: TeacherVectors | None = None,
    ) -> None:
        self.network = network
        self.groups: Sequence[PairGroup] = [PairGroup(len(group), group.share) for group in pairs]
        self.tokens = len(vocabulary)
        self._vocabulary, self._pairs, self._recipe = vocabulary, pairs, recipe
        self._taught = taught.vectors if taught and len(taught.questions) >= MIN_QUESTIONS else None
        ids = dict(zip(vocabulary, count(), strict=False))
        self._taught_questions = bags_of(taught.questions if taught else (), ids)
        self._start = deepcopy(network) if recipe.keep else network
        self._adam = Adam(network.parameters, recipe.betas)

    @classmethod
    def from_base(
        cls,
        base: StaticEncoder,
        vocabulary: Sequence[str],
        corpus: Corpus,
        recipe: TrainingConfig,
        taught: TeacherVectors | None = None,
    ) -> StaticLearner:
        """A learner that starts from the weights of `base`, with its own or another vocabulary."""
        network = Network.from_base(initial_table(base, vocabulary), base, recipe.seed)
        return cls(network, vocabulary, _pairs_in(corpus, vocabulary, recipe.seed), recipe, taught)

    def learn(self, number: int, group: int, rows: Rows, rate: float) -> float:
        """See Learner."""
        pairs = self._pairs[group]
        questions, codes = pairs.questions.take(rows), pairs.codes.take(rows)
        loss, gradients = self.network.loss(questions, codes, self._recipe.temperature)
        if self._taught is not None:
            for gradient, taught in zip(gradients, self._distil(number, self._taught), strict=True):
                gradient += np.float32(TEACHER_WEIGHT) * taught
        parameters = self.network.parameters
        rates = [rate] + [rate * self._recipe.head_rate] * (len(parameters) - 1)
        self._adam.step(number, parameters, gradients, rates)
        return loss

    def _distil(self, number: int, vectors: npt.NDArray[np.float16]) -> list[Table]:
        """The gradients of a batch of the teacher's questions, the same in a resumed run."""
        drawn = np.random.default_rng((self._recipe.seed, number)).integers(0, len(vectors), TEACHER_BATCH)
        rows = np.unique(drawn)
        taught = vectors[rows].astype(np.float32)
        return self.network.distil(self._taught_questions.take(rows), taught, self._recipe.temperature)[1]

    def state(self) -> Mapping[str, npt.NDArray[Any]]:
        """See Learner."""
        columns = {"parameter": self.network.parameters, "mean": self._adam.means, "square": self._adam.squares}
        return {f"{name}{i}": array for name, column in columns.items() for i, array in enumerate(column)}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """See Learner."""
        if state["parameter0"].shape != self.network.table.shape:
            raise CodesearchError("the checkpoint was written with another vocabulary", "start over without --resume")
        for name, array in self.state().items():
            array[...] = state[name]

    def write(self, folder: Path) -> None:
        """See Learner."""
        write_model(folder, self._vocabulary, self.network.mix(self._start, self._recipe.keep))


def _pairs_in(corpus: Corpus, tokens: Sequence[str], seed: int) -> list[TokenPairs]:
    vocabulary = dict(zip(tokens, count(), strict=False))
    words = tokenise(corpus.words, vocabulary)
    generator = np.random.default_rng(seed)
    groups = []
    for language, pairs in corpus.pairs.items():
        named = with_language(to_tokens(pairs.questions, words), language, vocabulary, generator)
        questions = with_prefixes(named, vocabulary, generator)
        codes = to_tokens(pairs.codes, words)
        for rows, share in _by_kind(pairs.kinds):
            groups.append(TokenPairs(questions.take(rows), codes.take(rows), share))
    return groups


def _by_kind(kinds: npt.NDArray[np.uint8]) -> Iterator[tuple[Rows, float]]:
    """(rows, share) of each kind in SHARES, and of all other kinds together."""
    apart = {PAIR_KINDS.index(kind): share for kind, share in SHARES.items()}
    for kind, share in apart.items():
        yield np.flatnonzero(kinds == kind), share
    yield np.flatnonzero(~np.isin(kinds, list(apart))), 1.0
