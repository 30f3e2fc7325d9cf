"""Intervals and differences: what they cover, and how seldom they cry wolf."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from codesearch.evaluation.intervals import MIN_CHANGED, MIN_QUESTIONS, compare, estimate


def test_the_interval_of_many_values_is_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, 400)
    found = estimate(values)
    half = 1.96 * values.std() / 20
    assert found.interval == pytest.approx((values.mean() - half, values.mean() + half), abs=0.002)


@pytest.mark.slow
def test_the_interval_holds_the_true_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        low, high = estimate(random.beta(2, 1, 40)).interval or (0, 0)
        held += low <= 2 / 3 <= high
    assert 0.89 <= held / 200 <= 0.98


def test_few_values_have_no_interval() -> None:
    assert estimate(np.full(MIN_QUESTIONS - 1, 0.5)).interval is None
    assert estimate(np.full(MIN_QUESTIONS, 0.5)).interval == (0.5, 0.5)
    assert estimate(np.array([0.25])).mean == 0.25


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(3).random(30)
    assert estimate(values) == estimate(values)


def test_a_clear_difference_is_beyond_chance() -> None:
    one = np.random.default_rng(4).random(40) * 0.5
    found = compare(one, one + 0.1)
    assert (found.better, found.worse, found.same) == (40, 0, 0)
    assert found.estimate.mean == pytest.approx(0.1)
    assert found.is_beyond_chance


def test_no_difference() -> None:
    values = np.random.default_rng(5).random(20)
    found = compare(values, values + 1e-12)
    assert (found.better, found.worse, found.same) == (0, 0, 20)
    assert found.p_value == 1
    assert not found.is_beyond_chance


@pytest.mark.parametrize("differences", [[0.1, 0.3, -0.2, 0.05, 0.4, 0.25], [0.5, 0.5, 0.5], [1.0, -1.0], [0.2] * 8])
def test_the_p_value_is_that_of_all_signs(differences: list[float]) -> None:
    sums = [abs(np.dot(signs, differences)) for signs in product((-1, 1), repeat=len(differences))]
    exact = np.mean([total >= abs(sum(differences)) - 1e-9 for total in sums])
    # questions that are answered alike change nothing
    one = np.full(len(differences) + 30, 0.5)
    other = one + np.r_[differences, np.zeros(30)]
    assert compare(one, other).p_value == pytest.approx(exact, abs=0.015)


def test_a_few_questions_can_not_tell_however_large_the_difference() -> None:
    for changed in range(1, 9):
        one = np.zeros(50)
        other = np.r_[np.ones(changed), np.zeros(50 - changed)]
        assert compare(one, other).is_beyond_chance is (changed >= MIN_CHANGED)


@pytest.mark.slow
def test_chance_is_seldom_taken_for_more() -> None:
    random = np.random.default_rng(6)
    alarms = 0
    for _ in range(200):
        one, other = random.random((2, 25)).round(1)
        alarms += compare(one, other).is_beyond_chance
    assert alarms / 200 <= 0.09
