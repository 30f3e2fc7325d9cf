"""Rerankers of a router."""

from __future__ import annotations

import numpy as np
import pytest

from codesearch.cluster.reranking import RememberedEmbeddings, load_reranker
from codesearch.errors import ModelUnavailable
from tests.support.encoders import Words


def test_only_texts_that_are_not_remembered_are_encoded() -> None:
    encoder = Words()
    encode = RememberedEmbeddings(encoder, 3)
    texts = ["one", "three three four", "one"]
    expected = Words().encode_documents(texts).astype(np.float16).astype(np.float32)
    for _ in range(2):
        assert np.array_equal(encode(texts), expected)
        assert encoder.encoded == 2
    encode(["four", "one", "five"])  # forgets what was not asked for
    encode(["one", "four", "five"])
    assert encoder.encoded == 4
    encode(["three three four"])
    assert encoder.encoded == 5


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(ModelUnavailable):
        load_reranker("nobody/nothing")
