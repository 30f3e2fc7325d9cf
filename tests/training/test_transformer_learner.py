"""Fine-tuning a transformer: questions come to their codes, a stopped run ends as one that was not, it is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("scipy")
pytest.importorskip("matplotlib")

from codesearch.errors import CodesearchError  # noqa: E402
from codesearch.models.loading import is_static, load_encoder  # noqa: E402
from codesearch.models.sentence_transformer import SentenceTransformerEncoder  # noqa: E402
from codesearch.training.texts import TextGroup, TextPair  # noqa: E402
from codesearch.training.trainer import Trainer, TrainingConfig, TrainingProgress  # noqa: E402
from codesearch.training.transformer_learner import TransformerLearner  # noqa: E402
from tests.support.command_line import CommandLine  # noqa: E402
from tests.support.places import PACKAGE  # noqa: E402
from tests.support.small_transformers import small_bert, write  # noqa: E402

pytestmark = pytest.mark.torch

RECIPE = TrainingConfig(batch=16, rate=2e-3, warm_up=4, betas=(0.9, 0.98), epochs=6)
TOPICS = "abcdefghijklmnop"
PAIRS = [TextPair("name", f"{topic}{other}", f"{topic.upper()} {other * 3}") for topic in TOPICS for other in "qrstuv"]


@pytest.fixture(autouse=True)
def on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODESEARCH_DEVICE", "cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small random BERT."""
    folder = write(small_bert(), tmp_path / "small model")
    (folder / "README.md").write_text("Of another model.\n", encoding="utf-8")
    return folder


def load(folder: Path, precision: str = "float32") -> SentenceTransformerEncoder:
    encoder = load_encoder(str(folder), precision=precision)
    assert isinstance(encoder, SentenceTransformerEncoder)
    return encoder


def learner(folder: Path) -> TransformerLearner:
    return TransformerLearner(load(folder), folder, [TextGroup(PAIRS, 1.0)], RECIPE)


def silent(_progress: TrainingProgress) -> None:
    pass


def right(encoder: SentenceTransformerEncoder) -> float:
    """The share of questions whose own code is nearest."""
    codes = encoder.encode_documents([pair.code for pair in PAIRS])
    questions = np.stack([encoder.encode_query(pair.question) for pair in PAIRS])
    return float(((questions @ codes.T).argmax(1) == np.arange(len(PAIRS))).mean())


def test_questions_come_to_their_codes_and_the_model_is_written(folder: Path, tmp_path: Path) -> None:
    before = right(load(folder))
    taught = learner(folder)
    losses: list[float] = []
    Trainer(taught, RECIPE).run(lambda progress: losses.append(progress.loss))
    assert losses[-1] < 0.8 * losses[0]
    taught.write(tmp_path / "ours")
    assert not is_static(str(tmp_path / "ours"))
    assert not (tmp_path / "ours/README.md").exists()
    after = load(tmp_path / "ours")
    assert right(after) > before + 0.2
    assert after.revision != load(folder).revision


def test_a_stopped_run_ends_where_the_other_does(folder: Path, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(progress: TrainingProgress) -> None:
        if progress.step == 5:
            raise Stop

    whole, stopped, resumed = learner(folder), learner(folder), learner(folder)
    Trainer(whole, RECIPE).run(silent)
    first = Trainer(stopped, RECIPE)
    with pytest.raises(Stop):
        first.run(stop)
    first.save(tmp_path / "checkpoint.npz")
    second = Trainer(resumed, RECIPE)
    second.restore(tmp_path / "checkpoint.npz")
    second.run(silent)
    for name, own in whole.state().items():
        np.testing.assert_array_equal(own, resumed.state()[name], name)


def test_a_checkpoint_of_another_model_is_refused(folder: Path, tmp_path: Path) -> None:
    Trainer(learner(folder), RECIPE).save(tmp_path / "checkpoint.npz")
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    config = json.loads((other / "config.json").read_text())
    transformers.BertModel(transformers.BertConfig(**config | {"intermediate_size": 32})).save_pretrained(other)
    with pytest.raises(CodesearchError, match="another model"):
        Trainer(learner(other), RECIPE).restore(tmp_path / "checkpoint.npz")


def test_the_command_fine_tunes(folder: Path, codesearch: CommandLine, tmp_path: Path) -> None:
    source = tmp_path / "a project"
    shutil.copytree(PACKAGE / "index", source / "index", ignore=shutil.ignore_patterns("__pycache__"))
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    arguments = ["train", str(source), "--held-out", str(nothing), "--from", str(folder), "--out", "ours", "--json"]
    done = codesearch(*arguments, "--time", "20s", cwd=tmp_path)
    assert done.code == 0, done.err
    assert json.loads(done.out)["pairs"]["Python"]["documentation"] > 20
    card = (tmp_path / "ours/README.md").read_text(encoding="utf-8")
    assert "static" not in card
    assert "small model" in card
    found = codesearch("query", "merge segments", "--model", str(tmp_path / "ours"), cwd=source)
    assert found.code == 0, found.err
    refused = codesearch(*arguments, "--vocabulary", "100", cwd=tmp_path)
    assert refused.code == 2
    assert "keeps its vocabulary" in refused.err
