"""The trigrams of a text, whichever way they are found."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from codesearch.index.signatures import _distinct_trigrams


@given(st.binary(max_size=300) | st.text("ab \n", max_size=60).map(str.encode))
@example(bytes(range(256)) * 2)
@example(b"\n\n\n")
def test_each_trigram_without_a_newline_is_found_once(data: bytes) -> None:
    expected = sorted({data[i : i + 3] for i in range(len(data) - 2) if b"\n" not in data[i : i + 3]})
    found = [int(number).to_bytes(3, "little") for number in _distinct_trigrams(data)]
    assert sorted(found) == expected
