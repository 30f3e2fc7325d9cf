"""Learning from a teacher: right gradients, the questions it is asked, and similarities that come closer to its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codesearch.models.static import StaticEncoder
from codesearch.training.network import Network, Table, distillation_loss
from codesearch.training.teacher import TeacherVectors, bags_of, teacher_vectors
from codesearch.training.texts import TextPair


def unit(rows: int, columns: int, seed: int) -> Table:
    drawn = np.random.default_rng(seed).normal(size=(rows, columns))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1)[:, None], np.float64)  # type: ignore[return-value]


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    vectors, taught = unit(12, 5, 3), unit(6, 4, 4)
    _, gradient = distillation_loss(vectors[:6], vectors[6:], taught, 0.2)
    for row, column in [(0, 0), (3, 4), (6, 1), (11, 2)]:
        losses = []
        for step in (1e-3, -1e-3):
            moved = vectors.copy()
            moved[row, column] += step
            losses.append(distillation_loss(moved[:6], moved[6:], taught, 0.2)[0])
        assert gradient[row, column] == pytest.approx((losses[0] - losses[1]) / 2e-3, abs=2e-3)


def test_nothing_is_left_to_learn_from_similarities_that_are_the_teachers() -> None:
    vectors = unit(8, 5, 1)
    loss, gradient = distillation_loss(vectors, vectors, vectors, 0.1)
    assert loss == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


def test_the_teacher_is_asked_each_question_once_but_no_names(tmp_path: Path) -> None:
    texts = {
        "Python": [
            TextPair("documentation", "sum of a list", "sum(x)"),
            TextPair("name", "list sum", "sum(x)"),
            TextPair("comment", "open the file", "open(x)"),
        ],
        "Go": [TextPair("comment", "sum of a list", "total += x")],
    }
    teacher = StaticEncoder.default()
    taught = teacher_vectors(teacher, texts, 0, lambda _done, _total: None)
    assert sorted(taught.questions) == ["open the file", "sum of a list"]
    np.testing.assert_allclose(taught.vectors, teacher.encode_documents(taught.questions), atol=1e-3)
    assert TeacherVectors.load(tmp_path / "teacher") is None
    taught.save(tmp_path / "teacher")
    again = TeacherVectors.load(tmp_path / "teacher")
    assert again and again.questions == taught.questions
    np.testing.assert_array_equal(again.vectors, taught.vectors)


def test_distillation_brings_similarities_closer_to_the_teachers() -> None:
    encoder = StaticEncoder.default()
    tokens = list(encoder.vocabulary)
    network = Network.from_base(encoder.table(), encoder, seed=0)
    texts = ["read a file", "sort the list", "parse json text", "open a socket", "retry a request", "hash a password"]
    bags, taught = bags_of(texts, encoder.vocabulary), np.asarray(unit(6, 16, 2), np.float32)
    assert bags.ids[: bags.offsets[1]].tolist() == [tokens.index(word) for word in texts[0].split()]
    first, gradients = network.distil(bags, taught, 0.2)
    for parameter, gradient in zip(network.parameters, gradients, strict=True):
        parameter -= np.float32(0.01) * gradient
    second, _ = network.distil(bags, taught, 0.2)
    assert second < first
