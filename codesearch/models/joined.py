"""Two encoders as one: their embeddings beside each other, so that a cosine is the weighted mean of their cosines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codesearch.models.encoder import Embeddings, Encoder
from codesearch.models.side import normalise

DEFAULT_WEIGHT = 0.5
"""Of the default encoder's cosines beside those of `small`, which count 1; packages/small/README.md has the gains."""


class JoinedEncoder:
    """See codesearch.models.encoder.Encoder. Its name, device and capabilities are those of the first."""

    def __init__(self, first: Encoder, second: Encoder, weight: float) -> None:
        """`weight` is that of the second encoder's cosines; the first's count 1."""
        self.name = first.name
        self.revision = f"{first.revision}+{second.revision}"
        self.dimensions = first.dimensions + second.dimensions
        self.capabilities = first.capabilities
        self.note = first.note
        self.first, self._second = first, second
        self._factor = np.float32(weight**0.5)

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        return self._beside(self.first.encode_documents(texts), self._second.encode_documents(texts))

    def encode_query(self, text: str) -> Embeddings:
        """See Encoder."""
        vector: Embeddings = self._beside(self.first.encode_query(text)[None], self._second.encode_query(text)[None])[0]
        return vector

    def _beside(self, first: Embeddings, second: Embeddings) -> Embeddings:
        return normalise(np.concatenate([first, self._factor * second], axis=1))


def alone(encoder: Encoder) -> Encoder:
    """The first of a joined encoder: for training it, and for reranking, where the default's cosines count already."""
    return encoder.first if isinstance(encoder, JoinedEncoder) else encoder
