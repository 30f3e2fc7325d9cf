"""What a static encoder does to a bag's vector after its sum: one hidden layer beside the identity.

A sum of token vectors gives each token the same meaning in every text; the hidden layer lets tokens that come together
mean more than each (a deep averaging network, Iyyer et al. 2015, with a residual path). Questions and documents have
layers of their own. On repositories never trained on it brought docstring → function MRR@10 from .381 to .391.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from codesearch.models.encoder import Embeddings

PARTS = ("expand", "bias", "contract")
"""Names of a head's arrays in a file of weights, after `question.` or `document.`."""


@dataclass(frozen=True, slots=True)
class Head:
    """expand [dimensions, hidden], bias [hidden], contract [hidden, dimensions], all float32."""

    expand: Embeddings
    bias: Embeddings
    contract: Embeddings

    def __call__(self, unit: Embeddings) -> Embeddings:
        """Vectors [texts, dimensions] of length 1 or 0 → such vectors; a zero row may become another."""
        hidden = unit @ self.expand
        hidden += self.bias
        np.maximum(hidden, 0, out=hidden)
        return normalised(np.asarray(unit + hidden @ self.contract, np.float32))


def normalised(vectors: Embeddings) -> Embeddings:
    """Rows scaled to length 1; zero rows stay."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(norms, 1e-12)[:, None], np.float32)
