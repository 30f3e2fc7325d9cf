"""Products in int8, and attention from buffers, beside the exact network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from codesearch.errors import CodesearchError  # noqa: E402
from codesearch.models import devices  # noqa: E402
from codesearch.models.checkpoint import open_checkpoint  # noqa: E402
from codesearch.models.devices import choose  # noqa: E402
from codesearch.models.jina import attention  # noqa: E402
from codesearch.models.jina.attention import BufferedAttention, SpanAttention  # noqa: E402
from codesearch.models.jina.encoder import JinaEncoder  # noqa: E402
from codesearch.models.jina.quantized import _Rows, _Weight  # noqa: E402
from codesearch.models.loading import load_encoder  # noqa: E402
from tests.support import jina_goldens  # noqa: E402
from tests.support.small_transformers import small_bert, write  # noqa: E402

pytestmark = pytest.mark.torch
needs_int8 = pytest.mark.skipif(bool(devices._no_int8_reason("cpu")), reason="the CPU has no int8 instructions")

TEXTS = ["parse a date", "x", "", "def parse(text):\n    return datetime.strptime(text)", "parse a date", "y" * 300]


def open_encoder(folder: Path, precision: str) -> JinaEncoder:
    return JinaEncoder(open_checkpoint(folder), "test", choose("cpu", precision))


@pytest.fixture(scope="module", params=["code_h12", "plain_h8", "qk_h12"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return jina_goldens.write_folder(jina_goldens.load(request.param), tmp_path_factory.mktemp(request.param))


@needs_int8
def test_vectors_in_int8_are_near_those_in_float32(folder: Path) -> None:
    exact, quantized = open_encoder(folder, "float32"), open_encoder(folder, "int8")
    cosines = (exact.encode_documents(TEXTS) * quantized.encode_documents(TEXTS)).sum(1)
    assert cosines.min() > 0.99
    assert "int8" in quantized.note


@needs_int8
def test_a_vector_in_int8_does_not_depend_on_the_rest_of_its_batch(folder: Path) -> None:
    encoder = open_encoder(folder, "int8")
    together = encoder.encode_documents(TEXTS)
    assert np.array_equal(together, np.stack([encoder.encode_query(text) for text in TEXTS]))
    assert np.array_equal(together[::-1], encoder.encode_documents(TEXTS[::-1]))


@needs_int8
def test_a_product_in_int8_is_that_of_rounded_numbers() -> None:
    generator = torch.Generator().manual_seed(0)
    layer = torch.nn.Linear(64, 48)
    x = torch.randn(300, 64, generator=generator)
    x[7] = 0
    x[8] *= 1000
    wanted = torch.nn.functional.linear(x, layer.weight, layer.bias)
    got = _Weight(layer)(_Rows.of(x))
    largest = wanted.abs().amax(1, keepdim=True)
    assert ((got - wanted).abs() / largest).max() < 0.03
    assert torch.equal(got[7], layer.bias.float())


def test_where_int8_can_not_be_used_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CodesearchError, match="int8: only for the CPU"):
        monkeypatch.setattr(devices, "_no_cuda_reason", lambda: "")
        choose("cuda", "int8")
    monkeypatch.setattr(torch.cpu, "_is_vnni_supported", lambda: False)
    with pytest.raises(CodesearchError, match="int8: this CPU has no instructions for it"):
        choose("cpu", "int8")
    monkeypatch.setattr(devices, "_no_int8_reason", lambda _: "")
    write(small_bert(), tmp_path / "bert")
    with pytest.raises(CodesearchError, match="int8 is for JINA's models only"):
        load_encoder(str(tmp_path / "bert"), "cpu", "int8")


@pytest.mark.parametrize("scores", [600_000, 1000])
def test_attention_from_buffers_is_attention(monkeypatch: pytest.MonkeyPatch, scores: int) -> None:
    monkeypatch.setattr(attention, "_BUFFERED_SCORES", scores)
    lengths = [5, 5, 0, 1, 33, 70]
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(sum(lengths), 12, 16, generator=generator) for _ in range(3))
    wanted = SpanAttention(lengths, 12, torch.device("cpu"))(q, k, v)
    got = BufferedAttention(lengths, 12)(*(x.to(torch.bfloat16) for x in (q, k, v)))
    assert got.dtype == torch.bfloat16
    assert (got.float() - wanted).abs().max() < 0.03


def test_no_texts_have_no_attention() -> None:
    nothing = torch.zeros(0, 12, 16, dtype=torch.bfloat16)
    assert BufferedAttention([], 12)(nothing, nothing, nothing).shape == (0, 12, 16)
