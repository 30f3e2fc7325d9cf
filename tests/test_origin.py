"""An index names a model to load; only this user's own are believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.index import origin


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_a_mark_is_of_its_model_and_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = origin.mark("small")
    assert origin.is_ours({"model": "small", origin.KEY: mark})
    assert not origin.is_ours({"model": "other", origin.KEY: mark})
    assert not origin.is_ours({"model": "small", origin.KEY: mark[:-1]})
    assert mark != origin.mark("small"), "each index has its own"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "somebody else"))
    assert not origin.is_ours({"model": "small", origin.KEY: mark})


@pytest.mark.parametrize("mark", ["", ":", "x", "a:b", "é:ü"])
def test_without_a_key_nothing_is_ours(mark: str) -> None:
    assert not origin.is_ours({"model": "small", origin.KEY: mark})
    assert not origin.is_ours({"model": "small"})


def test_the_key_is_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    mark = origin.mark("small")
    (key,) = (tmp_path / "state" / "codesearch").iterdir()
    assert key.stat().st_mode & 0o077 == 0
    origin.mark("small")
    assert origin.is_ours({"model": "small", origin.KEY: mark})


def test_without_a_home_there_is_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert origin.mark("small") == ""
    assert not origin.is_ours({"model": "small", origin.KEY: ""})
