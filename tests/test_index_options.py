"""The options of discovery that an index remembers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.discovery.discover import DiscoveryOptions
from codesearch.index.options import KEY, recorded, to_record

globs = st.lists(st.text(max_size=10), max_size=3).map(tuple)


@given(st.builds(DiscoveryOptions, globs, globs, st.integers(1, 10**9)))
def test_options_are_remembered_as_they_are(options: DiscoveryOptions) -> None:
    assert recorded({KEY: to_record(options)}) == options


@pytest.mark.parametrize("record", ["", "{}", "[]", "null", '{"include": 3, "exclude": [], "max_file_size": 1}'])
def test_what_can_not_be_read_is_the_default(record: str) -> None:
    assert recorded({KEY: record}) == recorded({}) == DiscoveryOptions()
