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

BUFFERED_LENGTH = 2048
"""Tokens of a text for which BufferedAttention is faster; the scores of one head of a longer one exceed caches."""
_BUFFERED_SCORES = 600_000
"""At once, unless one head has more: with their rounded copy 3.6 MB."""


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
        bias = _reversed_bias(self._slopes, length)[None]
        return bias if bias.device.type == "cpu" else bias.contiguous()  # overlapping views are tested on CPUs only


class BufferedAttention:
    """Scores of some heads at a time, in buffers that stay in the caches: in bfloat16 twice as fast as SDPA on a CPU.

    Scores are rounded to bfloat16 before the bias is added. Here the keys and values are in reverse order.
    """

    def __init__(self, lengths: Sequence[int], heads: int) -> None:
        self._slopes = torch.tensor(alibi_slopes(heads), dtype=torch.float32)
        self._lengths = [length for length in lengths if length]
        most = max((self._at_once(length) * length * length for length in self._lengths), default=0)
        self._scores = torch.empty(most)
        self._rounded = torch.empty(most, dtype=torch.bfloat16)

    def __call__(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See Attention."""
        out = torch.empty_like(q)
        q = q / math.sqrt(q.shape[2])
        start = 0
        for length in self._lengths:
            end = start + length
            queries, keys, values = (x[start:end].transpose(0, 1) for x in (q, k, v))
            self._attend(queries, keys.flip(1).transpose(1, 2), values.flip(1), out[start:end].transpose(0, 1))
            start = end
        return out

    def _attend(self, queries: Tensor, keys: Tensor, values: Tensor, out: Tensor) -> None:
        """One text, [heads, length, head size], its keys transposed."""
        heads, length, _ = queries.shape
        at_once = self._at_once(length)
        for i in range(0, heads, at_once):
            part = slice(i, i + at_once)
            shape = (len(queries[part]), length, length)
            rounded, scores = (x[: math.prod(shape)].view(shape) for x in (self._rounded, self._scores))
            torch.bmm(queries[part], keys[part], out=rounded)
            torch.add(rounded, _reversed_bias(self._slopes[part], length), out=scores)
            torch.softmax(scores, -1, out=scores)
            rounded.copy_(scores)
            out[part] = torch.bmm(rounded, values[part])

    def _at_once(self, length: int) -> int:
        return max(1, min(len(self._slopes), _BUFFERED_SCORES // (length * length)))


def _reversed_bias(slopes: Tensor, length: int) -> Tensor:
    """-slope · distance, float32 [heads, length, length], for queries or keys in reverse order."""
    distances = torch.arange(1 - length, length, dtype=torch.float32, device=slopes.device).abs()
    table = -slopes[:, None] * distances
    return table.as_strided((len(slopes), length, length), (2 * length - 1, 1, 1))


def _runs(lengths: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(first token, texts, tokens per text) of each run of texts of equal length."""
    start = 0
    for length, texts in groupby(lengths):
        count = sum(1 for _ in texts)
        if length:
            yield start, count, length
        start += count * length
