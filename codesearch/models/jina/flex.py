"""Attention with ALiBi by FlexAttention, for CUDA: one kernel processes a whole packed batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

from codesearch.models.jina.attention import alibi_slopes


class FlexAttention:
    """See codesearch.models.jina.attention.Attention. Scores and ALiBi are float32 inside the kernel."""

    def __init__(self, lengths: Sequence[int], heads: int, device: torch.device) -> None:
        total = sum(lengths)
        counts = torch.tensor(list(lengths), device=device)
        text = torch.repeat_interleave(torch.arange(len(lengths), device=device), counts, output_size=total)
        slopes = torch.tensor(alibi_slopes(heads), dtype=torch.float32, device=device)

        def same_text(b: Tensor, h: Tensor, i: Tensor, j: Tensor) -> Tensor:
            return text[i] == text[j]

        def alibi(score: Tensor, b: Tensor, h: Tensor, i: Tensor, j: Tensor) -> Tensor:
            return score - slopes[h] * (i - j).abs()

        self._alibi = alibi
        self._mask = create_block_mask(same_text, None, None, total, total, device=str(device))

    def __call__(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See Attention."""
        q, k, v = (x.transpose(0, 1)[None] for x in (q, k, v))
        attended: Tensor = _kernel(q.device.type)(q, k, v, score_mod=self._alibi, block_mask=self._mask)
        return attended[0].transpose(0, 1)


@cache
def _kernel(device: str) -> Any:
    """Compiled once for all batch sizes; uncompiled on a CPU, where only the tests use it."""
    return torch.compile(flex_attention, dynamic=True) if device == "cuda" else flex_attention
