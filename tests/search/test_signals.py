"""What holds of every signal: its weight has its sign, and a new one counts nothing until it is learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codesearch.api import Index
from codesearch.search import rank
from codesearch.search.evidence import Evidence, Values
from codesearch.search.signals import SIGNALS, SignalSpec
from codesearch.search.weights import WEIGHTS, WITHIN_FILE


def test_weights_have_the_signs_of_their_signals() -> None:
    names = {signal.name for signal in SIGNALS}
    assert len(names) == len(SIGNALS)
    assert WEIGHTS.keys() == WITHIN_FILE.keys()
    assert all(weights.keys() <= names for weights in WITHIN_FILE.values())
    for weights in WEIGHTS.values():
        assert weights.keys() <= names
        assert all(signal.sign * weights[signal.name] >= 0 for signal in SIGNALS if signal.name in weights)


def test_a_new_signal_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def brevity(evidence: Evidence) -> Values:
        return np.asarray([1 / (1 + len(chunk.name)) for chunk in evidence.chunks], np.float32)

    for name in ("hash_password", "send_mail", "open_cart"):
        (tmp_path / f"{name}.py").write_text(f"def {name}(value):\n    return value\n", encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        before = index.search("hash a password", explain=True).hits
        monkeypatch.setattr(rank, "SIGNALS", (*SIGNALS, SignalSpec("brevity", "short name", brevity)))
        assert index.search("hash a password", explain=True).hits == before
