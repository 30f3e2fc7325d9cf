"""Triton kernels for what a CUDA GPU does between the matrix products of JinaBERT v2.

All read and write [tokens, width] matrices in the precision of the linear layers, and compute in float32. Triton
compiles each in about a second and keeps the result on disk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import triton
import triton.language as tl
from torch import Tensor

from codesearch.models.jina.attention import alibi_slopes

Indexes = npt.NDArray[np.int32]

_NORM_ROWS = 4
_GLU_BLOCK = 1024
_POOL_ROWS, _POOL_COLUMNS = 64, 64
TILE = 128
"""Queries that one program of the attention kernel handles."""
_FAST = {"KEYS": 64, "num_warps": 4, "num_stages": 3}
_EXACT = {"KEYS": 32, "num_warps": 8, "num_stages": 2}
_SMALLEST_DOT = 16
"""The least width of Triton's matrix product."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the texts of a packed batch are."""

    ids: Tensor
    """int32 [tokens]."""
    starts: Tensor
    """int32 [texts + 1]: the first token of each text, and the number of all tokens."""
    tiles: Tensor
    """int32 [tiles, 3]: first token and length of a text, and the place in it of up to TILE queries."""


def layout(rows: Sequence[Sequence[int]], device: torch.device) -> Layout:
    """Pack token ids, and copy them to the device without waiting for the work that it has queued."""
    ids = np.fromiter(chain.from_iterable(rows), np.int32)
    starts, tiles = _places([len(row) for row in rows])
    sizes = [len(ids), len(starts), tiles.size]
    first, second, third = torch.split(_sent(np.concatenate([ids, starts, tiles.ravel()]), device), sizes)
    return Layout(first, second, third.view(-1, 3))


