"""Two encoders as one."""

from __future__ import annotations

import numpy as np
import pytest

from codesearch.models.encoder import Embeddings
from codesearch.models.joined import JoinedEncoder, alone
from codesearch.models.static import StaticEncoder

TEXTS = ["def digest(secret):", "plot(r * cos(a))", ""]


def test_a_cosine_is_the_weighted_mean_of_both() -> None:
    default = StaticEncoder.default()
    joined = JoinedEncoder(default, default, 0.5)
    assert (joined.name, joined.dimensions) == ("default", 2 * default.dimensions)
    assert joined.revision == f"{default.revision}+{default.revision}"
    assert not joined.capabilities.device
    assert alone(joined) is alone(default) is default
    vectors = joined.encode_documents(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0], atol=1e-6)
    expected = default.encode_documents(TEXTS) @ default.encode_query("hash a secret")
    np.testing.assert_allclose(vectors @ joined.encode_query("hash a secret"), expected, atol=1e-6)


@pytest.mark.parametrize("weight", [0.5, 2.0])
def test_the_weight_is_that_of_the_second(weight: float) -> None:
    default = StaticEncoder.default()

    class Reversed(StaticEncoder):
        def encode_query(self, text: str) -> Embeddings:
            return -super().encode_query(text)

    joined = JoinedEncoder(default, Reversed.default(), weight)
    cosines = joined.encode_documents(TEXTS[:2]) @ joined.encode_query("hash a secret")
    expected = default.encode_documents(TEXTS[:2]) @ default.encode_query("hash a secret")
    np.testing.assert_allclose(cosines, expected * (1 - weight) / (1 + weight), atol=1e-6)
