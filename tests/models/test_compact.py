"""Compact weights: a quarter of the size, nearly the same embeddings, and nothing missing goes unseen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from codesearch.arrays import map_arrays, save_arrays  # noqa: E402
from codesearch.errors import ModelUnavailable  # noqa: E402
from codesearch.models.checkpoint import open_checkpoint  # noqa: E402
from codesearch.models.compact import is_compact, read_compact, write_compact  # noqa: E402
from codesearch.models.loading import load_encoder  # noqa: E402
from tests.support.small_transformers import small_bert, write  # noqa: E402

pytestmark = pytest.mark.torch

TEXTS = ["parse a date", "x", "def parse(text):\n    return datetime.strptime(text)"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(small_bert(), tmp_path / "model")


def compacted(folder: Path) -> Path:
    write_compact(folder / "model.safetensors", small_bert().state_dict())
    return folder


def test_embeddings_stay_nearly_the_same(folder: Path) -> None:
    whole = load_encoder(str(folder), "cpu", "float32").encode_documents(TEXTS)
    size = (folder / "model.safetensors").stat().st_size
    compact = load_encoder(str(compacted(folder)), "cpu", "float32").encode_documents(TEXTS)
    assert (whole * compact).sum(1).min() > 0.999
    assert (folder / "model.safetensors").stat().st_size < 0.4 * size


def test_every_tensor_comes_back_within_half_a_step(folder: Path) -> None:
    checkpoint = open_checkpoint(compacted(folder))
    assert is_compact(checkpoint)
    read = read_compact(checkpoint)
    for name, own in small_bert().state_dict().items():
        step = own.abs().max() / 127 if own.dim() == 2 else own.abs().max() / 1000
        assert (read[name] - own).abs().max() <= 0.51 * step + 1e-6, name


def test_a_missing_tensor_is_said(folder: Path) -> None:
    path = compacted(folder) / "model.safetensors"
    arrays = {name: np.array(own) for name, own in map_arrays(path)[0].items()}
    del arrays["encoder.layer.1.output.dense.weight"]
    save_arrays(path, arrays)
    with pytest.raises(ModelUnavailable, match="lack"):
        load_encoder(str(folder), "cpu", "float32")


def test_ordinary_weights_are_not_taken_for_compact_ones(folder: Path) -> None:
    assert not is_compact(open_checkpoint(folder))
