"""Training by contrast: right gradients, falling loss, and a stopped run that ends as one that was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codesearch.errors import CodesearchError
from codesearch.models.side import normalise
from codesearch.models.static import StaticEncoder
from codesearch.training.corpus import Bags
from codesearch.training.network import (
    DOCUMENT_POSITION_WEIGHTS,
    QUESTION_POSITION_WEIGHTS,
    Network,
    Table,
    contrastive_loss,
    weight_matrix,
)
from codesearch.training.static_learner import StaticLearner, TokenPairs
from codesearch.training.static_model import write_model
from codesearch.training.trainer import Trainer, TrainingConfig, TrainingProgress, default_epochs

TOKENS, DIMENSIONS, HIDDEN = 60, 8, 6
VOCABULARY = ["<unk>", *(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(TOKENS))]


def bags(generator: np.random.Generator, topics: np.ndarray, shift: int) -> Bags:
    """Texts whose tokens tell their topic: token `topic + shift`, and noise."""
    ids = np.stack([topics + shift, generator.integers(0, 10, len(topics))], 1).astype(np.uint32)
    return Bags(ids.ravel(), np.ones(ids.size, np.uint8), np.arange(0, ids.size + 1, 2))


def data(seed: int = 0, pairs: int = 400) -> list[TokenPairs]:
    generator = np.random.default_rng(seed)
    topics = generator.integers(10, 30, pairs)
    return [TokenPairs(bags(generator, topics, 0), bags(generator, topics, 20))]


def start(seed: int = 1, tokens: int = TOKENS) -> Network:
    generator = np.random.default_rng(seed)

    def drawn(*shape: int) -> Table:
        return generator.normal(0, 0.3, shape).astype(np.float32)

    heads = [[drawn(DIMENSIONS, HIDDEN), drawn(HIDDEN), drawn(HIDDEN, DIMENSIONS)] for _ in range(2)]
    return Network(drawn(tokens, DIMENSIONS), *heads, (QUESTION_POSITION_WEIGHTS, DOCUMENT_POSITION_WEIGHTS))


def learner(pairs: list[TokenPairs], recipe: TrainingConfig, tokens: int = TOKENS) -> StaticLearner:
    return StaticLearner(start(tokens=tokens), VOCABULARY[:tokens], pairs, recipe)


RECIPE = TrainingConfig(batch=40, rate=0.05, warm_up=5, epochs=16)


def silent(_progress: TrainingProgress) -> None:
    pass


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    generator = np.random.default_rng(3)
    unit = generator.normal(size=(12, 5))
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    _, gradient = contrastive_loss(unit[:6], unit[6:], 0.1)
    for row, column in [(0, 0), (3, 4), (6, 1), (11, 2)]:
        up, down = unit.copy(), unit.copy()
        up[row, column] += 1e-5
        down[row, column] -= 1e-5
        slope = (contrastive_loss(up[:6], up[6:], 0.1)[0] - contrastive_loss(down[:6], down[6:], 0.1)[0]) / 2e-5
        assert gradient[row, column] == pytest.approx(slope, abs=2e-4)


def test_a_result_can_keep_some_of_the_weights_that_training_began_from(tmp_path: Path) -> None:
    trained = learner(data(), RECIPE)
    Trainer(trained, RECIPE).run(silent)
    keeping = replace(RECIPE, keep=0.25)
    mixed = learner(data(), keeping)
    Trainer(mixed, keeping).run(silent)
    mixed.write(tmp_path)
    expected = trained.network.table + 0.25 * (start().table - trained.network.table)
    np.testing.assert_allclose(StaticEncoder(tmp_path, "mixed").table(), expected, atol=0.02)


def test_gradients_reach_every_parameter() -> None:
    network = start()
    for own in network.parameters:
        own[...] = own.astype(np.float64)
    (own,) = data(pairs=12)
    _, gradients = network.loss(own.questions, own.codes, 0.1)
    for parameter, gradient in zip(network.parameters, gradients, strict=True):
        direction = gradient / np.linalg.norm(gradient)
        kept, step = parameter.copy(), np.float32(1e-3)
        parameter[...] = kept + step * direction
        up, _ = network.loss(own.questions, own.codes, 0.1)
        parameter[...] = kept - step * direction
        down, _ = network.loss(own.questions, own.codes, 0.1)
        parameter[...] = kept
        assert float((gradient * direction).sum()) == pytest.approx((up - down) / (2 * step), rel=0.05, abs=3e-3)


def test_early_tokens_weigh_more_in_training_as_in_encoding() -> None:
    own = Bags(np.array([3, 1, 2, 3], np.uint32), np.array([1, 2, 1, 1], np.uint8), np.array([0, 3, 4]))
    matrix = weight_matrix(own, np.array([3.0, 2.0], np.float32), 5).toarray()
    np.testing.assert_allclose(matrix, [[0, 2 * (1 + np.log(2)), 1, 3, 0], [0, 0, 0, 3, 0]], rtol=1e-6)


def test_training_brings_questions_to_their_codes() -> None:
    own = learner(data(), RECIPE)
    trainer = Trainer(own, RECIPE)
    losses: list[float] = []
    trainer.run(lambda progress: losses.append(progress.loss))
    assert len(losses) == trainer.steps == 160
    assert losses[-1] < 0.7 * losses[0]
    question, document = own.network.sides()
    unit = normalise(own.network.table)
    assert question.head and document.head
    similarities = question.head(unit[10:30]) @ document.head(unit[30:50]).T
    assert (similarities.argmax(1) == np.arange(20)).mean() > 0.9


def test_a_stopped_run_ends_where_the_other_does(tmp_path: Path) -> None:
    uninterrupted, resumed = learner(data(), RECIPE), learner(data(), RECIPE)
    whole = Trainer(uninterrupted, RECIPE)
    whole.run(silent)

    class Stop(Exception):
        pass

    def stop(progress: TrainingProgress) -> None:
        if progress.step == 17:
            raise Stop

    first = Trainer(learner(data(), RECIPE), RECIPE)
    with pytest.raises(Stop):
        first.run(stop)
    first.save(tmp_path / "checkpoint.npz")
    second = Trainer(resumed, RECIPE)
    second.restore(tmp_path / "checkpoint.npz")
    assert second.step == 17
    second.run(silent)
    for one, other in zip(resumed.network.parameters, uninterrupted.network.parameters, strict=True):
        np.testing.assert_array_equal(one, other)
    assert second.curve[-1][0] == whole.curve[-1][0]


def test_time_that_is_up_ends_it() -> None:
    recipe = TrainingConfig(batch=40, epochs=5_000, seconds=0.3)
    trainer = Trainer(learner(data(pairs=4000), recipe), recipe)
    trainer.run(silent)
    assert 0 < trainer.step < trainer.steps


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    trainer = Trainer(learner(data(), RECIPE), RECIPE)
    trainer.save(tmp_path / "checkpoint.npz")
    other = Trainer(learner(data(), RECIPE, TOKENS + 1), RECIPE)
    with pytest.raises(CodesearchError, match="vocabulary"):
        other.restore(tmp_path / "checkpoint.npz")


def test_without_pairs_there_is_nothing_to_train() -> None:
    with pytest.raises(CodesearchError, match="no training pairs"):
        Trainer(learner([], RECIPE), RECIPE)


def test_written_weights_are_read_back(tmp_path: Path) -> None:
    network = start()
    network.table[0] = 0
    tokens = VOCABULARY[:TOKENS]
    write_model(tmp_path, tokens, network)
    encoder = StaticEncoder(tmp_path, "mine")
    assert list(encoder.vocabulary) == tokens
    np.testing.assert_allclose(encoder.table(), network.table, atol=float(np.abs(network.table).max()) / 120)
    question, document = network.sides()
    assert question.head and document.head
    unit = normalise(network.table[5:6])
    np.testing.assert_allclose(encoder.encode_query(tokens[5]), question.head(unit)[0], atol=0.02)
    np.testing.assert_allclose(encoder.encode_documents([tokens[5]]), document.head(unit), atol=0.02)
    assert not encoder.encode_documents(["", "§§§"]).any()


def test_training_goes_on_from_a_trained_model(tmp_path: Path) -> None:
    network = start()
    tokens = VOCABULARY[:TOKENS]
    write_model(tmp_path, tokens, network)
    again = Network.from_base(network.table, StaticEncoder(tmp_path, "mine"), seed=0)
    for one, other in zip(again.parameters, network.parameters, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-4)
    for own, theirs in zip(again.position_weights, network.position_weights, strict=True):
        np.testing.assert_allclose(own, theirs, rtol=1e-3)


def test_little_code_is_seen_more_often() -> None:
    assert [default_epochs(pairs) for pairs in (0, 5_000, 100_000, 2_000_000)] == [20, 20, 10, 4]
