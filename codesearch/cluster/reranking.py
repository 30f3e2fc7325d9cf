"""Rerankers of a router, which keeps the embeddings of the texts that it has reranked last in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from codesearch.errors import CodesearchError
from codesearch.models.joined import alone
from codesearch.models.loading import load_encoder
from codesearch.search.rerank import Reranker

if TYPE_CHECKING:
    import numpy.typing as npt

    from codesearch.models.encoder import Embeddings, Encoder

Rerankers = Callable[[str], Reranker]
"""The reranker with a model. Raises CodesearchError if there is none."""
_REMEMBERED = 20_000
"""Texts: 30 MB for a model of 768 dimensions."""


class RememberedEmbeddings:
    """Encodes documents; those encoded last are remembered. Threads may share it, and encode one after the other.

    Vectors are rounded to float16, as in the cache of an index.
    """

    def __init__(self, encoder: Encoder, most: int = _REMEMBERED) -> None:
        self._encoder = encoder
        self._most = most
        self._known: dict[str, npt.NDArray[np.float16]] = {}
        """Those asked for last come last."""
        self._lock = Lock()

    def __call__(self, texts: Sequence[str]) -> Embeddings:
        """As Encoder.encode_documents."""
        with self._lock:
            missing = sorted({text for text in texts if text not in self._known}, key=len)
            vectors = self._encoder.encode_documents(missing).astype(np.float16) if missing else ()
            found = {**self._known, **dict(zip(missing, vectors, strict=True))}
            for text in texts:
                self._known.pop(text, None)
                self._known[text] = found[text]
            while len(self._known) > self._most:
                del self._known[next(iter(self._known))]
            return np.asarray([found[text] for text in texts], np.float32)


def load_reranker(model: str) -> Reranker:
    """The reranker with a model. Raises ModelUnavailable if it can't be loaded on this machine."""
    encoder = alone(load_encoder(model))
    return Reranker(encoder, RememberedEmbeddings(encoder))


def offered(model: str) -> Rerankers:
    """The reranker that `cluster serve` was told to offer, "" for none. Raises as `load_reranker`."""
    loaded = load_reranker(model) if model else None

    def reranker(asked: str) -> Reranker:
        if loaded is None or asked != model:
            offers = f"it does with {model}" if model else f"serve it with --rerank {asked}"
            raise CodesearchError(f"the cluster does not rerank with {asked}", offers)
        return loaded

    return reranker
