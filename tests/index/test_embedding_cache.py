"""Vectors of a costly encoder are kept, one by one, and never asked for twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.index.embedding_cache import TEXTS_PER_COMMIT, encode_cached, encode_cached_for_search
from codesearch.index.folder import prepare
from codesearch.index.layout import Layout
from codesearch.index.store import Store
from codesearch.models.capabilities import Capabilities
from codesearch.models.encoder import Embeddings


class Lengths:
    """Encodes a text as its length and first letter; remembers what it was given."""

    name, dimensions = "lengths", 4
    capabilities = Capabilities(costly=True, batches=True)

    def __init__(self, revision: str = "1", fails_after: int = 10**9) -> None:
        self.revision = revision
        self.given: list[str] = []
        self.fails_after = fails_after

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        if len(self.given) >= self.fails_after:
            raise KeyboardInterrupt
        self.given += texts
        return np.asarray([[len(text), ord(text[0]), 0.5, 0.25] for text in texts], np.float32)

    def encode_query(self, text: str) -> Embeddings:
        return self.encode_documents([text])[0]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout.of(tmp_path)
    prepare(made)
    Store.create(made.database).close()
    return made


@pytest.fixture
def store(layout: Layout) -> Iterator[Store]:
    opened = Store.open(layout.database, write=True)
    yield opened
    opened.close()


def test_vectors_come_in_the_order_of_the_texts(store: Store) -> None:
    texts = ["ccc", "a", "bb", "a"]
    found = encode_cached(store, Lengths(), texts)
    assert found.dtype == np.float32
    assert found[:, 0].tolist() == [3, 1, 2, 1]
    assert encode_cached(store, Lengths(), []).shape == (0, 4)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(st.characters(max_codepoint=500), min_size=1, max_size=5), max_size=8), max_size=5))
def test_no_text_is_encoded_twice(store: Store, batches: list[list[str]]) -> None:
    encoder = Lengths(revision=repr(batches))
    for texts in batches:
        found = encode_cached(store, encoder, texts)
        assert found[:, 0].tolist() == [len(text) for text in texts]
    assert len(encoder.given) == len(set(encoder.given)) == len({text for texts in batches for text in texts})


def test_another_revision_is_another_model(store: Store) -> None:
    encode_cached(store, Lengths(), ["a"])
    newer = Lengths(revision="2")
    encode_cached(store, newer, ["a"])
    assert newer.given == ["a"]


def test_an_interruption_loses_only_the_batch_at_work(store: Store) -> None:
    texts = [f"{number:03d}" for number in range(3 * TEXTS_PER_COMMIT)]
    with pytest.raises(KeyboardInterrupt):
        encode_cached(store, Lengths(fails_after=2 * TEXTS_PER_COMMIT), texts)
    again = Lengths()
    encode_cached(store, again, texts)
    assert len(again.given) == TEXTS_PER_COMMIT


def test_a_reader_keeps_where_it_can_and_answers_where_it_cannot(layout: Layout, tmp_path: Path) -> None:
    encoder = Lengths()
    assert encode_cached_for_search(layout, encoder, ["a"])[0, 0] == 1
    assert encode_cached_for_search(layout, encoder, ["a"])[0, 0] == 1
    assert encoder.given == ["a"]
    nowhere = Layout.of(tmp_path / "nowhere")
    assert encode_cached_for_search(nowhere, encoder, ["bb"])[0, 0] == 2
    assert not nowhere.folder.exists()
