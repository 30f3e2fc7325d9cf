"""Compare a model's embeddings with values that others have published for its weights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from codesearch.errors import CodesearchError, ModelUnavailable
from codesearch.models.encoder import Embeddings
from codesearch.models.loading import load_encoder

if TYPE_CHECKING:
    from codesearch.models.jina.encoder import JinaEncoder

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Comparison:
    """Published values of one text or pair of texts, and those computed here."""

    about: str
    source: str
    expected: tuple[float, ...]
    computed: tuple[float, ...]
    tolerance: float

    @property
    def difference(self) -> float:
        """The largest difference."""
        return max(abs(a - b) for a, b in zip(self.expected, self.computed, strict=True))

    @property
    def is_within_tolerance(self) -> bool:
        """Whether all values are within the tolerance."""
        return self.difference <= self.tolerance  # also False where a value is NaN


def published_values(name: str) -> list[dict[str, Any]]:
    """The published values of a known model. Raises CodesearchError if there are none."""
    values: Mapping[str, list[dict[str, Any]]] = json.loads(
        (files("codesearch.models.jina") / "published.json").read_text(encoding="utf-8")
    )
    if name not in values:
        raise CodesearchError(f"no published values of {name!r} are known", f"known are: {', '.join(values)}")
    return values[name]


def verify(name: str, folder: str = "") -> Iterator[Comparison]:
    """Verify a known model, in `folder` or in the hub's cache, in float32 on the CPU.

    Raises CodesearchError if there are no published values, or ModelUnavailable.
    """
    checks = published_values(name)
    from codesearch.models.devices import require_torch

    require_torch()
    from codesearch.models.jina.encoder import JinaEncoder

    encoder = load_encoder(folder or name, "cpu", "float32")
    if not isinstance(encoder, JinaEncoder):
        raise ModelUnavailable(f"{folder or name} is not a JinaBERT v2 model")
    for check in checks:
        yield _compare(encoder, check)


def _compare(encoder: JinaEncoder, check: Mapping[str, Any]) -> Comparison:
    values = _COMPUTED[check["what"]](encoder, check)
    texts = check.get("texts")
    shown = " / ".join(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…" for text in texts or ["token ids"])
    return Comparison(
        f"{check['what']}: {' '.join(shown.split())}",
        check["source"],
        tuple(check["expected"]),
        tuple(float(value) for value in values.ravel()),
        check["tolerance"],
    )


def _cosine(encoder: JinaEncoder, check: Mapping[str, Any]) -> Embeddings:
    first, second = encoder.encode(check["texts"])
    product: Embeddings = (first * second).sum(keepdims=True)
    return product


def _first(encoder: JinaEncoder, check: Mapping[str, Any]) -> Embeddings:
    return encoder.encode(check["texts"])[:, : len(check["expected"])]


def _sum(encoder: JinaEncoder, check: Mapping[str, Any]) -> Embeddings:
    sums: Embeddings = encoder.encode(check["texts"]).sum(1)
    return sums


def _pooled(encoder: JinaEncoder, check: Mapping[str, Any]) -> Embeddings:
    """Dimensions 1 to 3 of the mean before it is normalised."""
    return encoder.encode(check["texts"], normalized=False)[:, 1:4]


def _hidden(encoder: JinaEncoder, check: Mapping[str, Any]) -> Embeddings:
    """Dimensions 1 to 3 of the first three tokens."""
    states: Embeddings = encoder.hidden_states([check["ids"]])[:3, 1:4].numpy()
    return states


_COMPUTED = {"cosine": _cosine, "first": _first, "sum": _sum, "pooled": _pooled, "hidden": _hidden}
