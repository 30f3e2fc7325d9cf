"""JinaBERT v2 as a model for the library sentence-transformers, without remote code.

from codesearch.models.jina.sentence_module import sentence_transformer

model = sentence_transformer("jina-code")
model.encode(["where is a date parsed"])
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from codesearch.errors import ModelUnavailable
from codesearch.models.jina.automodel import JinaBertModel
from codesearch.models.jina.encoder import DEFAULT_LENGTH, JinaEncoder
from codesearch.models.loading import load_encoder


class JinaModule(nn.Module):
    """The first module of a SentenceTransformer: computes token embeddings."""

    def __init__(self, name: str, max_length: int = DEFAULT_LENGTH) -> None:
        """`name` is a folder, a known name or a cached id of the hub. Raises ModelUnavailable."""
        super().__init__()
        encoder = load_encoder(name, device="cpu", precision="float32")
        if not isinstance(encoder, JinaEncoder):
            raise ModelUnavailable(f"{name} is not a JinaBERT v2 model")
        self._encoder = encoder
        self.max_seq_length = max_length
        self.auto_model = JinaBertModel.from_pretrained(name)

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of the library `tokenizers`."""
        return self._encoder.tokenizer

    def get_word_embedding_dimension(self) -> int:
        """Dimensions of a token's embedding."""
        return self._encoder.dimensions

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_options: Any) -> dict[str, Tensor]:
        """Texts → token ids, padded, and their mask."""
        rows = self._encoder.tokenize([(prompt or "") + text for text in inputs], self.max_seq_length)
        width = max(len(row) for row in rows)
        return {
            "input_ids": torch.tensor([row + [0] * (width - len(row)) for row in rows]),
            "attention_mask": torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
        }

    tokenize = preprocess  # its name before sentence-transformers 5.4

    def forward(self, features: dict[str, Tensor], **_options: Any) -> dict[str, Tensor]:
        """Adds `token_embeddings`, [texts, width, dimensions]."""
        output = self.auto_model(features["input_ids"], features["attention_mask"])
        return features | {"token_embeddings": output.last_hidden_state}

    def save(self, output_path: str, *_given: Any, **_options: Any) -> None:
        """Write the network and the tokenizer."""
        self.auto_model.save_pretrained(output_path)
        self.tokenizer.save(str(Path(output_path) / "tokenizer.json"))


def sentence_transformer(name: str, max_length: int = DEFAULT_LENGTH) -> SentenceTransformer:
    """A SentenceTransformer of a JinaBERT v2 model: mean pooling and normalisation, as on its card."""
    try:  # their place since sentence-transformers 5.4
        from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    except ImportError:
        from sentence_transformers.models import Normalize, Pooling
    module = JinaModule(name, max_length)
    return SentenceTransformer(modules=[module, Pooling(module.get_word_embedding_dimension(), "mean"), Normalize()])