def _places(lengths: Sequence[int]) -> tuple[Indexes, Indexes]:
    """Starts and tiles of a Layout."""
    counts = np.asarray(lengths, np.int32)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    tiled = -(-counts // TILE)
    text = np.repeat(np.arange(len(counts)), tiled)
    place = np.arange(len(text)) - np.repeat(np.cumsum(tiled) - tiled, tiled)
    return starts, np.stack([starts[text], counts[text], place * TILE], axis=1).astype(np.int32)


def _sent(array: Indexes, device: torch.device) -> Tensor:
    tensor = torch.from_numpy(array)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor


class KernelAttention:
    """See codesearch.models.jina.attention.Attention."""

    def __init__(self, lengths: Sequence[int], heads: int, device: torch.device) -> None:
        self._tiles = _sent(_places(lengths)[1], device)
        self._slopes = scaled_slopes(heads, device)

    def __call__(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See Attention."""
        queries, keys, values = (x.reshape(len(x), -1) for x in (q, k, v))
        with torch.cuda.device(q.device):
            return attention(queries, keys, values, self._tiles, self._slopes).view(q.shape)


def add_norm(
    update: Tensor,
    residual: Tensor,
    first: tuple[Tensor, Tensor],
    second: tuple[Tensor, Tensor] | None,
    epsilon: float,
    precision: torch.dtype,
) -> Tensor:
    """y = norm(update + residual), and norm(y + residual) if there is a second (weight, bias).

    `residual` may be one row for all.
    """
    count, width = update.shape
    out = torch.empty(count, width, dtype=precision, device=update.device)
    stride = residual.stride(0) if residual.ndim == 2 else 0
    _add_norm[(triton.cdiv(count, _NORM_ROWS),)](
        update, residual, out, *first, *(second or first), count, stride, epsilon,
        TWICE=second is not None, WIDTH=width, BLOCK=triton.next_power_of_2(width), ROWS=_NORM_ROWS,
    )  # fmt: skip
    return out


def norm_queries_and_keys(qkv: Tensor, weight: Tensor, bias: Tensor, epsilon: float) -> None:
    """Norm the first and the second third of [tokens, 3 · width] in place; weight and bias are [2, width]."""
    count, width = len(qkv), qkv.shape[1] // 3
    _norm_in_place[(triton.cdiv(count, _NORM_ROWS), 2)](
        qkv, weight, bias, count, epsilon,
        WIDTH=width, BLOCK=triton.next_power_of_2(width), ROWS=_NORM_ROWS,
    )  # fmt: skip


def gated(halves: Tensor, gate_first: bool, activation: str) -> Tensor:
    """[tokens, 2 · inner] → [tokens, inner]: one half times the activation of the other."""
    count, inner = len(halves), halves.shape[1] // 2
    out = torch.empty(count, inner, dtype=halves.dtype, device=halves.device)
    _gated[(count, triton.cdiv(inner, _GLU_BLOCK))](
        halves, out, INNER=inner, BLOCK=_GLU_BLOCK, GATE_FIRST=gate_first, GELU=activation == "gelu"
    )
    return out


def attention(q: Tensor, k: Tensor, v: Tensor, tiles: Tensor, slopes: Tensor, **options: Any) -> Tensor:
    """Attention with ALiBi inside each text: thrice [tokens, width], of equal strides → [tokens, width].

    `tiles`: see Layout; `slopes`: see scaled_slopes.
    """
    count, width = q.shape
    heads = len(slopes)
    size = width // heads
    out = torch.empty(count, width, dtype=q.dtype, device=q.device)
    exact = q.dtype == torch.float32
    _attention[(heads, len(tiles))](
        q, k, v, out, tiles, slopes, q.stride(0), math.log2(math.e) / math.sqrt(size),
        HEADS=heads, SIZE=size, PADDED=max(_SMALLEST_DOT, triton.next_power_of_2(size)),
        QUERIES=TILE, PRECISION="ieee" if exact else "tf32",
        **((_EXACT if exact else _FAST) | options),
    )  # fmt: skip
    return out


def scaled_slopes(heads: int, device: torch.device) -> Tensor:
    """ALiBi's slopes for powers of two instead of e, float32 [heads]."""
    return torch.tensor(alibi_slopes(heads), dtype=torch.float64).mul(math.log2(math.e)).float().to(device)


def mean_pool(hidden: Tensor, starts: Tensor) -> Tensor:
    """The mean of each text's rows, float32 [texts, width]."""
    texts, width = len(starts) - 1, hidden.shape[1]
    out = torch.empty(texts, width, dtype=torch.float32, device=hidden.device)
    _mean_pool[(texts, triton.cdiv(width, _POOL_COLUMNS))](
        hidden, starts, out, WIDTH=width, ROWS=_POOL_ROWS, COLUMNS=_POOL_COLUMNS
    )
    return out


def works(device: torch.device) -> bool:
    """Whether these kernels run on a GPU: it must be an Ampere or later, and Triton needs a C compiler."""
    if torch.cuda.get_device_capability(device) < (8, 0):
        return False
    try:
        with torch.cuda.device(device):
            gated(torch.ones(1, 2, device=device), True, "gelu")
    except Exception:  # whatever a compiler may raise
        return False
    return True


@triton.jit
def _normed(x, weight, bias, columns, epsilon, WIDTH: tl.constexpr):  # type: ignore[no-untyped-def]
    inside = columns < WIDTH
    mean = tl.sum(x, 1)[:, None] / WIDTH
    centred = tl.where(inside, x - mean, 0.0)
    variance = tl.sum(centred * centred, 1)[:, None] / WIDTH
    w = tl.load(weight + columns, mask=inside, other=0.0)
    b = tl.load(bias + columns, mask=inside, other=0.0)
    return centred * tl.rsqrt(variance + epsilon) * w + b


@triton.jit
def _add_norm(  # type: ignore[no-untyped-def]
    update, residual, out, weight, bias, weight_2, bias_2, count, residual_stride, epsilon,
    TWICE: tl.constexpr, WIDTH: tl.constexpr, BLOCK: tl.constexpr, ROWS: tl.constexpr,
):  # fmt: skip
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]
    columns = tl.arange(0, BLOCK)[None, :]
    inside = (rows < count) & (columns < WIDTH)
    a = tl.load(update + rows * WIDTH + columns, mask=inside, other=0.0).to(tl.float32)
    r = tl.load(residual + rows * residual_stride + columns, mask=inside, other=0.0).to(tl.float32)
    y = _normed(a + r, weight, bias, columns, epsilon, WIDTH)
    if TWICE:
        y = _normed(y + r, weight_2, bias_2, columns, epsilon, WIDTH)
    tl.store(out + rows * WIDTH + columns, y.to(out.dtype.element_ty), mask=inside)


@triton.jit
def _norm_in_place(  # type: ignore[no-untyped-def]
    qkv, weight, bias, count, epsilon, WIDTH: tl.constexpr, BLOCK: tl.constexpr, ROWS: tl.constexpr
):
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]
    part = tl.program_id(1) * WIDTH
    columns = tl.arange(0, BLOCK)[None, :]
    inside = (rows < count) & (columns < WIDTH)
    at = qkv + rows * (3 * WIDTH) + part + columns
    x = tl.load(at, mask=inside, other=0.0).to(tl.float32)
    y = _normed(x, weight + part, bias + part, columns, epsilon, WIDTH)
    tl.store(at, y.to(qkv.dtype.element_ty), mask=inside)


