"""Tests of the trees that correct the log-odds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.interactions import (
    CASES,
    CORRECTED,
    SPLITS,
    Interactions,
    Values,
    package_interactions,
    value_names,
    value_table,
)
from codesearch.search.signals import SIGNALS

NAMES = tuple(signal.name for signal in SIGNALS)


def walked(trees: Interactions, values: Values) -> float:
    """The correction of one candidate, split by split."""
    total = 0.0
    for tree in range(len(trees.corrections)):
        split = 0
        while split < SPLITS:
            above = values[trees.value[split, tree]] > trees.threshold[split, tree]
            split = 2 * split + (2 if above else 1)
        total += float(trees.corrections[tree, split - SPLITS])
    return total


def made(seed: int, trees: int, signals: int, candidates: int) -> tuple[Interactions, Values, Values, Values]:
    """Random trees over the values of random candidates: trees, features, log-odds, files."""
    random = np.random.default_rng(seed)
    rows = len(value_names(["x"] * signals))
    found = Interactions(
        random.integers(0, rows, (SPLITS, trees)).astype(np.uint8),
        random.choice([0.2, 0.5, 0.8, 3.0, np.inf], (SPLITS, trees)).astype(np.float32),
        random.normal(size=(trees, CASES)).astype(np.float32),
    )
    features = random.choice([0.0, 0.3, 0.6, 1.0], (signals, candidates)).astype(np.float32)
    return found, features, random.normal(size=candidates), random.integers(0, 5, candidates)


@given(st.integers(0, 1000), st.integers(1, 30), st.integers(1, 5), st.integers(1, CORRECTED))
def test_each_candidate_gets_what_its_cases_say(seed: int, trees: int, signals: int, candidates: int) -> None:
    interactions, features, odds, file = made(seed, trees, signals, candidates)
    corrected = interactions.correct(features, odds, file)
    table = value_table(features, odds, file)
    expected = [one + walked(interactions, table[:, i]) for i, one in enumerate(odds)]
    np.testing.assert_allclose(corrected, expected, atol=1e-4)


def test_only_the_best_are_corrected() -> None:
    interactions, features, odds, file = made(1, 20, 3, 3 * CORRECTED)
    changed = interactions.correct(features, odds, file) != odds
    assert set(np.flatnonzero(changed)) <= set(np.argsort(-odds)[:CORRECTED])
    assert changed.sum() > CORRECTED / 2


def test_nothing_is_corrected_where_there_are_no_candidates() -> None:
    interactions, features, odds, file = made(1, 20, 3, 0)
    assert interactions.correct(features, odds, file).shape == (0,)


def test_values_are_compared_with_the_best_candidate() -> None:
    features = np.array([[0.25, 1.0, 0.5]], np.float32)
    table = dict(
        zip(value_names(["dense"]), value_table(features, np.array([1.0, 3.0, 2.0]), np.array([0, 1, 1])), strict=True)
    )
    assert {name: row.tolist() for name, row in table.items()} == {
        "dense": [0.25, 1.0, 0.5],
        "best dense": [1.0, 1.0, 1.0],
        "dense below best": [0.75, 0.0, 0.5],
        "odds below best": [2.0, 0.0, 1.0],
        "place": [2.0, 0.0, 1.0],
        "candidates of its file": [1.0, 2.0, 2.0],
    }


def test_the_trees_mean_the_same_signals_when_another_one_is_added() -> None:
    own = package_interactions(NAMES)
    more = package_interactions(("another", *NAMES))
    name, other = value_names(NAMES), value_names(("another", *NAMES))
    assert [name[row] for row in own.value.flat] == [other[row] for row in more.value.flat]
