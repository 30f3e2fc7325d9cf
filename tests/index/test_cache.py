"""The cache of what was read from an index."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from codesearch.index.cache import ReadCache


@given(st.lists(st.lists(st.integers(0, 12))), st.integers(0, 8))
def test_any_requests_get_their_values_within_the_capacity(requests: list[list[int]], capacity: int) -> None:
    cache = ReadCache[int, str](capacity)
    for keys in requests:
        assert cache.get(keys, lambda missing: [str(key) for key in missing]) == [str(key) for key in keys]
        assert len(cache) <= capacity


def test_only_what_is_missing_is_read_and_the_oldest_dropped() -> None:
    read: list[int] = []

    def square(keys: Sequence[int]) -> list[int]:
        read.extend(keys)
        return [key * key for key in keys]

    cache = ReadCache[int, int](3)
    assert cache.get([0, 1, 2, 1], square) == [0, 1, 4, 1]
    assert cache.get([2, 3], square) == [4, 9]
    assert read == [0, 1, 2, 3]
    assert cache.get([1, 0], square) == [1, 0]
    assert read == [0, 1, 2, 3, 0]


def test_what_is_not_there_is_asked_for_again() -> None:
    cache = ReadCache[int, str | None](3)
    assert cache.get([1], lambda _: [None]) == [None]
    assert cache.get([1], lambda _: ["now"]) == ["now"]
