"""Training by contrast: right gradients, falling loss, and a stopped run that ends as one that was not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codesearch.errors import CodesearchError
from codesearch.models.static import StaticEncoder
from codesearch.training.corpus import Bags
from codesearch.training.trainer import Progress, Recipe, Table, Tokens, Trainer, contrast
from codesearch.training.weights import write_model

TOKENS, DIMENSIONS = 60, 8


def bags(generator: np.random.Generator, topics: np.ndarray, shift: int) -> Bags:
    """Texts whose tokens tell their topic: token `topic + shift`, and noise."""
    ids = np.stack([topics + shift, generator.integers(0, 10, len(topics))], 1).astype(np.uint32)
    return Bags(ids.ravel(), np.ones(ids.size, np.uint8), np.arange(0, ids.size + 1, 2))


def data(seed: int = 0, pairs: int = 400) -> list[Tokens]:
    generator = np.random.default_rng(seed)
    topics = generator.integers(10, 30, pairs)
    return [Tokens(bags(generator, topics, 0), bags(generator, topics, 20))]


def start(seed: int = 1) -> Table:
    return np.random.default_rng(seed).normal(size=(TOKENS, DIMENSIONS)).astype(np.float32)


RECIPE = Recipe(batch=40, rate=0.05, warm_up=5, epochs=8)


def silent(_progress: Progress) -> None:
    pass


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    generator = np.random.default_rng(3)
    unit = generator.normal(size=(12, 5))
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    _, gradient = contrast(unit[:6], unit[6:], 0.1)
    for row, column in [(0, 0), (3, 4), (6, 1), (11, 2)]:
        up, down = unit.copy(), unit.copy()
        up[row, column] += 1e-5
        down[row, column] -= 1e-5
        slope = (contrast(up[:6], up[6:], 0.1)[0] - contrast(down[:6], down[6:], 0.1)[0]) / 2e-5
        assert gradient[row, column] == pytest.approx(slope, abs=2e-4)


def test_training_brings_questions_to_their_codes() -> None:
    trainer = Trainer(start(), data(), RECIPE)
    losses: list[float] = []
    trainer.run(lambda progress: losses.append(progress.loss))
    assert len(losses) == trainer.steps == 80
    assert losses[-1] < 0.7 * losses[0]
    unit = trainer.table / np.linalg.norm(trainer.table, axis=1)[:, None]
    similarities = unit[10:30] @ unit[30:50].T
    assert (similarities.argmax(1) == np.arange(20)).mean() > 0.9


def test_a_stopped_run_ends_where_the_other_does(tmp_path: Path) -> None:
    whole = Trainer(start(), data(), RECIPE)
    whole.run(silent)

    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step == 17:
            raise Stop

    first = Trainer(start(), data(), RECIPE)
    with pytest.raises(Stop):
        first.run(stop)
    first.save(tmp_path / "checkpoint.npz")
    second = Trainer(start(), data(), RECIPE)
    second.restore(tmp_path / "checkpoint.npz")
    assert second.step == 17
    second.run(silent)
    np.testing.assert_array_equal(second.table, whole.table)
    assert second.curve[-1][0] == whole.curve[-1][0]


def test_time_that_is_up_ends_it() -> None:
    trainer = Trainer(start(), data(pairs=4000), Recipe(batch=40, epochs=5_000, seconds=0.3))
    trainer.run(silent)
    assert 0 < trainer.step < trainer.steps


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    trainer = Trainer(start(), data(), RECIPE)
    trainer.save(tmp_path / "checkpoint.npz")
    other = Trainer(np.ones((TOKENS + 1, DIMENSIONS), np.float32), data(), RECIPE)
    with pytest.raises(CodesearchError, match="vocabulary"):
        other.restore(tmp_path / "checkpoint.npz")


def test_without_pairs_there_is_nothing_to_train() -> None:
    with pytest.raises(CodesearchError, match="no pairs"):
        Trainer(start(), [], RECIPE)


def test_written_weights_are_read_back(tmp_path: Path) -> None:
    tokens = ["<unk>", *(f"word{'abcdefghij'[i]}" for i in range(10))]
    table = np.random.default_rng(0).normal(size=(11, 16)).astype(np.float32)
    table[0] = 0
    write_model(tmp_path, tokens, table)
    encoder = StaticEncoder(tmp_path, "mine")
    assert list(encoder.vocabulary) == tokens
    np.testing.assert_allclose(encoder.table(), table, atol=float(np.abs(table).max()) / 120)
