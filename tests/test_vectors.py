"""Vectors of a segment: numpy and FAISS give the same, from memory and from a file."""

from __future__ import annotations

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


@pytest.mark.parametrize("rows", [1, 7, 5000])
def test_what_is_saved_is_a_faiss_index_and_is_opened_again(rows: int, tmp_path: Path) -> None:
    embeddings = unit_vectors(rows)
    made = Vectors.of(embeddings)
    made.save(tmp_path / "vectors.faiss")
    assert faiss.read_index(str(tmp_path / "vectors.faiss")).ntotal == rows
    opened = Vectors.open(tmp_path / "vectors.faiss")
    assert len(opened) == rows
    everything = np.arange(rows)
    np.testing.assert_array_equal(opened.reconstruct(everything), made.reconstruct(everything))
    kept = np.clip(embeddings, -CODE_RANGE, CODE_RANGE)
    assert np.abs(opened.reconstruct(everything) - kept).max() <= 2 * CODE_RANGE / 255


def test_numpy_and_faiss_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Vectors.of(unit_vectors(3000)).save(tmp_path / "vectors.faiss")
    opened = Vectors.open(tmp_path / "vectors.faiss")
    allowed = np.random.default_rng(1).random(3000) < 0.3
    for question in unit_vectors(5, seed=2):
        for choice in (None, allowed):
            monkeypatch.setattr(vectors, "FAISS_FROM", 10**9)
            rows, scores = opened.nearest(question, 50, choice)
            monkeypatch.setattr(vectors, "FAISS_FROM", 0)
            faiss_rows, faiss_scores = opened.nearest(question, 50, choice)
            np.testing.assert_allclose(scores, faiss_scores, atol=1e-5)
            assert len(set(rows.tolist()) & set(faiss_rows.tolist())) >= 49
            assert choice is None or choice[rows].all()
            assert (np.diff(scores) <= 0).all()


def test_more_are_asked_for_than_there_are() -> None:
    rows, scores = Vectors.of(unit_vectors(3)).nearest(unit_vectors(1)[0], 10, None)
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert scores[0] == pytest.approx(1.0, abs=0.01)
    rows, _ = Vectors.of(unit_vectors(3)).nearest(unit_vectors(1)[0], 10, np.zeros(3, np.bool_))
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
    for damaged in (b"", whole[:10], whole[:-100], b"IxFI" + whole[4:], whole + b"\0"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError):
            Vectors.open(path)
