"""JinaBERT v2 on a CPU with int8 instructions: the network of codesearch.models.jina.model, its products in int8.

Each row of a weight has a scale of its own, and each token a scale and a middle, so that a text's vector does not
depend on the others of its batch. Products are rounded to bfloat16; norms, residuals and activations are float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from codesearch.models.jina.model import CodeLayer, JinaModel, Layer, attention_over

_LARGEST = 127
_SMALLEST_SCALE = 1e-12
"""Of a row of zeros."""
_ZERO = 128
"""The byte that stands for 0: the product takes unsigned bytes."""
_TOKENS_AT_ONCE = 256
"""Tokens whose hidden states stay in the caches from one layer to the next."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Numbers in bytes: of each row, how far they are from the middle between its least and largest number."""

    bytes: Tensor
    scale: Tensor
    """What they are multiplied by, float32 [rows, 1]."""
    middle: Tensor
    """float32 [rows, 1]."""

    @classmethod
    def of(cls, x: Tensor) -> _Rows:
        least, largest = x.amin(1, keepdim=True).float(), x.amax(1, keepdim=True).float()
        middle = (least + largest) / 2
        scale = (largest - least).clamp_(min=_SMALLEST_SCALE) / (2 * _LARGEST)
        signed = ((x - middle) / scale).round_().to(torch.int8)
        return cls(signed.view(torch.uint8).bitwise_xor_(_ZERO), scale, middle)


class _Weight:
    """The weight of a linear layer, or of several with the same input."""

    def __init__(self, *layers: Any) -> None:
        weight = torch.cat([layer.weight for layer in layers]).float()
        rows = weight.abs().amax(1).clamp_(min=_SMALLEST_SCALE) / _LARGEST
        signed = (weight / rows[:, None]).round_().to(torch.int8)
        self._packed = torch.ops.onednn.qlinear_prepack(signed, None)
        self._scales = rows
        self._sums = signed.sum(1) * rows
        self._zeros = torch.zeros(len(rows), dtype=torch.int64)
        biases = [layer.bias for layer in layers]
        self._bias = None if biases[0] is None else torch.cat(biases).float()

    def product(self, x: _Rows) -> Tensor:
        """bfloat16 [rows, out]: of the bytes alone, to be multiplied by the scale of each row."""
        out: Tensor = torch.ops.onednn.qlinear_pointwise(
            x.bytes,
            1.0,
            _ZERO,
            self._packed,
            self._scales,
            self._zeros,
            None,
            1.0,
            0,
            torch.bfloat16,
            "none",
            [],
            "",
        )
        return out

    def __call__(self, x: _Rows) -> Tensor:
        """float32 [rows, out]."""
        constant = x.middle * self._sums if self._bias is None else torch.addcmul(self._bias, x.middle, self._sums)
        return constant.addcmul_(self.product(x), x.scale)


class _Block:
    """One transformer block."""

    def __init__(self, layer: Layer, model: JinaModel) -> None:
        within: Any = layer.attention["self"]
        output: Any = layer.attention["output"]
        mlp: Any = layer.mlp
        is_code = isinstance(layer, CodeLayer)
        self._heads = (model.config.heads, model.config.head_size)
        self._gate_is_first = not is_code
        self._activate = mlp._activation
        self._qkv = _Weight(within.query, within.key, within.value)
        self._norms = (within.layer_norm_q, within.layer_norm_k)
        self._dense = _Weight(output.dense)
        self._dense_norm = output.LayerNorm
        self._middle_norm: Any = layer.layer_norm_1 if isinstance(layer, CodeLayer) else None
        self._up = _Weight(mlp.up_gated_layer if is_code else mlp.gated_layers)
        self._down = _Weight(mlp.down_layer if is_code else mlp.wo)
        self._last_norm: Any = layer.layer_norm_2 if isinstance(layer, CodeLayer) else mlp.layernorm

    def queries_keys_values(self, x: Tensor) -> tuple[Tensor, ...]:
        """Each bfloat16 [tokens, heads, head size]."""
        q, k, v = self._qkv(_Rows.of(x)).chunk(3, 1)
        parts = (self._norms[0](q), self._norms[1](k), v)
        return tuple(part.to(torch.bfloat16).unflatten(1, self._heads) for part in parts)

    def rest(self, x: Tensor, context: Tensor) -> Tensor:
        """What follows attention: float32 [tokens, hidden]."""
        attended = self._dense_norm(self._dense(_Rows.of(context)).add_(x))
        middle: Tensor = self._middle_norm(x + attended) if self._middle_norm else attended
        first, second = self._up(_Rows.of(middle)).chunk(2, 1)
        gate, up = (first, second) if self._gate_is_first else (second, first)
        inner = self._activate(gate).mul_(up)
        out: Tensor = self._last_norm(self._down(_Rows.of(inner)).add_(middle))
        return out


class QuantizedModel:
    """Computes what a JinaModel does, from weights of its own."""

    def __init__(self, model: JinaModel) -> None:
        self.config = model.config
        self._embeddings = model.embeddings
        self._blocks = [_Block(layer, model) for layer in model.layers]

    def __call__(self, ids: Tensor, lengths: Sequence[int]) -> Tensor:
        """As JinaModel.forward."""
        attend = attention_over(lengths, self.config.heads, ids.device, torch.bfloat16)
        x: Tensor = self._embeddings(ids, None)
        for block in self._blocks:
            parts = [block.queries_keys_values(part) for part in torch.split(x, _TOKENS_AT_ONCE)]
            context = attend(*(torch.cat(part) for part in zip(*parts, strict=True))).flatten(1)
            pairs = zip(torch.split(x, _TOKENS_AT_ONCE), torch.split(context, _TOKENS_AT_ONCE), strict=True)
            x = torch.cat([block.rest(before, after) for before, after in pairs])
        return x
