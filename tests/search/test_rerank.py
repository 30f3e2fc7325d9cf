"""The cascade: candidates of one encoder, scored again by another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.index import embedding_cache
from codesearch.models.capabilities import Capabilities
from codesearch.models.encoder import Embeddings

FILES = {
    "dates.py": 'def parse_date(text):\n    """Parse a date."""\n    return strptime(text)\n',
    "times.py": 'def parse_time(text):\n    """Parse a time of day from a date."""\n    return split(text)\n',
    "colours.py": 'def mix_paint(a, b):\n    """Mix two colours, on any date."""\n    return (a + b) / 2\n',
}


class Favouring:
    """An encoder that finds texts with one word like any question, and others unlike it."""

    capabilities = Capabilities(costly=True, batches=True)
    note = ""
    dimensions = 2
    revision = "1"

    def __init__(self, name: str) -> None:
        self.name = name
        self.encoded: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        self.encoded += texts
        return np.array([[1, 0] if self.name in text else [0, 1] for text in texts], np.float32).reshape(-1, 2)

    def encode_query(self, text: str) -> Embeddings:
        return np.array([1, 0], np.float32)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    index = Index.create(tmp_path)
    index.update()
    return index


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Favouring]:
    """The rerankers that were loaded; a model's name is the word that it favours."""
    encoders: list[Favouring] = []
    load = Index.__init__.__globals__["load_encoder"]

    def load_encoder(name: str, device: str = "") -> object:
        if name == "default":
            return load(name, device)
        encoders.append(Favouring(name))
        return encoders[-1]

    monkeypatch.setattr("codesearch.api.load_encoder", load_encoder)
    return encoders


def scores(index: Index, rerank: str = "") -> dict[str, float]:
    return {hit.path: hit.score for hit in reversed(index.search("parse a date", rerank=rerank).hits)}


def test_what_the_other_encoder_likes_rises(index: Index, loaded: list[Favouring]) -> None:
    plain, reranked = scores(index), scores(index, "mix_paint")
    assert plain.keys() == reranked.keys() == FILES.keys()
    assert reranked["colours.py"] > plain["colours.py"]
    assert reranked["dates.py"] < plain["dates.py"]
    assert all(0 <= score <= 1 for score in reranked.values())


def test_hits_are_in_the_order_of_their_scores(index: Index, loaded: list[Favouring]) -> None:
    found = [hit.score for hit in index.search("parse a date", rerank="mix_paint").hits]
    assert found == sorted(found, reverse=True)


def test_an_encoder_that_sees_no_difference_changes_nothing(index: Index, loaded: list[Favouring]) -> None:
    assert scores(index, "nothing has this") == pytest.approx(scores(index), abs=1e-4)


def test_embeddings_are_kept_for_the_next_question(index: Index, loaded: list[Favouring]) -> None:
    first = scores(index, "mix_paint")
    encoded = len(loaded[0].encoded)
    assert encoded >= len(FILES)
    with Index.open(index.root) as again:
        assert scores(again, "mix_paint") == first
    assert len(loaded) == 2 and not loaded[1].encoded


def test_where_nothing_can_be_kept_the_answer_is_the_same(
    index: Index, loaded: list[Favouring], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_given: object) -> Embeddings:
        raise CodesearchError("the index is locked")

    expected = scores(index, "mix_paint")
    monkeypatch.setattr(embedding_cache, "encode_cached", locked)
    assert scores(index, "mix_paint") == expected
    assert loaded[0].encoded
