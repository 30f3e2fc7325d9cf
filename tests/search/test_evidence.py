"""What signals share: the rank of a candidate within its file."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.evidence import rank_in_file


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4))))
def test_the_rank_is_how_many_of_the_same_file_are_better(candidates: list[tuple[int, int]]) -> None:
    values = np.array([value for _, value in candidates], np.float32)
    file = np.array([file for file, _ in candidates], np.int64)
    ranks = rank_in_file(values, file)
    for i, (own, value) in enumerate(candidates):
        better = sum(other == own and (v > value or (v == value and j < i)) for j, (other, v) in enumerate(candidates))
        assert ranks[i] == better
