"""Encoders that are made for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codesearch.models.capabilities import Capabilities
from codesearch.models.encoder import Embeddings


class Words:
    """A costly encoder that counts what it encodes. Vectors are counts of the lengths of words."""

    name, revision, dimensions, note = "words", "1", 16, ""
    capabilities = Capabilities(costly=True, batches=True)

    def __init__(self) -> None:
        self.encoded = 0

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        self.encoded += len(texts)
        rows = [np.bincount([len(word) % 16 for word in text.split()], minlength=16) for text in texts]
        found = np.asarray(rows, np.float32)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

    def encode_query(self, text: str) -> Embeddings:
        return self.encode_documents([text])[0]
