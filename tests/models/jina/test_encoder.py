"""Texts to vectors with a JinaBERT model in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from codesearch.models import transformer  # noqa: E402
from codesearch.models.checkpoint import open_checkpoint  # noqa: E402
from codesearch.models.devices import choose  # noqa: E402
from codesearch.models.jina.encoder import JinaEncoder  # noqa: E402
from tests.support import jina_goldens  # noqa: E402

pytestmark = pytest.mark.torch

TEXTS = ["parse a date", "x", "", "def parse(text):\n    return datetime.strptime(text)", "parse a date", "y" * 90]


def open_encoder(folder: Path, precision: str = "float32", max_length: int | None = None) -> JinaEncoder:
    return JinaEncoder(open_checkpoint(folder), "test", choose("cpu", precision), max_length)


@pytest.fixture(scope="module", params=["code_h12", "plain_h8", "qk_h12"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return jina_goldens.write_folder(jina_goldens.load(request.param), tmp_path_factory.mktemp(request.param))


def test_vectors_are_the_normalised_mean_of_hidden_states(folder: Path) -> None:
    encoder = open_encoder(folder)
    got = encoder.encode_documents(TEXTS)
    assert got.shape == (len(TEXTS), encoder.dimensions) and got.dtype == np.float32
    for row, ids in zip(got, encoder.tokenize(TEXTS), strict=True):
        with torch.inference_mode():
            mean = encoder.hidden_states([ids]).mean(0).numpy()
        np.testing.assert_allclose(row, mean / np.linalg.norm(mean), atol=1e-6)


def test_the_batch_and_its_order_do_not_matter(folder: Path) -> None:
    encoder = open_encoder(folder)
    together = encoder.encode_documents(TEXTS)
    np.testing.assert_allclose(together, np.stack([encoder.encode_query(text) for text in TEXTS]), atol=2e-6)
    np.testing.assert_allclose(together[::-1], encoder.encode_documents(TEXTS[::-1]), atol=2e-6)
    encoder._budget = 20  # several batches
    np.testing.assert_allclose(together, encoder.encode_documents(TEXTS), atol=2e-6)


def test_no_texts(folder: Path) -> None:
    encoder = open_encoder(folder)
    assert encoder.encode_documents([]).shape == (0, encoder.dimensions)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_reduced_precision(folder: Path, precision: str) -> None:
    exact, reduced = open_encoder(folder), open_encoder(folder, precision)
    weights = reduced.model.state_dict()
    assert {str(w.dtype) for name, w in weights.items() if "norm" in name.lower()} == {"torch.float32"}
    assert precision in {str(w.dtype).removeprefix("torch.") for w in weights.values()}
    cosines = (exact.encode_documents(TEXTS) * reduced.encode_documents(TEXTS)).sum(1)
    assert cosines.min() > 0.9995


def test_what_is_beyond_the_length_is_not_read(folder: Path) -> None:
    short = open_encoder(folder, max_length=8)
    assert [len(ids) for ids in short.tokenize(["abcdefghijkl", "ab"])] == [8, 4]
    np.testing.assert_array_equal(short.encode_query("abcdefghijkl"), short.encode_query("abcdefzzz"))
    np.testing.assert_array_equal(short.encode(["abcdefgh"], 64), open_encoder(folder).encode(["abcdefgh"]))


def test_encode_tells_progress_and_can_leave_lengths(folder: Path) -> None:
    encoder = open_encoder(folder)
    encoder._budget = 20
    seen: list[int] = []
    raw = encoder.encode(TEXTS, 2048, normalized=False, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == len(TEXTS) and len(seen) > 1
    norms = np.linalg.norm(raw, axis=1, keepdims=True)
    assert (np.abs(norms - 1) > 0.01).any()
    np.testing.assert_allclose(raw / norms, encoder.encode_documents(TEXTS), atol=1e-6)


def test_batches_that_are_queued_give_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a GPU, which works while the next texts are tokenized."""
    encoder = open_encoder(folder)
    expected = encoder.encode_documents(TEXTS * 5)
    encoder._budget, encoder._queued = 50, 3
    monkeypatch.setattr(transformer, "GPU_TOKENIZED", 200)
    seen: list[int] = []
    np.testing.assert_allclose(encoder.encode(TEXTS * 5, progress=seen.append), expected, atol=2e-6)
    assert seen == sorted(seen) and seen[-1] == len(TEXTS * 5) and len(seen) > 4
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_a_long_text_is_encoded(folder: Path) -> None:
    """Far past the 700 tokens of the golden files; flipped queries against a plain table of distances."""
    encoder = open_encoder(folder, max_length=3000)
    ids = encoder.tokenize(["a b c d " * 800])[0]
    assert len(ids) == 3000
    with torch.inference_mode():
        got = encoder.hidden_states([ids])
        assert torch.isfinite(got).all()
        np.testing.assert_allclose(got.numpy(), _with_a_table(encoder, ids).numpy(), atol=2e-5)


def _with_a_table(encoder: JinaEncoder, ids: list[int]) -> torch.Tensor:
    from codesearch.models.jina import attention, model

    def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        places = torch.arange(len(q))
        slopes = torch.tensor(attention.alibi_slopes(q.shape[1]))
        bias = -slopes[:, None, None] * (places[:, None] - places).abs()
        scores = torch.einsum("ihd,jhd->hij", q, k) / q.shape[2] ** 0.5 + bias
        return torch.einsum("hij,jhd->ihd", scores.softmax(-1), v)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "attention_over", lambda *_: attend)
        return encoder.hidden_states([ids])
