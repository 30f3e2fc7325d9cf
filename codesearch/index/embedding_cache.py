"""Vectors of a costly encoder, kept one by one as they are finished, so that an interruption loses little."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from codesearch.errors import CodesearchError
from codesearch.index.access import open_store
from codesearch.index.layout import Layout
from codesearch.index.store import Store
from codesearch.models.encoder import Embeddings, Encoder

KEPT_AT_ONCE = 64
"""Texts encoded between two commits: a few seconds of a transformer's work on a CPU."""


def encode_kept(
    store: Store, encoder: Encoder, texts: Sequence[str], told: Callable[[int], None] = lambda _: None
) -> Embeddings:
    """Vectors of texts, float32 [len(texts), dimensions]; only those never seen are encoded.

    `told` hears how many of the texts are done.
    """
    model = f"{encoder.name}@{encoder.revision}"
    digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
    size = encoder.dimensions * np.dtype(np.float16).itemsize
    kept = {digest: vector for digest, vector in store.embeddings(model, digests).items() if len(vector) == size}
    unseen = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in kept}
    missing = sorted(unseen, key=lambda digest: len(unseen[digest]))
    for i in range(0, len(missing), KEPT_AT_ONCE):
        some = missing[i : i + KEPT_AT_ONCE]
        vectors = encoder.encode_documents([unseen[digest] for digest in some]).astype(np.float16)
        fresh = {digest: vector.tobytes() for digest, vector in zip(some, vectors, strict=True)}
        with store.transaction():
            store.keep_embeddings(model, fresh.items())
        kept.update(fresh)
        told(len(texts) - len(missing) + i + len(some))
    rows = [np.frombuffer(kept[digest], np.float16) for digest in digests]
    return np.asarray(rows, np.float32).reshape(len(texts), encoder.dimensions)


def encode_kept_by_reader(layout: Layout, encoder: Encoder, texts: Sequence[str]) -> Embeddings:
    """encode_kept for a search. Where the index can't be written, or is being updated, nothing is kept."""
    try:
        store = open_store(layout, write=True)
    except CodesearchError:
        return encoder.encode_documents(texts)
    try:
        return encode_kept(store, encoder, texts)
    except CodesearchError:
        return encoder.encode_documents(texts)
    finally:
        store.close()
