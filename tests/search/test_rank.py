"""Tests of the order of a file's chunks and of scores."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.rank import log_odds, order_within_files

Chunk = tuple[int, float, float]
CHUNKS = st.lists(st.tuples(st.integers(0, 3), st.floats(0.001, 0.999), st.floats(-3, 3)), min_size=1, max_size=20)


def arrays(chunks: list[Chunk]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The file, probability and extra log-odds of each chunk."""
    file, probability, extra = zip(*chunks, strict=True)
    return np.asarray(file, np.int64), np.asarray(probability), np.asarray(extra)


def test_the_best_probability_of_a_file_goes_to_its_best_chunk() -> None:
    file = np.array([0, 1, 0, 1])
    probability = np.array([0.8, 0.3, 0.6, 0.2])
    extra = np.array([0.0, 0.0, 2.0, 0.0])
    assert order_within_files(probability, extra, file).tolist() == [0.6, 0.3, 0.8, 0.2]


@given(CHUNKS)
def test_each_file_keeps_its_probabilities(chunks: list[Chunk]) -> None:
    file, probability, extra = arrays(chunks)
    ordered = order_within_files(probability, extra, file)
    for number in set(file.tolist()):
        assert sorted(ordered[file == number]) == sorted(probability[file == number])


@given(CHUNKS)
def test_chunks_of_a_file_are_ordered_by_odds_and_extra(chunks: list[Chunk]) -> None:
    file, probability, extra = arrays(chunks)
    ordered, both = order_within_files(probability, extra, file), log_odds(probability) + extra
    for number in set(file.tolist()):
        places = np.flatnonzero(file == number)
        best_first = places[np.argsort(-both[places], kind="stable")]
        assert (np.diff(ordered[best_first]) <= 0).all()


@given(CHUNKS)
def test_without_extra_nothing_changes(chunks: list[Chunk]) -> None:
    file, probability, _ = arrays(chunks)
    assert (order_within_files(probability, np.zeros(len(file)), file) == probability).all()


def test_log_odds_of_certainty_are_finite() -> None:
    assert np.isfinite(log_odds([0.0, 0.5, 1.0])).all()
    assert log_odds(0.5) == 0
