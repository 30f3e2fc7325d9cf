"""What a static encoder does on one side, questions or documents, beyond summing token vectors.

Before the sum, places: the words that a text begins with say more of it than later ones, the name and the parameters
of a function as much as the verb of a sentence. A bag of words does not know; weights by place let it. On repositories
never trained on they brought docstring → function MRR@10 from .398 to .436 without any other change.

After it, a head: a sum gives each token the same meaning in every text; a hidden layer beside the identity lets tokens
that come together mean more than each (a deep averaging network, Iyyer et al. 2015, with a residual path): .381 → .391.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codesearch.models.encoder import Embeddings

PLACES = "places"
PARTS = ("expand", "bias", "contract")
"""Names of a side's arrays in a file of weights, after `question.` or `document.`: of its places, of its head."""


@dataclass(frozen=True, slots=True)
class Head:
    """expand [dimensions, hidden], bias [hidden], contract [hidden, dimensions], all float32."""

    expand: Embeddings
    bias: Embeddings
    contract: Embeddings

    def __call__(self, unit: Embeddings) -> Embeddings:
        """Vectors [texts, dimensions] of length 1 or 0 → such vectors; a zero row may become another.

        In float64, since a product in float32 rounds a row otherwise beside other rows: a text's vector would depend
        on which texts it is encoded with.
        """
        hidden = unit.astype(np.float64) @ self.expand.astype(np.float64)
        hidden += self.bias
        np.maximum(hidden, 0, out=hidden)
        return normalised(unit + hidden @ self.contract.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Side:
    """How one side's texts are encoded.

    `places` [places]: what the weights of a text's first distinct tokens are multiplied with, in the order in which
    each first comes; later ones keep theirs. A model without a head leaves the sums as they are.
    """

    places: Embeddings
    head: Head | None


def normalised(vectors: Embeddings | npt.NDArray[np.float64]) -> Embeddings:
    """Rows scaled to length 1, float32; zero rows stay."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(norms, 1e-12)[:, None], np.float32)
