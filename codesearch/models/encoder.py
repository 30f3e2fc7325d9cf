"""What every model offers to the index and to the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Embeddings = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an encoder needs and gains by, from which an index and a search decide how to use it."""

    costly: bool = False
    """Encoding dominates indexing, so less of it is done while a question waits, or for a measurement."""
    batches: bool = False
    """It uses all cores or a GPU on many texts at once: it runs in one process, which keeps embeddings as they are
    finished, and not in every worker."""
    device: bool = False
    """It runs on a device and in a precision that the user may choose."""


TRANSFORMER = Capabilities(costly=True, batches=True, device=True)


class Encoder(Protocol):
    """Encodes texts into unit vectors, so that their inner product is their cosine."""

    name: str
    """What `--model` takes to get this encoder again."""
    revision: str
    """Changes when the vectors change; an index made with another revision does not fit."""
    dimensions: int
    capabilities: Capabilities
    note: str
    """Where it runs and in which precision, for the user to read; empty where there is no choice."""

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """Encode chunks' texts. Returns float32 [len(texts), dimensions], rows of length 1 (or all zero)."""
        ...

    def encode_query(self, text: str) -> Embeddings:
        """Encode one question. Returns float32 [dimensions], of length 1 (or all zero)."""
        ...
