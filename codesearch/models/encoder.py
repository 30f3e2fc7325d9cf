"""The interface of encoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from codesearch.models.capabilities import Capabilities

Embeddings = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Encodes texts as unit vectors, so that their inner product is their cosine."""

    name: str
    """The name by which `--model` selects it."""
    revision: str
    """Changes when the vectors change; an index built with another revision is not compatible."""
    dimensions: int
    capabilities: Capabilities
    note: str
    """Its device and precision, for the user; empty if there is no choice."""

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """Encode the texts of chunks. Returns float32 [texts, dimensions], rows of length 1 (or all zero)."""
        ...

    def encode_query(self, text: str) -> Embeddings:
        """Encode a question. Returns float32 [dimensions], of length 1 (or all zero)."""
        ...
