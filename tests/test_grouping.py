"""Grouping equal numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from codesearch.grouping import group, stable_order

LARGEST = 2**64 - 1


@given(st.lists(st.integers(0, 9) | st.integers(0, LARGEST), max_size=300))
def test_groups_are_in_order_of_first_occurrence(numbers: list[int]) -> None:
    found = group(np.asarray(numbers, np.uint64))
    distinct = list(dict.fromkeys(numbers))
    assert [numbers[first] for first in found.firsts.tolist()] == distinct
    assert found.firsts.tolist() == [numbers.index(number) for number in distinct]
    assert [distinct[each] for each in found.groups.tolist()] == numbers


def test_numbers_with_the_same_hash_are_told_apart() -> None:
    """4,096 different numbers in 32,768 slots: some 500 have theirs with another."""
    numbers = np.random.default_rng(0).integers(0, LARGEST, 1 << 12, np.uint64)
    found = group(np.concatenate([numbers, numbers[::-1]]))
    assert found.firsts.tolist() == list(range(len(numbers)))
    assert found.groups.tolist() == [*range(len(numbers)), *reversed(range(len(numbers)))]


@given(st.lists(st.integers(0, 5) | st.integers(0, 1 << 17) | st.integers(0, LARGEST), max_size=100))
def test_equal_numbers_stay_in_their_order(numbers: list[int]) -> None:
    expected = sorted(range(len(numbers)), key=numbers.__getitem__)
    assert stable_order(np.asarray(numbers, np.uint64)).tolist() == expected
