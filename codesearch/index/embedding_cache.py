"""A cache of a costly encoder's vectors, filled while encoding, so that an interruption loses little work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from codesearch.errors import CodesearchError
from codesearch.index.access import open_store
from codesearch.index.layout import Layout
from codesearch.index.store import Store
from codesearch.models.encoder import Embeddings, Encoder

TEXTS_PER_COMMIT = 64
"""Texts encoded between two commits: a few seconds of a transformer's work on a CPU."""


def encode_cached(
    store: Store, encoder: Encoder, texts: Sequence[str], on_progress: Callable[[int], None] = lambda _: None
) -> Embeddings:
    """Vectors of texts, float32 [len(texts), dimensions]; only texts that are not in the cache are encoded.

    `on_progress` is called with the number of texts that are done. Vectors are rounded to float16.
    """
    model = f"{encoder.name}@{encoder.revision}"
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    size = encoder.dimensions * np.dtype(np.float16).itemsize
    cached = {digest: vector for digest, vector in store.embeddings(model, digests).items() if len(vector) == size}
    uncached = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in cached}
    missing = sorted(uncached, key=lambda digest: len(uncached[digest]))  # batches of texts of similar length
    for i in range(0, len(missing), TEXTS_PER_COMMIT):
        batch = missing[i : i + TEXTS_PER_COMMIT]
        vectors = encoder.encode_documents([uncached[digest] for digest in batch]).astype(np.float16)
        encoded = {digest: vector.tobytes() for digest, vector in zip(batch, vectors, strict=True)}
        with store.transaction():
            store.save_embeddings(model, encoded.items())
        cached.update(encoded)
        on_progress(len(texts) - len(missing) + i + len(batch))
    rows = [np.frombuffer(cached[digest], np.float16) for digest in digests]
    return np.asarray(rows, np.float32).reshape(len(texts), encoder.dimensions)


def encode_cached_for_search(layout: Layout, encoder: Encoder, texts: Sequence[str]) -> Embeddings:
    """As encode_cached; if the index can't be written or is being updated, the cache is not used."""
    try:
        store = open_store(layout, write=True)
    except CodesearchError:
        return encoder.encode_documents(texts)
    try:
        return encode_cached(store, encoder, texts)
    except CodesearchError:
        return encoder.encode_documents(texts)
    finally:
        store.close()
