"""JinaBERT v2 on a CUDA GPU: the network of codesearch.models.jina.model with Triton kernels between its products.

Unlike there, hidden states between the layers are rounded to the precision of the linear layers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from codesearch.models.jina import kernels
from codesearch.models.jina.config import JinaConfig
from codesearch.models.jina.kernels import Layout
from codesearch.models.jina.model import CodeLayer, JinaModel, Layer, Norm

Affine = tuple[Tensor, Tensor]
"""A weight and a bias."""


@dataclass(frozen=True, slots=True)
class _Weights:
    """One block's weights."""

    qkv: Affine
    qk_norm: Affine | None
    dense: Affine
    dense_norm: Affine
    middle_norm: Affine | None
    up: Tensor
    down: Affine
    last_norm: Affine


class FusedModel:
    """Computes what a JinaModel does, whose weights it shares except those of queries, keys and values."""

    def __init__(self, model: JinaModel) -> None:
        self.config: JinaConfig = model.config
        self._embeddings = model.embeddings
        self._layers = [_weights(layer) for layer in model.layers]
        self._precision = self._layers[0].up.dtype
        self._slopes = kernels.scaled_slopes(self.config.heads, self._layers[0].up.device)

    def __call__(self, packed: Layout) -> Tensor:
        """The hidden states of a packed batch, [tokens, hidden] in the precision of the linear layers."""
        config, words = self.config, self._embeddings
        norm, numbers = words.LayerNorm, (config.epsilon, self._precision)
        x = kernels.add_norm(
            words.word_embeddings.weight[packed.ids],
            words.token_type_embeddings.weight[0],
            (norm.weight, norm.bias),
            None,
            *numbers,
        )
        for layer in self._layers:
            qkv = linear(x, *layer.qkv)
            if layer.qk_norm:
                kernels.norm_queries_and_keys(qkv, *layer.qk_norm, config.epsilon)
            q, k, v = qkv.chunk(3, 1)
            context = kernels.attention(q, k, v, packed.tiles, self._slopes)
            attended = linear(context, *layer.dense)
            middle = kernels.add_norm(attended, x, layer.dense_norm, layer.middle_norm, *numbers)
            inner = kernels.gated(linear(middle, layer.up), config.shape != "code", config.activation)
            x = kernels.add_norm(linear(inner, *layer.down), middle, layer.last_norm, None, *numbers)
        return x

    @torch.inference_mode()
    def pool(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """The mean of each text's hidden states, float32 [texts, hidden]."""
        packed = self.layout(rows)
        return kernels.mean_pool(self(packed), packed.starts)

    def layout(self, rows: Sequence[Sequence[int]]) -> Layout:
        """Pack token ids. Raises IndexError if one is not in the vocabulary."""
        packed = kernels.layout(rows, self._slopes.device)
        highest = max((max(row, default=0) for row in rows), default=0)
        if highest >= self.config.vocabulary:
            raise IndexError(f"token {highest} of {self.config.vocabulary}")
        return packed


def _weights(layer: Layer) -> _Weights:
    within: Any = layer.attention["self"]
    output: Any = layer.attention["output"]
    mlp: Any = layer.mlp
    parts = (within.query, within.key, within.value)
    norms = (within.layer_norm_q, within.layer_norm_k)
    is_code = isinstance(layer, CodeLayer)
    return _Weights(
        qkv=_joined(torch.cat, parts),
        qk_norm=_joined(torch.stack, norms) if isinstance(norms[0], Norm) else None,
        dense=_affine(output.dense),
        dense_norm=_affine(output.LayerNorm),
        middle_norm=_affine(layer.layer_norm_1) if isinstance(layer, CodeLayer) else None,
        up=(mlp.up_gated_layer if is_code else mlp.gated_layers).weight,
        down=_affine(mlp.down_layer if is_code else mlp.wo),
        last_norm=_affine(layer.layer_norm_2 if isinstance(layer, CodeLayer) else mlp.layernorm),
    )


def _affine(module: Any) -> Affine:
    return module.weight, module.bias


def _joined(join: Callable[[list[Tensor]], Tensor], modules: Sequence[Any]) -> Affine:
    return join([module.weight for module in modules]), join([module.bias for module in modules])
