"""The base class of transformer encoders: tokenization, batching and normalization."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import normalize

from codesearch.errors import ModelUnavailable
from codesearch.models.batching import batches
from codesearch.models.checkpoint import Checkpoint
from codesearch.models.devices import Runtime
from codesearch.models.encoder import TRANSFORMER, Embeddings

CPU_BUDGET = 4096
"""Tokens per batch on a CPU; more is no faster and exceeds its caches."""
GPU_BUDGET = 32_768


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
        self._budget = CPU_BUDGET if runtime.device.type == "cpu" else GPU_BUDGET
        self.query_prompt = self.document_prompt = ""

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        return self.encode([self.document_prompt + text for text in texts], self.max_length)

    def encode_query(self, text: str) -> Embeddings:
        """See Encoder."""
        vector: Embeddings = self.encode([self.query_prompt + text], self.max_length)[0]
        return vector

    def encode(
        self,
        texts: Sequence[str],
        max_length: int | None = None,
        *,
        normalized: bool = True,
        progress: Callable[[int], None] | None = None,
    ) -> Embeddings:
        """Encode texts without a prompt. Returns pooled embeddings, float32 [texts, dimensions].

        Texts are truncated to `max_length` tokens (the encoder's default if None). `progress` is called with the
        number of texts done.
        """
        ids = self.tokenize(texts, max_length)
        out = np.zeros((len(texts), self.dimensions), np.float32)
        done = 0
        for batch in batches([len(row) for row in ids], self._budget):
            with torch.inference_mode():
                pooled = self._pooled([ids[index] for index in batch])
                out[batch] = (normalize(pooled) if normalized else pooled).cpu().numpy()
            done += len(batch)
            if progress:
                progress(done)
        return out

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
