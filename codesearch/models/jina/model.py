"""The network of JinaBERT v2 for packed batches, with the parameter names of the official weights.

Linear layers run in the precision of their weights; the residual stream, LayerNorms, ALiBi and pooling are float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from codesearch.models.jina.attention import BUFFERED_LENGTH, Attention, BufferedAttention, SpanAttention
from codesearch.models.jina.config import JinaConfig


class Embedding(nn.Embedding):
    """An embedding without random initialisation, which would import torch's compiler (a second) on the meta device."""

    def reset_parameters(self) -> None:
        """Leave the weights as they are."""


class Linear(nn.Linear):
    """A linear layer that casts its input to the precision of its weights. Without random initialisation."""

    def reset_parameters(self) -> None:
        """Leave the weights as they are."""

    def forward(self, input: Tensor) -> Tensor:
        """[tokens, in] → [tokens, out]."""
        return functional.linear(input.to(self.weight.dtype), self.weight, self.bias)


class Norm(nn.LayerNorm):
    """LayerNorm in float32, for input of any precision."""

    def forward(self, input: Tensor) -> Tensor:
        """[tokens, width] → float32 of the same shape."""
        return functional.layer_norm(
            input.float(), self.normalized_shape, self.weight.float(), self.bias.float(), self.eps
        )


class InputEmbeddings(nn.Module):
    """Word and token-type embeddings. Positions are encoded by ALiBi."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self.word_embeddings = Embedding(config.vocabulary, config.hidden)
        self.token_type_embeddings = Embedding(config.token_types, config.hidden)
        self.LayerNorm = Norm(config.hidden, config.epsilon)

    def forward(self, ids: Tensor, types: Tensor | None) -> Tensor:
        """int64 [tokens] → float32 [tokens, hidden]."""
        words = self.word_embeddings(ids).float()
        kinds = self.token_type_embeddings.weight[0] if types is None else self.token_type_embeddings(types)
        normed: Tensor = self.LayerNorm(words + kinds.float())
        return normed


class SelfAttention(nn.Module):
    """Projections to heads, and attention between them."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self._heads = (config.heads, config.head_size)
        self.query = Linear(config.hidden, config.hidden)
        self.key = Linear(config.hidden, config.hidden)
        self.value = Linear(config.hidden, config.hidden)
        normed = config.has_qk_norm
        self.layer_norm_q = Norm(config.hidden, config.epsilon) if normed else nn.Identity()
        self.layer_norm_k = Norm(config.hidden, config.epsilon) if normed else nn.Identity()

    def forward(self, x: Tensor, attend: Attention) -> Tensor:
        """[tokens, hidden] → [tokens, hidden]."""
        v = self.value(x)
        q = self.layer_norm_q(self.query(x)).to(v.dtype)  # over the full width, before the heads are split
        k = self.layer_norm_k(self.key(x)).to(v.dtype)
        return attend(*(t.unflatten(1, self._heads) for t in (q, k, v))).flatten(1)


class AttentionOutput(nn.Module):
    """Projection, residual and norm after attention."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self.dense = Linear(config.hidden, config.hidden)
        self.LayerNorm = Norm(config.hidden, config.epsilon)

    def forward(self, context: Tensor, x: Tensor) -> Tensor:
        """[tokens, hidden] → float32 [tokens, hidden]."""
        normed: Tensor = self.LayerNorm(self.dense(context) + x)
        return normed


class CodeFeedForward(nn.Module):
    """The gate is the second half; the residual and norm are the block's."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self._activation = _activation(config)
        self.up_gated_layer = Linear(config.hidden, 2 * config.intermediate, bias=False)
        self.down_layer = Linear(config.intermediate, config.hidden)

    def forward(self, x: Tensor) -> Tensor:
        """[tokens, hidden] → [tokens, hidden]."""
        up, gate = self.up_gated_layer(x).chunk(2, dim=-1)
        down: Tensor = self.down_layer(up * self._activation(gate))
        return down


