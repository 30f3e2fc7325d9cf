"""What is trained, a table of token vectors and two heads, with the gradients of its loss by hand."""

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
_PLACES = np.arange(64, dtype=np.float32)
QUESTION_PLACES = np.asarray(1 + 0.7 * np.exp(-_PLACES / 5), np.float32)
DOCUMENT_PLACES = np.asarray(1 + 1.5 * np.exp(-_PLACES / 16), np.float32)
"""Weights by place that training begins with where its base has none.

Each trained alike, docstring → function MRR@10 over eight languages, then MRR@10 by embeddings alone of questions about
functions and in fifteen other languages: these .439 .475 .500; steeper, 1 + exp(-r/3) and 1 + 2 exp(-r/8), .448 .466
.483; learned by gradient from the steeper ones, .436 .471 .492; the model before, without any, .398 .438 .470.
"""


@dataclass(slots=True)
class Network:
    """table [tokens, dimensions]; a head is [expand, bias, contract], scaled so that one learning rate fits all.

    `places` are fixed: of questions, of documents.
    """

    table: Table
    question: list[Table]
    document: list[Table]
    places: tuple[Table, Table]

    @classmethod
    def begun(cls, table: Table, base: StaticEncoder, seed: int) -> Network:
        """A network that does what `base` does: its places and heads, or the usual places and heads without effect."""
        generator = np.random.default_rng(seed)
        sides = base.question, base.document
        question, document = (_trainable(side.head, base.dimensions, generator) for side in sides)
        first, second = (
            side.places if len(side.places) else usual
            for side, usual in zip(sides, (QUESTION_PLACES, DOCUMENT_PLACES), strict=True)
        )
        return cls(table, question, document, (first, second))

    @property
    def parameters(self) -> list[Table]:
        """The table first."""
        return [self.table, *self.question, *self.document]

    def sides(self) -> tuple[Side, Side]:
        """The sides as encoders apply them: of questions, of documents."""
        first, second = (
            Side(places, Head(expand * _INPUT_SCALE, bias, contract * _OUTPUT_SCALE))
            for places, (expand, bias, contract) in zip(self.places, (self.question, self.document), strict=True)
        )
        return first, second

    def loss(self, questions: Bags, codes: Bags, temperature: float) -> tuple[float, list[Table]]:
        """The loss of a batch, row i of questions to row i of codes, and its gradients in the order of parameters."""
        asked = _Pass(weighted(questions, self.places[0], len(self.table)), self.table, self.question)
        answered = _Pass(weighted(codes, self.places[1], len(self.table)), self.table, self.document)
        loss, gradient = contrast(asked.output, answered.output, temperature)
        half = len(asked.output)
        from_questions, *of_question = asked.gradients(gradient[:half])
        from_codes, *of_document = answered.gradients(gradient[half:])
        from_questions += from_codes
        return loss, [from_questions, *of_question, *of_document]


def weighted(bags: Bags, places: Table, tokens: int) -> csr_matrix:
    """Bags as a matrix [texts, tokens] of their weights: by place, times 1 + ln count."""
    place = np.arange(len(bags.ids)) - np.repeat(bags.offsets[:-1], np.diff(bags.offsets))
    weights = np.log(bags.counts.astype(np.float32)) + np.float32(1)
    weights *= np.append(places, np.float32(1))[np.minimum(place, len(places))]
    return csr_matrix((weights, bags.ids.astype(np.int32), bags.offsets), shape=(len(bags), tokens))


class _Pass:
    """One side of a batch on its way through the network, with what its gradients need."""

    def __init__(self, bags: csr_matrix, table: Table, head: list[Table]) -> None:
        self._bags = bags
        self._expand, bias, self._contract = head
        self._unit, self._norms = _unit(np.asarray(bags @ table, np.float32))
        hidden = self._unit @ self._expand
        hidden *= _INPUT_SCALE
        hidden += bias
        self._hidden = np.maximum(hidden, 0, out=hidden)
        change = self._hidden @ self._contract
        change *= _OUTPUT_SCALE
        change += self._unit
        self.output, self._output_norms = _unit(change)

    def gradients(self, gradient: Table) -> list[Table]:
        """By table, expand, bias and contract, given the gradient by the output."""
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
        return [np.asarray(self._bags.T.tocsr() @ by_bag, np.float32), by_expand, by_hidden.sum(0), by_contract]


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


def _trainable(head: Head | None, dimensions: int, generator: np.random.Generator) -> list[Table]:
    if head is not None:
        return [head.expand / _INPUT_SCALE, head.bias.copy(), head.contract / _OUTPUT_SCALE]
    expand = generator.normal(0, dimensions**-0.5, (dimensions, HIDDEN)).astype(np.float32)
    return [expand, np.zeros(HIDDEN, np.float32), np.zeros((HIDDEN, dimensions), np.float32)]


def _unit(vectors: Table) -> tuple[Table, Table]:
    """Rows of length 1, and their lengths [rows, 1]."""
    norms = np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), _SMALLEST)[:, None]
    return vectors / norms, norms


def _through_unit(gradient: Table, unit: Table, norms: Table) -> Table:
    """The gradient by vectors, given the gradient by the same vectors at length 1."""
    along = np.einsum("ij,ij->i", gradient, unit)[:, None]
    return np.asarray((gradient - unit * along) / norms, np.float32)
