"""JinaBERT v2 as an encoder: texts → unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from codesearch.models.checkpoint import Checkpoint
from codesearch.models.devices import Runtime
from codesearch.models.jina.load import load_model
from codesearch.models.jina.model import JinaModel, has_kernels, mean_pool
from codesearch.models.transformer import TransformerEncoder

if TYPE_CHECKING:
    from codesearch.models.jina.fused import FusedModel
    from codesearch.models.jina.quantized import QuantizedModel

DEFAULT_LENGTH = 2048
"""Tokens of a text that are read by default: longer than any chunk, and a quarter of the model's maximum."""

FUSED_BUDGET = 65_536
"""Tokens per batch with our kernels: 2 GB. On an H100 half as many take the launching thread as long as the GPU."""


class JinaEncoder(TransformerEncoder):
    """Encoder with a JinaBERT v2 model: mean pooling, no prompts, as on the model cards."""

    def __init__(self, checkpoint: Checkpoint, name: str, runtime: Runtime, max_length: int | None = None) -> None:
        """Load a checkpoint. Raises ModelUnavailable if it is incomplete."""
        super().__init__(checkpoint, name, runtime, max_length or DEFAULT_LENGTH)
        is_quantized = runtime.precision is torch.int8
        self.model = load_model(checkpoint, torch.float16 if is_quantized else runtime.precision, runtime.device)
        self.dimensions = self.model.config.hidden
        self._quantized = _quantized(self.model) if is_quantized else None
        self._fused = _fused(self.model, runtime.device)
        if self._fused:
            self._budget = FUSED_BUDGET
        elif self.device.type == "cuda":
            self.note += "; slower than it could be, since Triton does not run here"

    def pool(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """See TransformerEncoder."""
        if self._fused:
            return self._fused.pool(rows)
        return mean_pool(self.hidden_states(rows), [len(row) for row in rows])

    @torch.inference_mode()
    def hidden_states(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """The hidden states of token ids, rows concatenated: float32 [tokens, dimensions]."""
        if self._fused:
            return self._fused(self._fused.layout(rows)).float()
        ids = torch.tensor([token for row in rows for token in row], dtype=torch.int64, device=self.device)
        network = self._quantized or self.model
        hidden: Tensor = network(ids, [len(row) for row in rows])
        return hidden


def _quantized(model: JinaModel) -> QuantizedModel:
    from codesearch.models.jina.quantized import QuantizedModel

    return QuantizedModel(model)


def _fused(model: JinaModel, device: torch.device) -> FusedModel | None:
    """The network for a GPU, None where it can't run."""
    if not has_kernels(device):
        return None
    from codesearch.models.jina.fused import FusedModel

    return FusedModel(model)