class PlainFeedForward(nn.Module):
    """The gate is the first half; residual and norm are inside."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self._activation = _activation(config)
        self.gated_layers = Linear(config.hidden, 2 * config.intermediate, bias=False)
        self.wo = Linear(config.intermediate, config.hidden)
        self.layernorm = Norm(config.hidden, config.epsilon)

    def forward(self, x: Tensor) -> Tensor:
        """[tokens, hidden] → float32 [tokens, hidden]."""
        gate, up = self.gated_layers(x).chunk(2, dim=-1)
        normed: Tensor = self.layernorm(self.wo(self._activation(gate) * up) + x)
        return normed


class Layer(nn.Module):
    """One transformer block of the plain and qk shapes."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(config), "output": AttentionOutput(config)})
        self.mlp: nn.Module = PlainFeedForward(config)

    def forward(self, x: Tensor, attend: Attention) -> Tensor:
        """float32 [tokens, hidden] → float32 [tokens, hidden]."""
        out: Tensor = self.mlp(self.attend(x, attend))
        return out

    def attend(self, x: Tensor, attend: Attention) -> Tensor:
        """The block's first half."""
        out: Tensor = self.attention["output"](self.attention["self"](x, attend), x)
        return out


class CodeLayer(Layer):
    """One transformer block of the code shape: norms after the feed-forward, and the input added twice."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__(config)
        self.mlp = CodeFeedForward(config)
        self.layer_norm_1 = Norm(config.hidden, config.epsilon)
        self.layer_norm_2 = Norm(config.hidden, config.epsilon)

    def forward(self, x: Tensor, attend: Attention) -> Tensor:
        """float32 [tokens, hidden] → float32 [tokens, hidden]."""
        middle = self.layer_norm_1(x + self.attend(x, attend))
        out: Tensor = self.layer_norm_2(middle + self.mlp(middle))
        return out


class JinaModel(nn.Module):
    """Tokens → hidden states."""

    def __init__(self, config: JinaConfig) -> None:
        super().__init__()
        self.config = config
        block = CodeLayer if config.shape == "code" else Layer
        self.embeddings = InputEmbeddings(config)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(block(config) for _ in range(config.layers))})

    @property
    def layers(self) -> Iterator[Layer]:
        """The blocks, first to last."""
        return (layer for layer in self.encoder["layer"].children() if isinstance(layer, Layer))

    @property
    def precision(self) -> torch.dtype:
        """Of the linear layers."""
        within: Any = next(self.layers).attention["self"]
        precision: torch.dtype = within.value.weight.dtype
        return precision

    def forward(self, ids: Tensor, lengths: Sequence[int], types: Tensor | None = None) -> Tensor:
        """The hidden states of a packed batch, float32 [tokens, hidden].

        `ids` and `types` (default 0): int64 [tokens], the texts concatenated. `lengths`: tokens of each text; fastest
        if equal lengths are adjacent.
        """
        attend = attention_over(lengths, self.config.heads, ids.device, self.precision)
        x: Tensor = self.embeddings(ids, types)
        for layer in self.layers:
            x = layer(x, attend)
        return x


def mean_pool(hidden: Tensor, lengths: Sequence[int]) -> Tensor:
    """float32 [tokens, hidden] → float32 [texts, hidden]: the mean of each text's tokens."""
    counts = torch.tensor(list(lengths), device=hidden.device)
    rows = torch.repeat_interleave(torch.arange(len(lengths), device=hidden.device), counts)
    sums = torch.zeros(len(lengths), hidden.shape[1], device=hidden.device).index_add_(0, rows, hidden.float())
    return sums / counts.clamp(min=1)[:, None]


def _activation(config: JinaConfig) -> nn.Module:
    return nn.GELU() if config.activation == "gelu" else nn.ReLU()  # the exact GELU, by erf


def attention_over(
    lengths: Sequence[int], heads: int, device: torch.device, precision: torch.dtype = torch.float32
) -> Attention:
    """The attention of a packed batch of texts with these lengths, for queries in `precision`."""
    if has_kernels(device):
        from codesearch.models.jina.kernels import KernelAttention

        return KernelAttention(lengths, heads, device)
    if (device.type, precision) == ("cpu", torch.bfloat16) and max(lengths, default=0) <= BUFFERED_LENGTH:
        return BufferedAttention(lengths, heads)
    return SpanAttention(lengths, heads, device)


@cache
def has_kernels(device: torch.device) -> bool:
    """Whether codesearch.models.jina.kernels can be used."""
    if device.type != "cuda":
        return False
    try:
        from codesearch.models.jina import kernels
    except ImportError:  # torch has Triton on Linux only
        return False
    return kernels.works(device)
