"""JinaBERT v2 as an encoder: texts → unit vectors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from codesearch.models.checkpoint import Checkpoint
from codesearch.models.devices import Runtime
from codesearch.models.jina.load import load_model
from codesearch.models.jina.model import mean_pool
from codesearch.models.transformer import TransformerEncoder

DEFAULT_LENGTH = 2048
"""Tokens of a text that are read by default: longer than any chunk, and a quarter of the model's maximum."""


class JinaEncoder(TransformerEncoder):
    """Encoder with a JinaBERT v2 model: mean pooling, no prompts, as on the model cards."""

    def __init__(self, checkpoint: Checkpoint, name: str, runtime: Runtime, max_length: int | None = None) -> None:
        """Load a checkpoint. Raises ModelUnavailable if it is incomplete."""
        super().__init__(checkpoint, name, runtime, max_length or DEFAULT_LENGTH)
        self.model = load_model(checkpoint, runtime.precision, runtime.device)
        self.dimensions = self.model.config.hidden

    def pool(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """See TransformerEncoder."""
        return mean_pool(self.hidden_states(rows), [len(row) for row in rows])

    @torch.inference_mode()
    def hidden_states(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """The hidden states of token ids, rows concatenated: float32 [tokens, dimensions]."""
        ids = torch.tensor([token for row in rows for token in row], dtype=torch.int64, device=self.device)
        hidden: Tensor = self.model(ids, [len(row) for row in rows])
        return hidden
