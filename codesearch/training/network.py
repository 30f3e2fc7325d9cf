"""The network of a static encoder, a table of token vectors and two heads, with hand-written gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from codesearch.models.side import Head, Side
from codesearch.models.static import StaticEncoder
from codesearch.training.corpus import Bags

Table = npt.NDArray[np.float32]
LossOf = Callable[[Table, Table], tuple[float, Table]]
"""Loss and gradient of the vectors of questions and codes."""
HIDDEN = 512
"""Width of the heads' hidden layer."""
_INPUT_SCALE = np.float32(16)
"""Scales the components of a unit vector of 256 dimensions, about 1/16, to about 1 for the hidden layer."""
_OUTPUT_SCALE = np.float32(0.25)
_SMALLEST = np.float32(1e-6)
_TINY = np.float32(1e-12)
_POSITIONS = np.arange(64, dtype=np.float32)
QUESTION_POSITION_WEIGHTS = np.asarray(1 + 0.7 * np.exp(-_POSITIONS / 5), np.float32)
DOCUMENT_POSITION_WEIGHTS = np.asarray(1 + 1.5 * np.exp(-_POSITIONS / 16), np.float32)
"""Position weights for a base model that has none; see docs/training.md for how they compare with others."""


@dataclass(slots=True)
class Network:
    """Trainable parameters: `table` [tokens, dimensions], and the heads of questions and documents.

    A head is [expand, bias, contract], scaled so that one learning rate suits all of it. `position_weights`, of
    questions and of documents, are not trained.
    """

    table: Table
    question: list[Table]
    document: list[Table]
    position_weights: tuple[Table, Table]

    @classmethod
    def from_base(cls, table: Table, base: StaticEncoder, seed: int) -> Network:
        """A network that encodes like `base`. Missing heads start without effect; missing position weights are set."""
        generator = np.random.default_rng(seed)
        sides = base.question, base.document
        question, document = (_trainable(side.head, base.dimensions, generator) for side in sides)
        first, second = (
            side.position_weights if len(side.position_weights) else default
            for side, default in zip(sides, (QUESTION_POSITION_WEIGHTS, DOCUMENT_POSITION_WEIGHTS), strict=True)
        )
        return cls(table, question, document, (first, second))

    def mix(self, other: Network, share: float) -> Network:
        """A network with this share of the other's weights, the rest its own."""
        pairs = zip(self.parameters, other.parameters, strict=True)
        table, *heads = (np.asarray(own + np.float32(share) * (its - own), np.float32) for own, its in pairs)
        return Network(table, heads[: len(self.question)], heads[len(self.question) :], self.position_weights)

    @property
    def parameters(self) -> list[Table]:
        """All trained arrays, the table first."""
        return [self.table, *self.question, *self.document]

    def sides(self) -> tuple[Side, Side]:
        """The question side and the document side of the encoder."""
        first, second = (
            Side(weights, Head(expand * _INPUT_SCALE, bias, contract * _OUTPUT_SCALE))
            for weights, (expand, bias, contract) in zip(
                self.position_weights, (self.question, self.document), strict=True
            )
        )
        return first, second

    def loss(self, questions: Bags, codes: Bags, temperature: float) -> tuple[float, list[Table]]:
        """The loss of a batch, where code i answers question i, and its gradients in the order of `parameters`."""
        return self._backward(questions, codes, lambda first, second: contrastive_loss(first, second, temperature))

    def distil(self, texts: Bags, taught: Table, temperature: float) -> tuple[float, list[Table]]:
        """The loss of texts as questions and as documents beside a teacher's vectors of them, and its gradients."""
        return self._backward(texts, texts, lambda first, second: distillation_loss(first, second, taught, temperature))

    def _backward(self, questions: Bags, codes: Bags, loss_of: LossOf) -> tuple[float, list[Table]]:
        question_pass = _Pass(
            weight_matrix(questions, self.position_weights[0], len(self.table)), self.table, self.question
        )
        code_pass = _Pass(weight_matrix(codes, self.position_weights[1], len(self.table)), self.table, self.document)
        loss, gradient = loss_of(question_pass.output, code_pass.output)
        half = len(question_pass.output)
        table_gradient, *question_head = question_pass.gradients(gradient[:half])
        from_codes, *document_head = code_pass.gradients(gradient[half:])
        table_gradient += from_codes
        return loss, [table_gradient, *question_head, *document_head]


def weight_matrix(bags: Bags, position_weights: Table, tokens: int) -> csr_matrix:
    """Bags as a sparse matrix [texts, tokens] of weights: position weight times 1 + ln count."""
    place = np.arange(len(bags.ids)) - np.repeat(bags.offsets[:-1], np.diff(bags.offsets))
    weights = np.log(bags.counts.astype(np.float32)) + np.float32(1)
    weights *= np.append(position_weights, np.float32(1))[np.minimum(place, len(position_weights))]
    return csr_matrix((weights, bags.ids.astype(np.int32), bags.offsets), shape=(len(bags), tokens))


class _Pass:
    """The forward pass of one side of a batch, with the intermediate values for its gradients."""

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
        """The gradients of table, expand, bias and contract, given that of the output."""
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


def contrastive_loss(questions: Table, codes: Table, temperature: float) -> tuple[float, Table]:
    """Symmetric InfoNCE with in-batch negatives (van den Oord 2018). Rows are unit vectors; code i answers question i.

    Returns the loss and its gradient [questions + codes, dimensions].
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


def distillation_loss(questions: Table, documents: Table, taught: Table, temperature: float) -> tuple[float, Table]:
    """How far each text's similarities to the others are from the teacher's (symmetric KL divergence from it).

    Row i of all three is of the same text, whose similarity to itself does not count. Returns the loss and its gradient
    [questions + documents, dimensions].
    """
    size, scale = len(questions), np.float32(1 / temperature)
    scores, wanted = (questions @ documents.T) * scale, (taught @ taught.T) * scale
    np.fill_diagonal(scores, -np.inf)
    np.fill_diagonal(wanted, -np.inf)
    shares = _softmax(wanted)
    by_row, by_column = _softmax(scores), _softmax(scores.T).T
    loss = sum(float((shares * np.log((shares + _TINY) / (own + _TINY))).sum()) for own in (by_row, by_column.T))
    change = (by_row - shares + by_column - shares.T) * (scale / np.float32(2 * size))
    return loss / (2 * size), np.concatenate((change @ documents, change.T @ questions))


def _softmax(scores: Table) -> Table:
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(shares / shares.sum(1, keepdims=True), np.float32)


def _trainable(head: Head | None, dimensions: int, generator: np.random.Generator) -> list[Table]:
    if head is not None:
        return [head.expand / _INPUT_SCALE, head.bias.copy(), head.contract / _OUTPUT_SCALE]
    expand = generator.normal(0, dimensions**-0.5, (dimensions, HIDDEN)).astype(np.float32)
    return [expand, np.zeros(HIDDEN, np.float32), np.zeros((HIDDEN, dimensions), np.float32)]


def _unit(vectors: Table) -> tuple[Table, Table]:
    """The rows scaled to length 1, and their lengths [rows, 1]."""
    norms = np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), _SMALLEST)[:, None]
    return vectors / norms, norms


def _through_unit(gradient: Table, unit: Table, norms: Table) -> Table:
    """Backpropagate through `_unit`: the gradient of the vectors, given that of the unit vectors."""
    along = np.einsum("ij,ij->i", gradient, unit)[:, None]
    return np.asarray((gradient - unit * along) / norms, np.float32)
