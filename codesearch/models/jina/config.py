"""The configuration of a JinaBERT v2 checkpoint: sizes, block shape and expected tensors. No torch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from codesearch.errors import ModelUnavailable

Shape = Literal["plain", "qk", "code"]
"""plain: small-en, base-en, -de, -zh; qk, with norms on queries and keys: base-es; code, residual twice: base-code."""

PREFIX = "bert."
"""Prefix of every tensor name in some exports."""
UNUSED = ("pooler.dense.weight", "pooler.dense.bias")
"""Tensors in official files that embeddings do not use."""

_FEED_FORWARD: dict[str, Literal["gelu", "relu"]] = {"geglu": "gelu", "reglu": "relu"}


@dataclass(frozen=True, slots=True)
class JinaConfig:
    """The hyperparameters of one model."""

    shape: Shape
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    token_types: int
    epsilon: float
    activation: Literal["gelu", "relu"]

    @property
    def head_size(self) -> int:
        """Dimensions of one attention head."""
        return self.hidden // self.heads

    @property
    def has_qk_norm(self) -> bool:
        """Whether queries and keys pass through a LayerNorm over the full width."""
        return self.shape != "plain"

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor that is used, by its official name without prefix."""
        wide, inner = self.hidden, self.intermediate
        shapes = {
            "embeddings.word_embeddings.weight": (self.vocabulary, wide),
            "embeddings.token_type_embeddings.weight": (self.token_types, wide),
            **_norm("embeddings.LayerNorm", wide),
        }
        for i in range(self.layers):
            at = f"encoder.layer.{i}."
            for part in ("query", "key", "value"):
                shapes |= _linear(f"{at}attention.self.{part}", wide, wide)
            if self.has_qk_norm:
                shapes |= _norm(f"{at}attention.self.layer_norm_q", wide) | _norm(
                    f"{at}attention.self.layer_norm_k", wide
                )
            shapes |= _linear(f"{at}attention.output.dense", wide, wide) | _norm(
                f"{at}attention.output.LayerNorm", wide
            )
            if self.shape == "code":
                shapes[f"{at}mlp.up_gated_layer.weight"] = (2 * inner, wide)
                shapes |= _linear(f"{at}mlp.down_layer", wide, inner)
                shapes |= _norm(f"{at}layer_norm_1", wide) | _norm(f"{at}layer_norm_2", wide)
            else:
                shapes[f"{at}mlp.gated_layers.weight"] = (2 * inner, wide)
                shapes |= _linear(f"{at}mlp.wo", wide, inner) | _norm(f"{at}mlp.layernorm", wide)
        return shapes


def is_jina(config: Mapping[str, Any]) -> bool:
    """Whether a config.json describes a JinaBERT v2 model."""
    return config.get("position_embedding_type") == "alibi" and str(config.get("feed_forward_type")) in _FEED_FORWARD


def read_config(config: Mapping[str, Any], names: Collection[str]) -> JinaConfig:
    """Parse a config.json, given the tensor names of its weights. Raises ModelUnavailable."""
    try:
        read = JinaConfig(
            shape=_shape(names),
            hidden=int(config["hidden_size"]),
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            intermediate=int(config["intermediate_size"]),
            vocabulary=int(config["vocab_size"]),
            token_types=int(config.get("type_vocab_size", 2)),
            epsilon=float(config.get("layer_norm_eps", 1e-12)),
            activation=_FEED_FORWARD[config["feed_forward_type"]],
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelUnavailable(f"config.json is not a JinaBERT v2 configuration: {error!r}") from error
    if config.get("emb_pooler", "mean") != "mean":
        raise ModelUnavailable(f"config.json asks for {config['emb_pooler']!r} pooling; JinaBERT v2 has mean pooling")
    if min(read.hidden, read.layers, read.heads, read.intermediate) < 1 or read.hidden % read.heads:
        raise ModelUnavailable(f"config.json: {read.heads} heads don't divide a width of {read.hidden}")
    return read


def _shape(names: Collection[str]) -> Shape:
    """The block shape, recognised by the names of tensors. Raises ModelUnavailable."""
    if any("mlp.up_gated_layer." in name for name in names):
        return "code"
    if not any("mlp.gated_layers." in name for name in names):
        raise ModelUnavailable("the weights have no gated layers: they are not JinaBERT v2's")
    return "qk" if any("layer_norm_q." in name for name in names) else "plain"


def _linear(name: str, out: int, into: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}
