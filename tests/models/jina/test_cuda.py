"""The model on a CUDA GPU, against what public reference code computes and against the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402
from torch.nn.functional import cosine_similarity  # noqa: E402

from codesearch.models.checkpoint import open_checkpoint  # noqa: E402
from codesearch.models.devices import choose  # noqa: E402
from codesearch.models.jina import model  # noqa: E402
from codesearch.models.jina.attention import SpanAttention  # noqa: E402
from codesearch.models.jina.config import JinaConfig  # noqa: E402
from codesearch.models.jina.encoder import JinaEncoder  # noqa: E402
from codesearch.models.jina.model import JinaModel, has_kernels, mean_pool  # noqa: E402
from tests.support import jina_goldens  # noqa: E402
from tests.support.jina_goldens import NAMES, Golden  # noqa: E402

if TYPE_CHECKING:
    from codesearch.models.jina.fused import FusedModel

pytestmark = pytest.mark.torch
if not torch.cuda.is_available():
    pytest.skip("needs a CUDA GPU", allow_module_level=True)

CUDA = torch.device("cuda")
HIDDEN_TOLERANCE = 2e-5
LENGTHS = [1, 2, 63, 64, 65, 127, 128, 129, 300, 1000]
TEXTS = ["parse a date", "x", "", "def parse(text):\n    return datetime.strptime(text)", "parse a date", "y" * 90]


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> Golden:
    return jina_goldens.load(request.param)


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return jina_goldens.write_folder(jina_goldens.load(request.param), tmp_path)


def fused(network: JinaModel, precision: torch.dtype = torch.float32) -> FusedModel:
    from codesearch.models.jina.fused import FusedModel

    in_linear_layers(network.to(CUDA), precision)
    return FusedModel(network)


def in_linear_layers(network: JinaModel, precision: torch.dtype) -> None:
    for module in network.modules():
        if isinstance(module, nn.Linear):
            module.to(precision)


def rows_of(golden: Golden) -> list[list[int]]:
    return [row.tolist() for row in golden.ids.split(golden.lengths)]


def furthest(a: Tensor, b: Tensor) -> float:
    return (a.cpu() - b).abs().max().item()


def test_kernels_are_used() -> None:
    assert has_kernels(CUDA)


@torch.inference_mode()
def test_hidden_states(golden: Golden) -> None:
    network = fused(golden.model())
    packed = network.layout(rows_of(golden))
    assert furthest(network(packed), golden.packed_hidden) < HIDDEN_TOLERANCE
    assert furthest(network.pool(rows_of(golden)), golden.tensors["expected.mean_pooled"]) < HIDDEN_TOLERANCE


@torch.inference_mode()
def test_the_plain_network(golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    network, ids = golden.model().to(CUDA), golden.ids.to(CUDA)
    assert furthest(network(ids, golden.lengths), golden.packed_hidden) < HIDDEN_TOLERANCE
    monkeypatch.setattr(model, "attention_over", lambda *given: SpanAttention(*given[:3]))
    assert furthest(network(ids, golden.lengths), golden.packed_hidden) < HIDDEN_TOLERANCE
    in_linear_layers(network, torch.bfloat16)
    pooled = mean_pool(network(ids, golden.lengths), golden.lengths).cpu()
    assert cosine_similarity(pooled, golden.tensors["expected.mean_pooled"]).min() > 0.9995


@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
@torch.inference_mode()
def test_reduced_precision_keeps_the_direction(golden: Golden, precision: torch.dtype) -> None:
    pooled = fused(golden.model(), precision).pool(rows_of(golden)).cpu()
    assert cosine_similarity(pooled, golden.tensors["expected.mean_pooled"]).min() > 0.9995


@pytest.mark.parametrize(("shape", "activation"), [("code", "gelu"), ("qk", "gelu"), ("plain", "relu")])
@torch.inference_mode()
def test_heads_of_64_at_every_length(shape: str, activation: str) -> None:
    """The size of the published models, which those of the golden files are below."""
    config = JinaConfig(shape, 192, 2, 3, 320, 500, 2, 1e-12, activation)  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(0)
    network = JinaModel(config)
    weights = {name: torch.randn(size, generator=generator) * 0.1 for name, size in config.tensors().items()}
    network.load_state_dict(weights, assign=True)
    ids = torch.randint(0, 500, (sum(LENGTHS),), generator=generator)
    expected = network.eval()(ids, LENGTHS)
    rows = [row.tolist() for row in ids.split(LENGTHS)]
    for precision, least in ((torch.float32, 1 - 1e-6), (torch.bfloat16, 0.999)):
        run = fused(network, precision)
        hidden = run(run.layout(rows)).float().cpu()
        if precision == torch.float32:
            assert furthest(hidden, expected) < 5 * HIDDEN_TOLERANCE
        pooled = run.pool(rows).cpu()
        assert cosine_similarity(pooled, mean_pool(expected, LENGTHS)).min() > least
        assert furthest(mean_pool(hidden, LENGTHS), pooled) < 1e-4


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("auto", 0.02)])
def test_the_encoder(folder: Path, precision: str, tolerance: float) -> None:
    exact = JinaEncoder(open_checkpoint(folder), "test", choose("cpu", "float32"))
    ours = JinaEncoder(open_checkpoint(folder), "test", choose("cuda", precision))
    texts = [*TEXTS, "a b c d " * 800]
    expected = exact.encode_documents(texts)
    np.testing.assert_allclose(ours.encode_documents(texts), expected, atol=tolerance)
    np.testing.assert_allclose(ours.encode_query(texts[0]), expected[0], atol=tolerance)
    ours._budget = 20  # several batches
    seen: list[int] = []
    np.testing.assert_allclose(ours.encode(texts, progress=seen.append), expected, atol=tolerance)
    assert seen == sorted(seen) and seen[-1] == len(texts) and len(seen) > 1
    assert ours.encode([]).shape == (0, exact.dimensions)


def test_without_kernels(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codesearch.models.jina.encoder.has_kernels", lambda device: False)
    monkeypatch.setattr(model, "has_kernels", lambda device: False)
    exact = JinaEncoder(open_checkpoint(folder), "test", choose("cpu", "float32"))
    ours = JinaEncoder(open_checkpoint(folder), "test", choose("cuda"))
    np.testing.assert_allclose(ours.encode_documents(TEXTS), exact.encode_documents(TEXTS), atol=0.02)
    assert "Triton" in ours.note


def test_an_unknown_token_is_refused() -> None:
    network = fused(jina_goldens.load("code_h8").model())
    with pytest.raises(IndexError):
        network.layout([[1, 2], [100_000]])
