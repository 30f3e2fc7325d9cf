"""Encoding on GPUs, for tasks that run elsewhere: each GPU encodes the texts of several repositories at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from codesearch.errors import CodesearchError
from codesearch.models.capabilities import Capabilities
from codesearch.models.encoder import Embeddings
from codesearch.models.loading import load_encoder

TEXTS_AT_ONCE = 8192
"""At most, in one call of the encoder: they keep a GPU busy for about a second."""


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """What there is to know of an encoder."""

    name: str
    revision: str
    dimensions: int
    capabilities: Capabilities
    note: str


class SharedEncoder:
    """An encoder that encodes what several callers ask for together. All calls are of one event loop."""

    def __init__(self, model: str) -> None:
        self._encoder = load_encoder(model)
        self._waiting: list[_Order] = []
        self._is_busy = False

    async def facts(self) -> EncoderFacts:
        """What there is to know of the encoder."""
        of = self._encoder
        return EncoderFacts(of.name, of.revision, of.dimensions, of.capabilities, of.note)

    async def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        order = _Order(texts)
        self._waiting.append(order)
        if not self._is_busy:
            self._is_busy = True
            try:
                while self._waiting:
                    await self._encode_waiting()
            finally:
                self._is_busy = False
        return await order.vectors

    async def _encode_waiting(self) -> None:
        """Encode what waits now, as much as fits."""
        taken = [self._waiting.pop(0)]
        while self._waiting and sum(len(order.texts) for order in taken) < TEXTS_AT_ONCE:
            taken.append(self._waiting.pop(0))
        texts = [text for order in taken for text in order.texts]
        try:
            vectors = await asyncio.to_thread(self._encoder.encode_documents, texts)
        except BaseException as error:
            for order in taken:
                order.vectors.set_exception(error)
            return
        ends = np.cumsum([len(order.texts) for order in taken])
        for order, rows in zip(taken, np.split(vectors, ends[:-1]), strict=True):
            order.vectors.set_result(rows)


@dataclass
class _Order:
    texts: Sequence[str]
    vectors: asyncio.Future[Embeddings] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RemoteEncoder:
    """An Encoder that asks one of several actors of Ray."""

    def __init__(self, facts: EncoderFacts, actors: Sequence[Any]) -> None:
        self.name = facts.name
        self.revision = facts.revision
        self.dimensions = facts.dimensions
        self.capabilities = facts.capabilities
        self.note = facts.note
        self._actors = actors

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        import ray

        vectors: Embeddings = ray.get(random.choice(self._actors).encode_documents.remote(list(texts)))
        return vectors

    def encode_query(self, text: str) -> Embeddings:
        """See Encoder. Nobody asks while repositories are indexed."""
        raise NotImplementedError


def encoder_on_gpus(ray: Any, model: str) -> RemoteEncoder:
    """An encoder on every GPU of the cluster. Raises CodesearchError if it has none, or the model can't be loaded."""
    gpus = int(ray.cluster_resources().get("GPU", 0))
    if not gpus:
        raise CodesearchError("the Ray cluster has no GPU", "omit --gpu")
    make = ray.remote(num_gpus=1, num_cpus=0)(SharedEncoder)
    actors = [make.remote(model) for _ in range(gpus)]
    try:
        facts: EncoderFacts = ray.get(actors[0].facts.remote())
    except ray.exceptions.RayError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise CodesearchError(f"{model} can't be loaded on a GPU's node: {lines[-1].strip()}") from error
    return RemoteEncoder(facts, actors)