@triton.jit
def _gated(  # type: ignore[no-untyped-def]
    halves, out, INNER: tl.constexpr, BLOCK: tl.constexpr, GATE_FIRST: tl.constexpr, GELU: tl.constexpr
):
    row = tl.program_id(0)
    columns = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = columns < INNER
    first = tl.load(halves + row * 2 * INNER + columns, mask=inside, other=0.0).to(tl.float32)
    second = tl.load(halves + row * 2 * INNER + INNER + columns, mask=inside, other=0.0).to(tl.float32)
    if GATE_FIRST:
        gate, up = first, second
    else:
        gate, up = second, first
    gate = 0.5 * gate * (1.0 + tl.math.erf(gate * 0.7071067811865476)) if GELU else tl.maximum(gate, 0.0)
    tl.store(out + row * INNER + columns, (up * gate).to(out.dtype.element_ty), mask=inside)


@triton.jit
def _attend(  # type: ignore[no-untyped-def]
    q, keys, values, stride, place, length, top, total, acc, places, slope, scale,
    MASKED: tl.constexpr, SIZE: tl.constexpr, PADDED: tl.constexpr, KEYS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """One step of the online softmax, over the keys from `place` on."""
    columns = place + tl.arange(0, KEYS)
    dims = tl.arange(0, PADDED)
    at_k = keys + columns[None, :] * stride + dims[:, None]
    at_v = values + columns[:, None] * stride + dims[None, :]
    if MASKED or SIZE < PADDED:
        k = tl.load(at_k, mask=(columns[None, :] < length) & (dims[:, None] < SIZE), other=0.0)
        v = tl.load(at_v, mask=(columns[:, None] < length) & (dims[None, :] < SIZE), other=0.0)
    else:
        k = tl.load(at_k)
        v = tl.load(at_v)
    distance = tl.abs(places.to(tl.float32)[:, None] - columns.to(tl.float32)[None, :])
    scores = tl.dot(q, k, input_precision=PRECISION) * scale - slope * distance
    if MASKED:
        scores = tl.where(columns[None, :] < length, scores, float("-inf"))
    higher = tl.maximum(top, tl.max(scores, 1))
    weights = tl.exp2(scores - higher[:, None])
    fading = tl.exp2(top - higher)
    total = total * fading + tl.sum(weights, 1)
    acc = tl.dot(weights.to(v.dtype), v, acc * fading[:, None], input_precision=PRECISION)
    return higher, total, acc


@triton.jit
def _attention(  # type: ignore[no-untyped-def]
    queries, keys, values, out, tiles, slopes, stride, scale,
    HEADS: tl.constexpr, SIZE: tl.constexpr, PADDED: tl.constexpr,
    QUERIES: tl.constexpr, KEYS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    head = tl.program_id(0)
    tile = tiles + 3 * tl.program_id(1)
    start, length, first = tl.load(tile), tl.load(tile + 1), tl.load(tile + 2)
    WIDTH: tl.constexpr = HEADS * SIZE
    places = first + tl.arange(0, QUERIES)
    dims = tl.arange(0, PADDED)
    inside = (places[:, None] < length) & (dims[None, :] < SIZE)
    base = start * stride + head * SIZE
    q = tl.load(queries + base + places[:, None] * stride + dims[None, :], mask=inside, other=0.0)
    slope = tl.load(slopes + head)
    top = tl.full([QUERIES], float("-inf"), tl.float32)
    total = tl.zeros([QUERIES], tl.float32)
    acc = tl.zeros([QUERIES, PADDED], tl.float32)
    whole = length // KEYS * KEYS
    for place in range(0, whole, KEYS):
        top, total, acc = _attend(
            q, keys + base, values + base, stride, place, length, top, total, acc, places, slope, scale,
            False, SIZE, PADDED, KEYS, PRECISION,
        )  # fmt: skip
    if whole < length:
        top, total, acc = _attend(
            q, keys + base, values + base, stride, whole, length, top, total, acc, places, slope, scale,
            True, SIZE, PADDED, KEYS, PRECISION,
        )  # fmt: skip
    at = out + (start + places)[:, None] * WIDTH + head * SIZE + dims[None, :]
    tl.store(at, (acc / total[:, None]).to(out.dtype.element_ty), mask=inside)


@triton.jit
def _mean_pool(  # type: ignore[no-untyped-def]
    hidden, starts, out, WIDTH: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr
):
    text = tl.program_id(0)
    columns = tl.program_id(1) * COLUMNS + tl.arange(0, COLUMNS)
    start, end = tl.load(starts + text), tl.load(starts + text + 1)
    acc = tl.zeros([ROWS, COLUMNS], tl.float32)
    for first in range(start, end, ROWS):
        rows = first + tl.arange(0, ROWS)
        inside = (rows[:, None] < end) & (columns[None, :] < WIDTH)
        acc += tl.load(hidden + rows[:, None] * WIDTH + columns[None, :], mask=inside, other=0.0).to(tl.float32)
    mean = tl.sum(acc, 0) / tl.maximum(end - start, 1).to(tl.float32)
    tl.store(out + text * WIDTH + columns, mean, mask=columns < WIDTH)
