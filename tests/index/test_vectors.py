"""Vectors of a segment: numpy and FAISS give the same, from memory and from a file."""

from __future__ import annotations

import mmap
from pathlib import Path

import faiss
import numpy as np
import pytest

from codesearch.index import vectors
from codesearch.index.vectors import CODE_RANGE, Vectors

DIMENSIONS = 32


def unit_vectors(rows: int, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(rows, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def opened(path: Path) -> Vectors:
    with path.open("rb") as file:
        return Vectors.read(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), path)


def ties_of(count: int) -> np.ndarray:
    """Numbers in which the last row comes first."""
    return np.arange(count, 0, -1).astype(np.uint64)


@pytest.mark.parametrize("rows", [0, 1, 7, 5000])
def test_what_is_saved_is_what_faiss_writes_and_is_read_again(rows: int, tmp_path: Path) -> None:
    embeddings = unit_vectors(rows)
    made = Vectors.of(embeddings)
    made.save(tmp_path / "vectors.faiss")
    index = faiss.IndexScalarQuantizer(DIMENSIONS, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(np.array([[-CODE_RANGE], [CODE_RANGE]], np.float32).repeat(DIMENSIONS, axis=1))
    index.add(embeddings)
    assert (tmp_path / "vectors.faiss").read_bytes() == faiss.serialize_index(index).tobytes()
    assert faiss.read_index(str(tmp_path / "vectors.faiss")).ntotal == rows
    read = opened(tmp_path / "vectors.faiss")
    assert (len(read), read.dimensions) == (rows, DIMENSIONS)
    everything = np.arange(rows)
    np.testing.assert_array_equal(read.reconstruct(everything), made.reconstruct(everything))
    kept = np.clip(embeddings, -CODE_RANGE, CODE_RANGE)
    assert np.abs(read.reconstruct(everything) - kept).max(initial=0) <= 2 * CODE_RANGE / 255


def test_numpy_and_faiss_agree_to_the_last_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Vectors.of(unit_vectors(3000)).save(tmp_path / "vectors.faiss")
    read = opened(tmp_path / "vectors.faiss")
    allowed = np.random.default_rng(1).random(3000) < 0.3
    for question in unit_vectors(5, seed=2):
        for choice in (None, allowed):
            monkeypatch.setattr(vectors, "FAISS_MIN_ROWS", 10**9)
            rows, scores = read.nearest(question, 50, choice, ties_of(3000))
            monkeypatch.setattr(vectors, "FAISS_MIN_ROWS", 0)
            faiss_rows, faiss_scores = read.nearest(question, 50, choice, ties_of(3000))
            np.testing.assert_array_equal(rows, faiss_rows)
            np.testing.assert_array_equal(scores, faiss_scores)
            assert choice is None or choice[rows].all()
            assert (np.diff(scores) <= 0).all()


@pytest.mark.parametrize("faiss_from", [0, 10**9])
def test_equals_come_in_the_order_of_their_ties_however_many(faiss_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "FAISS_MIN_ROWS", faiss_from)
    same = np.repeat(unit_vectors(1), 400, axis=0)
    made = Vectors.of(np.concatenate([unit_vectors(50, seed=3), same]))
    rows, scores = made.nearest(same[0], 10, None, ties_of(450))
    assert rows.tolist() == list(range(449, 439, -1))
    assert len(set(scores.tolist())) == 1


@pytest.mark.parametrize("dimensions", [16, 256, 384, 768, 1024])
def test_a_cosine_is_the_same_wherever_the_vector_lies_and_close_to_the_true_one(dimensions: int) -> None:
    rng = np.random.default_rng(dimensions)
    made = rng.normal(size=(700, dimensions)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    question, held = made[0], Vectors.of(made)
    scores = held.similarities(question, np.arange(700))
    np.testing.assert_allclose(scores, held.reconstruct(np.arange(700)) @ question, atol=1e-3)
    order = rng.permutation(700)
    moved = Vectors.merged([(held, order[:350]), (held, order[350:])])
    np.testing.assert_array_equal(moved.similarities(question, np.arange(700)), scores[order])
    for row in (0, 5, 699):
        np.testing.assert_array_equal(held.similarities(question, np.array([row])), scores[[row]])


def test_more_are_asked_for_than_there_are() -> None:
    rows, scores = Vectors.of(unit_vectors(3)).nearest(unit_vectors(1)[0], 10, None, ties_of(3))
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert scores[0] == pytest.approx(1.0, abs=0.01)
    rows, _ = Vectors.of(unit_vectors(3)).nearest(unit_vectors(1)[0], 10, np.zeros(3, np.bool_), ties_of(3))
    assert rows.tolist() == []


def test_merging_keeps_the_codes() -> None:
    first, second = Vectors.of(unit_vectors(10)), Vectors.of(unit_vectors(10, seed=5))
    merged = Vectors.merged([(first, np.array([9, 0])), (second, np.array([3]))])
    np.testing.assert_array_equal(merged.reconstruct(np.array([0, 1])), first.reconstruct(np.array([9, 0])))
    np.testing.assert_array_equal(merged.reconstruct(np.array([2])), second.reconstruct(np.array([3])))
    back = merged.reordered(np.array([1, 0, 2]))
    np.testing.assert_array_equal(back.reconstruct(np.array([0])), first.reconstruct(np.array([0])))
    assert merged.reordered(np.arange(3)) is merged


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    Vectors.of(unit_vectors(20)).save(path)
    whole = path.read_bytes()
    huge = whole[:8] + (1 << 60).to_bytes(8, "little") + whole[16:]
    other_range = whole.replace(np.float32(-CODE_RANGE).tobytes(), np.float32(-9).tobytes())
    for damaged in (whole[:10], whole[:-100], b"IxFI" + whole[4:], whole + b"\0", huge, other_range):
        path.write_bytes(damaged)
        with pytest.raises(ValueError):
            opened(path)
