"""One side of a static encoder, for questions or for documents: what it does beyond summing token vectors.

Position weights are applied before the sum, since the first words of a text say most about it: the name and parameters
of a function as much as the verb of a sentence.

A head is applied after it. A sum gives each token the same meaning in every text; a hidden layer with a residual
connection models combinations of tokens (a deep averaging network, Iyyer et al. 2015). docs/training.md has the gains.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.models.encoder import Embeddings

POSITION_WEIGHTS = "places"
PARTS = ("expand", "bias", "contract")
"""Names of a side's arrays in the weights file, after `question.` or `document.`: position weights and head."""


class Head(NamedTuple):
    """expand [dimensions, hidden], bias [hidden], contract [hidden, dimensions]; float64 is not converted again."""

    expand: npt.NDArray[np.floating]
    bias: npt.NDArray[np.floating]
    contract: npt.NDArray[np.floating]

    def __call__(self, unit: Embeddings) -> Embeddings:
        """Transform vectors [texts, dimensions] of length 1 or 0 into unit vectors. A zero row may become nonzero.

        Computed in float64, since the rounding of a row in a float32 product depends on the other rows: a text's
        vector would depend on its batch.
        """
        hidden = unit.astype(np.float64) @ self.expand.astype(np.float64, copy=False)
        hidden += self.bias
        np.maximum(hidden, 0, out=hidden)
        return normalise(unit + hidden @ self.contract.astype(np.float64, copy=False))


class Side(NamedTuple):
    """How one side's texts are encoded.

    `position_weights` [positions] are factors for the first distinct tokens of a text, in order of first appearance;
    later tokens have factor 1. Without a head, the normalised sums are the embeddings.
    """

    position_weights: Embeddings
    head: Head | None


def normalise(vectors: Embeddings | npt.NDArray[np.float64]) -> Embeddings:
    """Scale rows to length 1, float32; zero rows stay zero."""
    norms = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(norms, 1e-12)[:, None], np.float32)
