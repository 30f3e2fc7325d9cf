"""The base class of transformer encoders: tokenization, batching and normalization."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import normalize

from codesearch.errors import ModelUnavailable
from codesearch.models.batching import batches
from codesearch.models.capabilities import TRANSFORMER
from codesearch.models.checkpoint import Checkpoint
from codesearch.models.devices import Runtime
from codesearch.models.encoder import Embeddings
from codesearch.models.text_form import TextForm

T = TypeVar("T")

CPU_BUDGET = 4096
"""Tokens per batch on a CPU; more is no faster and exceeds its caches."""
GPU_BUDGET = 32_768
GPU_TOKENIZED = 16 * GPU_BUDGET
"""Characters tokenized at once for a GPU: about four batches."""
GPU_QUEUED = 8
"""Batches that a GPU may have to do, so that it does not wait for the tokenizer."""
GPU_TEXTS = 8192
"""Texts in one call that keep a GPU busy, about a second."""


class _Arriving:
    """Vectors on their way from the device."""

    def __init__(self, vectors: Tensor) -> None:
        cuda = vectors.device.type == "cuda"
        self._vectors = vectors.to("cpu", non_blocking=cuda)
        self._arrival: Any = torch.cuda.Event() if cuda else None  # type: ignore[no-untyped-call]
        if self._arrival:
            self._arrival.record()

    def numpy(self) -> Embeddings:
        """Waits for them."""
        if self._arrival:
            self._arrival.synchronize()
        array: Embeddings = self._vectors.numpy()
        return array


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, each computed by a thread while the one before is in use."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _behind(batches: Iterator[T], most: int) -> Iterator[T]:
    """The batches, each after up to `most` later ones have been started."""
    started: deque[T] = deque()
    for batch in batches:
        started.append(batch)
        if len(started) > most:
            yield started.popleft()
    yield from started


class TransformerEncoder(ABC):
    """An encoder on torch; see codesearch.models.encoder.Encoder."""

    capabilities = TRANSFORMER
    dimensions: int

    def __init__(self, checkpoint: Checkpoint, name: str, runtime: Runtime, max_length: int) -> None:
        self.name = name
        self.revision = checkpoint.revision
        self.note = runtime.note
        self.max_length = max_length
        self.tokenizer = _read_tokenizer(checkpoint)
        self.device = runtime.device
        if self.device.type == "cpu":
            self._budget, self._queued = CPU_BUDGET, 0
        else:
            self._budget, self._queued = GPU_BUDGET, GPU_QUEUED
            self.capabilities = TRANSFORMER._replace(texts_at_once=GPU_TEXTS)
        self.form = TextForm()

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        return self.encode([self.form.document(text) for text in texts], self.max_length)

    def encode_query(self, text: str) -> Embeddings:
        """See Encoder."""
        vector: Embeddings = self.encode([self.form.question(text)], self.max_length)[0]
        return vector

    def encode(
        self,
        texts: Sequence[str],
        max_length: int | None = None,
        *,
        normalized: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> Embeddings:
        """Encode texts as they are. Returns pooled embeddings, float32 [texts, dimensions].

        Texts are truncated to `max_length` tokens (the encoder's default if None). `progress` is called with the
        number of texts done.
        """
        out = np.zeros((len(texts), self.dimensions), np.float32)
        done = 0
        for batch, vectors in _behind(self._batches(texts, max_length, normalized), self._queued):
            out[batch] = vectors.numpy()
            done += len(batch)
            if progress:
                progress(done)
        return out

    def _batches(
        self, texts: Sequence[str], max_length: int | None, normalized: bool
    ) -> Iterator[tuple[list[int], _Arriving]]:
        """Batches of indexes of texts, with their vectors, which a GPU may still be computing."""
        for group, ids in self._tokenized(texts, max_length):
            for batch in batches([len(row) for row in ids], self._budget):
                with torch.inference_mode():
                    pooled = self._pooled([ids[place] for place in batch])
                    vectors = normalize(pooled) if normalized else pooled
                yield [group[place] for place in batch], _Arriving(vectors)

    def _tokenized(
        self, texts: Sequence[str], max_length: int | None
    ) -> Iterator[tuple[Sequence[int], list[list[int]]]]:
        """Groups of indexes of texts, with their token ids; on a GPU, the next is tokenized while it works."""
        if not self._queued:
            return iter([(range(len(texts)), self.tokenize(texts, max_length))])
        groups = batches([len(text) for text in texts], GPU_TOKENIZED)
        return _ahead((group, self.tokenize([texts[index] for index in group], max_length)) for group in groups)

    def tokenize(self, texts: Sequence[str], max_length: int | None = None) -> list[list[int]]:
        """The token ids of texts with the model's special tokens, at most `max_length` each."""
        self.tokenizer.enable_truncation(max_length or self.max_length)
        return [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]

    def _pooled(self, rows: Sequence[Sequence[int]]) -> Tensor:
        try:
            return self.pool(rows).float()
        except IndexError as error:
            raise ModelUnavailable(f"the tokenizer of {self.name} does not fit its weights: {error}") from error

    @abstractmethod
    def pool(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Run the network on token ids of a batch. Returns one unnormalised vector per text, [texts, dimensions]."""


def _read_tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    """Load the tokenizer, with padding disabled. Raises ModelUnavailable."""
    path = checkpoint.tokenizer_file()
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exceptions
        raise ModelUnavailable(f"{path} is not a tokenizer: {error}") from error
    tokenizer.no_padding()
    return tokenizer
