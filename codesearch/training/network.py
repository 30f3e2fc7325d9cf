"""What is trained, a table of token vectors and two sides' layers, with the gradients of its loss by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from codesearch.models.side import Head, Side
from codesearch.models.static import StaticEncoder
from codesearch.training.corpus import Bags

Table = npt.NDArray[np.float32]
HIDDEN = 512
"""Width of the heads' hidden layer."""
_INPUT_SCALE = np.float32(16)
"""A unit vector of 256 dimensions has components of 1/16; hidden units see them at size 1."""
_OUTPUT_SCALE = np.float32(0.25)
_SMALLEST = np.float32(1e-6)
PLACES = 64
"""Tokens at the beginning of a text whose weights by place are learned."""
_PLACED_TEXTS = 512
"""Texts of a batch from which the gradient by places is estimated; all of them cost a third of the speed."""


@dataclass(slots=True)
class Network:
    """table [tokens, dimensions]; a side is [places, expand, bias, contract], scaled so that one learning rate fits."""

    table: Table
    question: list[Table]
    document: list[Table]

    @classmethod
    def begun(cls, table: Table, base: StaticEncoder, seed: int) -> Network:
        """A network that does what `base` does: its sides, or ones that do nothing yet."""
        generator = np.random.default_rng(seed)
        sides = [_trainable(side, base.dimensions, generator) for side in (base.question, base.document)]
        return cls(table, *sides)

    @property
    def parameters(self) -> list[Table]:
        """The table first."""
        return [self.table, *self.question, *self.document]

    def sides(self) -> tuple[Side, Side]:
        """The sides as encoders apply them: of questions, of documents."""
        first, second = (
            Side(places, Head(expand * _INPUT_SCALE, bias, contract * _OUTPUT_SCALE))
            for places, expand, bias, contract in (self.question, self.document)
        )
        return first, second

    def loss(self, questions: Bags, codes: Bags, temperature: float) -> tuple[float, list[Table]]:
        """The loss of a batch, row i of questions to row i of codes, and its gradients in the order of parameters."""
        asked, answered = _Pass(questions, self.table, self.question), _Pass(codes, self.table, self.document)
        loss, gradient = contrast(asked.output, answered.output, temperature)
        half = len(asked.output)
        from_questions, *of_question = asked.gradients(gradient[:half])
        from_codes, *of_document = answered.gradients(gradient[half:])
        from_questions += from_codes
        return loss, [from_questions, *of_question, *of_document]


class _Pass:
    """One side of a batch on its way through the network, with what its gradients need."""

    def __init__(self, bags: Bags, table: Table, side: list[Table]) -> None:
        self._table, (places, self._expand, bias, self._contract) = table, side
        self._bags = bags
        self._lengths = np.diff(bags.offsets)
        self._weights = np.log(bags.counts.astype(np.float32)) + np.float32(1)
        self._place = np.minimum(np.arange(len(bags.ids)) - np.repeat(bags.offsets[:-1], self._lengths), PLACES)
        weights = self._weights * np.append(places, np.float32(1))[self._place]
        shape = (len(bags), len(table))
        self._matrix = csr_matrix((weights, bags.ids.astype(np.int32), bags.offsets), shape=shape)
        self._unit, self._norms = _unit(np.asarray(self._matrix @ table, np.float32))
        hidden = self._unit @ self._expand
        hidden *= _INPUT_SCALE
        hidden += bias
        self._hidden = np.maximum(hidden, 0, out=hidden)
        change = self._hidden @ self._contract
        change *= _OUTPUT_SCALE
        change += self._unit
        self.output, self._output_norms = _unit(change)

    def gradients(self, gradient: Table) -> list[Table]:
        """By table, places, expand, bias and contract, given the gradient by the output."""
        by_sum = _through_unit(gradient, self.output, self._output_norms)
        by_contract = _OUTPUT_SCALE * (self._hidden.T @ by_sum)
        by_hidden = by_sum @ self._contract.T
        by_hidden *= _OUTPUT_SCALE
        by_hidden *= self._hidden > 0
        by_expand = _INPUT_SCALE * (self._unit.T @ by_hidden)
        by_unit = by_hidden @ self._expand.T
        by_unit *= _INPUT_SCALE
        by_unit += by_sum
        by_bag = _through_unit(np.asarray(by_unit, np.float32), self._unit, self._norms)
        by_table = np.asarray(self._matrix.T.tocsr() @ by_bag, np.float32)
        return [by_table, self._by_places(by_bag), by_expand, by_hidden.sum(0), by_contract]

    def _by_places(self, by_bag: Table) -> Table:
        """An estimate from the first texts: the gradient by a place is that by its tokens' weights."""
        texts = min(_PLACED_TEXTS, len(self._bags))
        early = np.flatnonzero(self._place[: self._bags.offsets[texts]] < PLACES)
        row = np.repeat(np.arange(texts), self._lengths[:texts])[early]
        by_weight = np.einsum("ij,ij->i", self._table[self._bags.ids[early]], by_bag[row]) * self._weights[early]
        sums = np.bincount(self._place[early], by_weight, PLACES)
        return np.asarray(sums * (len(self._bags) / texts), np.float32)


def contrast(questions: Table, codes: Table, temperature: float) -> tuple[float, Table]:
    """Symmetric InfoNCE with in-batch negatives (van den Oord 2018) of unit vectors, row i to row i.

    Returns the loss and its gradient by the rows of questions, then codes.
    """
    size = len(questions)
    scores = (questions @ codes.T) * np.float32(1 / temperature)
    np.exp(scores - np.float32(1 / temperature), out=scores)
    right = np.maximum(np.diagonal(scores), 1e-30)
    by_row, by_column = scores.sum(1), scores.sum(0)
    loss = float(-np.log(right / by_row).mean() - np.log(right / by_column).mean()) / 2
    scores *= 1 / by_row[:, None] + 1 / by_column[None, :]
    scores[np.diag_indices(size)] -= 2
    scores *= np.float32(1 / (2 * size * temperature))
    return loss, np.concatenate((scores @ codes, scores.T @ questions))


def _trainable(side: Side, dimensions: int, generator: np.random.Generator) -> list[Table]:
    places = np.ones(PLACES, np.float32)
    places[: len(side.places)] = side.places[:PLACES]
    if (head := side.head) is not None:
        return [places, head.expand / _INPUT_SCALE, head.bias.copy(), head.contract / _OUTPUT_SCALE]
    expand = generator.normal(0, dimensions**-0.5, (dimensions, HIDDEN)).astype(np.float32)
    return [places, expand, np.zeros(HIDDEN, np.float32), np.zeros((HIDDEN, dimensions), np.float32)]


def _unit(vectors: Table) -> tuple[Table, Table]:
    """Rows of length 1, and their lengths [rows, 1]."""
    norms = np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), _SMALLEST)[:, None]
    return vectors / norms, norms


def _through_unit(gradient: Table, unit: Table, norms: Table) -> Table:
    """The gradient by vectors, given the gradient by the same vectors at length 1."""
    along = np.einsum("ij,ij->i", gradient, unit)[:, None]
    return np.asarray((gradient - unit * along) / norms, np.float32)
