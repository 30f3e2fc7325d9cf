"""The request of a client, which is written without the module json."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from codesearch.server.client import request_text

texts = st.text() | st.text(st.characters(categories=["Cs", "Cc", "Lo"]))  # arguments that are not UTF-8, among others
values = st.recursive(texts | st.booleans(), lambda held: st.lists(held) | st.dictionaries(texts, held))


@given(values)
def test_a_request_is_json(value: object) -> None:
    assert json.loads(request_text(value)) == value
    assert request_text(value).isascii()
