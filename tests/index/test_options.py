"""The options of discovery that an index remembers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.discovery.options import MAX_FILE_SIZE, DiscoveryOptions
from codesearch.index import origin
from codesearch.index.options import KEY, read_options, to_json

globs = st.lists(st.text(max_size=10), max_size=3).map(tuple)


@given(st.builds(DiscoveryOptions, globs, globs, st.integers(1, 10**9)))
def test_options_are_remembered_as_they_are(options: DiscoveryOptions) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(origin, "is_model_chosen_by_user", lambda meta: True)
        assert read_options({KEY: to_json(options)}) == options


@given(st.integers(1, 10**9))
def test_an_index_from_elsewhere_does_not_make_larger_files_be_read(size: int) -> None:
    found = read_options({KEY: to_json(DiscoveryOptions(max_file_size=size))})
    assert found.max_file_size == min(size, MAX_FILE_SIZE)


@pytest.mark.parametrize("record", ["", "{}", "[]", "null", '{"include": 3, "exclude": [], "max_file_size": 1}'])
def test_what_can_not_be_read_is_the_default(record: str) -> None:
    assert read_options({KEY: record}) == read_options({}) == DiscoveryOptions()
