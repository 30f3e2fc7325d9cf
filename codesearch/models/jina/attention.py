"""Attention with ALiBi inside each text of a packed batch.

A packed batch is the concatenated tokens of several texts, without padding: there is nothing to mask and no wasted
work. ALiBi (Press et al. 2022) is relative, so that a text's position in the batch does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


class Attention(Protocol):
    """Attends within each text. q, k, v and the result: [tokens, heads, head size]."""

    def __call__(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor: ...


def alibi_slopes(heads: int) -> list[float]:
    """How much the scores of each head decrease per token of distance (positive)."""
    power = 2 ** int(math.log2(heads))
    slopes = [2 ** (-8 * (i + 1) / power) for i in range(power)]
    if power < heads:
        slopes += alibi_slopes(2 * power)[0::2][: heads - power]
    return slopes


class SpanAttention:
    """One call of SDPA for each run of texts of equal length.

    With the queries in reverse order, the bias of (i, j) depends only on i + j: a strided view of 2·length - 1 numbers
    per head replaces the length x length table, which at 8,192 tokens and 12 heads would take 3.2 GB.
    """

    def __init__(self, lengths: Sequence[int], heads: int, device: torch.device) -> None:
        self._slopes = torch.tensor(alibi_slopes(heads), dtype=torch.float32, device=device)
        self._runs = [(*run, self._bias(run[2])) for run in _runs(lengths)]

    def __call__(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See Attention."""
        out = torch.empty_like(q)
        for start, count, length, bias in self._runs:
            end = start + count * length
            shape = (count, length, *q.shape[1:])
            queries, keys, values = (x[start:end].view(shape).transpose(1, 2) for x in (q, k, v))
            if q.device.type == "cuda":  # where a kernel wants its bias in the precision of the queries
                queries, keys, values = queries.float(), keys.float(), values.float()
            attended = scaled_dot_product_attention(queries.flip(2), keys, values, attn_mask=bias)
            out[start:end].view(shape).copy_(attended.flip(2).transpose(1, 2))
        return out

    def _bias(self, length: int) -> Tensor:
        """-slope · distance, float32 [1, heads, length, length], for reversed queries."""
        distances = torch.arange(1 - length, length, dtype=torch.float32, device=self._slopes.device).abs()
        table = -self._slopes[:, None] * distances
        bias = table.as_strided((1, len(self._slopes), length, length), (0, 2 * length - 1, 1, 1))
        return bias if bias.device.type == "cpu" else bias.contiguous()  # overlapping views are tested on CPUs only


def _runs(lengths: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(first token, texts, tokens per text) of each run of texts of equal length."""
    start = 0
    for length, texts in groupby(lengths):
        count = sum(1 for _ in texts)
        if length:
            yield start, count, length
        start += count * length
