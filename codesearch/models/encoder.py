"""What every model offers to the index and to the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Embeddings = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Encodes texts into unit vectors, so that their inner product is their cosine."""

    name: str
    """What `--model` takes to get this encoder again."""
    revision: str
    """Changes when the vectors change; an index made with another revision does not fit."""
    dimensions: int
    is_costly: bool
    """True where encoding dominates indexing (transformers): finished embeddings are then kept one by one."""

    note: str
    """Where it runs and in which precision, for the user to read; empty where there is no choice."""

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """Encode chunks' texts. Returns float32 [len(texts), dimensions], rows of length 1 (or all zero)."""
        ...

    def encode_query(self, text: str) -> Embeddings:
        """Encode one question. Returns float32 [dimensions], of length 1 (or all zero)."""
        ...
