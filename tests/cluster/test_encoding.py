"""Encoding for tasks that run elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from codesearch.cluster import encoding
from codesearch.cluster.encoding import SharedEncoder
from codesearch.models.loading import load_encoder


class _Slow:
    """The default encoder, which remembers the sizes of its calls and waits in the first until told."""

    def __init__(self) -> None:
        self._encoder = load_encoder()
        self.calls: list[int] = []
        self.go_on = threading.Event()

    def encode_documents(self, texts: Sequence[str]) -> Any:
        self.calls.append(len(texts))
        self.go_on.wait(10)
        if "broken" in texts:
            raise ValueError("broken")
        return self._encoder.encode_documents(texts)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> _Slow:
    made = _Slow()
    monkeypatch.setattr(encoding, "load_encoder", lambda model: made)
    return made


def test_what_waits_is_encoded_together(slow: _Slow) -> None:
    texts = [[f"def f{i}_{j}(): pass" for j in range(i + 1)] for i in range(5)]

    async def ask() -> list[Any]:
        shared = SharedEncoder("default")
        asked = [asyncio.create_task(shared.encode_documents(some)) for some in texts]
        await asyncio.sleep(0.01)
        slow.go_on.set()
        return await asyncio.gather(*asked)

    found = asyncio.run(ask())
    assert slow.calls == [1, 14]
    for some, vectors in zip(texts, found, strict=True):
        assert np.array_equal(vectors, load_encoder().encode_documents(some))


def test_a_call_has_only_so_many_texts(slow: _Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "TEXTS_AT_ONCE", 4)
    slow.go_on.set()

    async def ask() -> None:
        shared = SharedEncoder("default")
        await asyncio.gather(*(shared.encode_documents(["x", "y"]) for _ in range(6)))

    asyncio.run(ask())
    assert max(slow.calls) <= 4
    assert sum(slow.calls) == 12


def test_an_error_reaches_those_who_asked_and_no_others(slow: _Slow) -> None:
    slow.go_on.set()

    async def ask() -> None:
        shared = SharedEncoder("default")
        with pytest.raises(ValueError, match="broken"):
            await shared.encode_documents(["broken"])
        assert (await shared.encode_documents(["x"])).shape[0] == 1

    asyncio.run(ask())
