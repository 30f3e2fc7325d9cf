"""The model as a class of transformers and as a module of sentence-transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from codesearch.errors import ModelUnavailable  # noqa: E402
from codesearch.models.jina.automodel import JinaBertConfig, JinaBertModel, register  # noqa: E402
from codesearch.models.loading import load_encoder  # noqa: E402
from tests.support import jina_goldens  # noqa: E402
from tests.support.jina_goldens import NAMES, Golden  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest) -> Golden:
    return jina_goldens.load(request.param)


@pytest.fixture
def folder(golden: Golden, tmp_path: Path) -> Path:
    official = {"auto_map": {"AutoModel": "jinaai/x--modeling_bert.JinaBertModel"}}
    return jina_goldens.write_folder(golden, tmp_path / "official", **official)


@torch.inference_mode()
def check(model: JinaBertModel, golden: Golden) -> None:
    ids, mask = golden.tensors["inputs.input_ids"], golden.tensors["inputs.attention_mask"]
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    assert (hidden[mask.bool()] - golden.packed_hidden).abs().max() < 2e-5
    assert not hidden[~mask.bool()].any()


def test_official_files(golden: Golden, folder: Path) -> None:
    check(JinaBertModel.from_pretrained(folder), golden)


def test_saved_and_found_by_automodel(golden: Golden, folder: Path, tmp_path: Path) -> None:
    register()
    JinaBertModel.from_pretrained(folder).save_pretrained(tmp_path / "ours")
    model = transformers.AutoModel.from_pretrained(tmp_path / "ours")
    assert isinstance(model, JinaBertModel)
    check(model, golden)


@torch.inference_mode()
def test_masks(folder: Path) -> None:
    model = JinaBertModel.from_pretrained(folder)
    ids = torch.arange(5, 11)[None]
    plain = model(ids[:, 1:5]).last_hidden_state
    masked = model(ids, torch.tensor([[0, 1, 1, 1, 1, 0]])).last_hidden_state
    torch.testing.assert_close(masked[:, 1:5], plain)
    with pytest.raises(ValueError, match="inside"):
        model(ids, torch.tensor([[1, 1, 0, 1, 1, 0]]))


def test_no_weights_are_left_random(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailable):
        JinaBertModel.from_pretrained(folder)
    with pytest.raises(ModelUnavailable, match="random"):
        JinaBertModel(JinaBertConfig())


def test_reduced_precision_is_kept_to_linear_layers(folder: Path) -> None:
    model = JinaBertModel.from_pretrained(folder, dtype=torch.bfloat16)
    names = {name for name, weights in model.network.state_dict().items() if weights.dtype == torch.bfloat16}
    assert names and not any("norm" in name.lower() for name in names)


def test_sentence_transformers(folder: Path) -> None:
    pytest.importorskip("sentence_transformers")
    from codesearch.models.jina.sentence_module import sentence_transformer

    texts = ["parse a date", "x", "def parse(text): return datetime.strptime(text)"]
    expected = load_encoder(str(folder), "cpu", "float32").encode_documents(texts)
    got = sentence_transformer(str(folder)).to("cpu").encode(texts)
    np.testing.assert_allclose(got, expected, atol=1e-5)
