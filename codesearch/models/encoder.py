"""The interface of encoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Embeddings = npt.NDArray[np.float32]


class Capabilities(NamedTuple):
    """Properties of an encoder that decide how indexing and search use it."""

    costly: bool = False
    """Encoding dominates indexing time, so that less is encoded during a query or an evaluation."""
    batches: bool = False
    """It uses all cores or a GPU on batches of texts: it runs in one process, which stores embeddings as they are
    finished, and not in every worker."""
    device: bool = False
    """The user may choose its device and precision."""
    texts_at_once: int = 1
    """Texts that it needs in one call to be as fast as it can be."""


TRANSFORMER = Capabilities(costly=True, batches=True, device=True)


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
