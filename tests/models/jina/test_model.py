"""The network against what public reference code computes, and how far typical mistakes land from it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402
from torch.nn.functional import cosine_similarity, normalize  # noqa: E402

from codesearch.models.jina import attention, model  # noqa: E402
from codesearch.models.jina.attention import SpanAttention, alibi_slopes  # noqa: E402
from codesearch.models.jina.config import UNUSED  # noqa: E402
from codesearch.models.jina.model import JinaModel, Norm, mean_pool  # noqa: E402
from tests.support import jina_goldens  # noqa: E402
from tests.support.jina_goldens import NAMES, Golden  # noqa: E402

pytestmark = pytest.mark.torch

HIDDEN_TOLERANCE = 2e-5
EMBEDDING_TOLERANCE = 1e-5
RECORDED = json.loads((jina_goldens.FOLDER / "checks.json").read_text())


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> Golden:
    return jina_goldens.load(request.param)


@torch.inference_mode()
def run(network: JinaModel, golden: Golden) -> Tensor:
    hidden: Tensor = network(golden.ids, golden.lengths)
    return hidden


def furthest(a: Tensor, b: Tensor) -> float:
    return (a - b).abs().max().item()


def test_config_names_every_tensor(golden: Golden) -> None:
    official = {name: tuple(w.shape) for name, w in golden.official_weights.items() if name not in UNUSED}
    assert golden.config.tensors() == official


def test_hidden_states_of_a_batch(golden: Golden) -> None:
    assert furthest(run(golden.model(), golden), golden.packed_hidden) < HIDDEN_TOLERANCE


@torch.inference_mode()
def test_hidden_states_alone_and_in_any_order(golden: Golden) -> None:
    network = golden.model()
    rows = dict(zip(golden.lengths, golden.ids.split(golden.lengths), strict=True))
    for length, ids in rows.items():
        assert furthest(network(ids, [length]), golden.hidden(length)) < HIDDEN_TOLERANCE
    order = [64, 7, 700, 7, 7]
    hidden = network(torch.cat([rows[length] for length in order]), order)
    assert furthest(hidden, torch.cat([golden.hidden(length) for length in order])) < HIDDEN_TOLERANCE


@torch.inference_mode()
def test_embeddings(golden: Golden) -> None:
    network = golden.model()
    pooled = mean_pool(run(network, golden), golden.lengths)
    assert furthest(pooled, golden.tensors["expected.mean_pooled"]) < HIDDEN_TOLERANCE
    assert furthest(normalize(pooled), golden.tensors["expected.mean_pooled_normalized"]) < EMBEDDING_TOLERANCE
    types = golden.tensors["inputs.token_type_ids_alt"][golden.mask]
    other = normalize(mean_pool(network(golden.ids, golden.lengths, types), golden.lengths))
    assert furthest(other, golden.tensors["expected.mean_pooled_normalized_token_type_alt"]) < EMBEDDING_TOLERANCE


@torch.inference_mode()
def test_every_layer(golden: Golden) -> None:
    network, seen = golden.model(), []
    for module in (network.embeddings, *network.layers):
        module.register_forward_hook(lambda _module, _given, out: seen.append(out))
    network(golden.ids[7:71], [64])
    for i, hidden in enumerate(seen):
        assert furthest(hidden, golden.tensors[f"expected.len64.hidden_states.{i}"]) < HIDDEN_TOLERANCE


@torch.inference_mode()
def test_inside_the_first_layer(golden: Golden) -> None:
    network = golden.model()
    layer = next(network.layers)
    within = layer.attention["self"]
    is_code = golden.config.shape == "code"
    parts = {
        "q": within.layer_norm_q,
        "k": within.layer_norm_k,
        "v": within.value,
        "context": within,
        "attention_output": layer.attention["output"],
        "mlp_projected": layer.mlp.up_gated_layer if is_code else layer.mlp.gated_layers,
        "mlp_output": layer.mlp.down_layer if is_code else layer.mlp.wo,
        "layer_output": layer,
    }
    if is_code:
        parts["mlp_input"] = layer.layer_norm_1
    seen: dict[str, Tensor] = {}
    for name, module in parts.items():
        module.register_forward_hook(lambda _module, _given, out, name=name: seen.update({name: out}))
    network(golden.ids[:7], [7])
    for name, got in seen.items():
        assert furthest(got, golden.tensors[f"expected.len7.layer0.{name}"]) < HIDDEN_TOLERANCE, name
    assert seen.keys() == parts.keys()


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
@torch.inference_mode()
def test_reduced_precision_keeps_the_direction(golden: Golden, precision: torch.dtype) -> None:
    network = golden.model()
    for module in network.modules():
        if isinstance(module, nn.Linear):
            module.to(precision)
    got = mean_pool(run(network, golden), golden.lengths)
    assert cosine_similarity(got, golden.tensors["expected.mean_pooled"]).min() > 0.9995


def test_slopes() -> None:
    published = json.loads((jina_goldens.FOLDER / "alibi_slopes.json").read_text())
    assert len(published) > 15
    for heads, slopes in published.items():
        assert alibi_slopes(int(heads)) == pytest.approx(slopes, rel=1e-12)


def test_no_table_of_length_by_length_is_kept() -> None:
    bias = SpanAttention([8192], 12, torch.device("cpu"))._runs[0][3]
    assert bias.shape == (1, 12, 8192, 8192)
    assert bias.untyped_storage().nbytes() == 12 * (2 * 8192 - 1) * 4


# What goes wrong in other implementations. Each is recorded in checks.json with its distance from the reference, and
# must be as far from it here: so the tests above would catch it, and it is the mistake that it claims to be.


def _swap_halves(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    for name, module in network.named_modules():
        if name.endswith(("up_gated_layer", "gated_layers")):
            first, second = module.weight.chunk(2)
            module.weight = nn.Parameter(torch.cat([second, first]))


def _activation(activation: nn.Module) -> Callable[[JinaModel, pytest.MonkeyPatch], None]:
    def mutate(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
        for layer in network.layers:
            layer.mlp._activation = activation

    return mutate


def _no_second_residual(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    def forward(layer: Any, x: Tensor, attend: Any) -> Tensor:
        middle = layer.layer_norm_1(layer.attend(x, attend))
        return layer.layer_norm_2(middle + layer.mlp(middle))

    patch.setattr(model.CodeLayer, "forward", forward)


def _no_first_norm(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    for layer in network.layers:
        layer.layer_norm_1 = nn.Identity()


def _no_qk_norm(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    for layer in network.layers:
        layer.attention["self"].layer_norm_q = layer.attention["self"].layer_norm_k = nn.Identity()


class _NormPerHead(nn.Module):
    def __init__(self, norm: Norm, size: int) -> None:
        super().__init__()
        self.norm, self.size = norm, size

    def forward(self, x: Tensor) -> Tensor:
        heads = nn.functional.layer_norm(x.unflatten(1, (-1, self.size)), (self.size,), eps=self.norm.eps)
        return heads.flatten(1) * self.norm.weight + self.norm.bias


def _qk_norm_per_head(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    for layer in network.layers:
        within, size = layer.attention["self"], network.config.head_size
        within.layer_norm_q = _NormPerHead(within.layer_norm_q, size)
        within.layer_norm_k = _NormPerHead(within.layer_norm_k, size)


def _slopes(change: Callable[[list[float]], list[float]]) -> Callable[[JinaModel, pytest.MonkeyPatch], None]:
    def mutate(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
        slopes = change(alibi_slopes(network.config.heads))
        patch.setattr(attention, "alibi_slopes", lambda heads: slopes)

    return mutate


def _scaled_alibi(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    scale = math.sqrt(network.config.head_size)
    _slopes(lambda slopes: [s / scale for s in slopes])(network, patch)


def _epsilon(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    for module in network.modules():
        if isinstance(module, Norm):
            module.eps = 1e-5


def _no_token_types(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
    network.embeddings.token_type_embeddings.weight = nn.Parameter(torch.zeros(2, network.config.hidden))


def _bias(change: Callable[[Tensor], Tensor]) -> Callable[[JinaModel, pytest.MonkeyPatch], None]:
    def mutate(network: JinaModel, patch: pytest.MonkeyPatch) -> None:
        right = SpanAttention._bias
        patch.setattr(SpanAttention, "_bias", lambda self, length: change(right(self, length).clone()))

    return mutate


def _signed(bias: Tensor) -> Tensor:
    """A bias that rises with the distance to keys on the right, as a causal implementation leaves it."""
    rows = torch.arange(bias.shape[2])
    is_right = rows[:, None] + rows > bias.shape[2] - 1  # rows are in reverse order
    return torch.where(is_right, -bias, bias)


MISTAKES: dict[str, Callable[[JinaModel, pytest.MonkeyPatch], None]] = {
    "glu_halves_swapped": _swap_halves,
    "gelu_tanh": _activation(nn.GELU("tanh")),
    "relu_instead": _activation(nn.ReLU()),
    "no_second_residual": _no_second_residual,
    "no_layer_norm_1": _no_first_norm,
    "no_qk_norm": _no_qk_norm,
    "qk_norm_per_head": _qk_norm_per_head,
    "no_alibi": _slopes(lambda slopes: [0.0 for _ in slopes]),
    "alibi_scaled_with_qk": _scaled_alibi,
    "alibi_slopes_linear_power": _slopes(lambda s: [2 ** (-8 * (i + 1) / len(s)) for i in range(len(s))]),
    "alibi_slopes_sorted": _slopes(lambda slopes: sorted(slopes, reverse=True)),
    "eps_1e-5": _epsilon,
    "token_type_missing": _no_token_types,
    "alibi_bf16": _bias(lambda bias: bias.bfloat16().float()),
    "causal_alibi_sign": _bias(_signed),
}


@pytest.mark.parametrize(
    ("name", "mistake"),
    [(name, mistake) for name in NAMES for mistake in RECORDED[name]["mistakes"] if mistake in MISTAKES],
)
def test_a_mistake_would_be_caught(name: str, mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = jina_goldens.load(name)
    network = golden.model()
    MISTAKES[mistake](network, monkeypatch)
    distance = furthest(run(network, golden), golden.packed_hidden)
    assert distance > 2 * HIDDEN_TOLERANCE
    assert distance == pytest.approx(RECORDED[name]["mistakes"][mistake]["max_abs_hidden_diff"], rel=0.2)


@torch.inference_mode()
def test_padding_would_be_noticed(golden: Golden) -> None:
    padded = golden.tensors["inputs.input_ids"]
    hidden = golden.model()(padded.flatten(), [padded.shape[1]] * len(padded))
    assert furthest(hidden[golden.mask.flatten()], golden.packed_hidden) > 1


def test_every_recorded_mistake_is_tried() -> None:
    elsewhere = {"padding_not_masked", "run in bfloat16", "run in float16"}
    recorded = {mistake for checks in RECORDED.values() for mistake in checks["mistakes"]}
    assert recorded == MISTAKES.keys() | elsewhere
