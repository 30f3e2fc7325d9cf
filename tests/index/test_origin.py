"""Whether this user made an index: only then is its model loaded unasked, and it used although git tracks it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from codesearch.index import origin
from codesearch.index.layout import Layout


@pytest.fixture(autouse=True)
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Layout(tmp_path, tmp_path / ".codesearch")
    made.folder.mkdir()
    made.database.touch()
    return made


def marked(layout: Layout, model: str = "small", identity: str = "i") -> dict[str, str]:
    meta = {"model": model, "id": identity}
    return meta | {origin.KEY: origin.mark(meta, layout)}


def test_a_mark_is_of_its_index_model_and_user(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = marked(layout)
    assert origin.is_model_chosen_by_user(meta)
    assert origin.was_made_here(meta, layout)
    for other in ({"model": "other"}, {"id": "j"}, {origin.KEY: meta[origin.KEY][:-1]}, {origin.KEY: ":"}):
        assert not (origin.is_model_chosen_by_user(meta | other) and origin.was_made_here(meta | other, layout))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "somebody else"))
    assert not origin.is_model_chosen_by_user(meta)
    assert not origin.was_made_here(meta, layout)


def test_a_copy_names_its_model_but_was_not_made_there(layout: Layout) -> None:
    meta = marked(layout)
    copy = Layout(layout.root / "copy", layout.root / "copy" / ".codesearch")
    shutil.copytree(layout.folder, copy.folder)
    assert origin.is_model_chosen_by_user(meta)
    assert not origin.was_made_here(meta, copy)


@pytest.mark.parametrize("mark", ["", ":", "x", "a:b", "é:ü", "a:b:c"])
def test_without_a_key_nothing_is_ours(layout: Layout, mark: str) -> None:
    meta = {"model": "small", origin.KEY: mark}
    assert not origin.is_model_chosen_by_user(meta)
    assert not origin.was_made_here(meta, layout)


def test_the_key_is_for_its_owner_alone_and_kept(layout: Layout, tmp_path: Path) -> None:
    meta = marked(layout)
    (key,) = (tmp_path / "state" / "codesearch").iterdir()
    assert key.stat().st_mode & 0o077 == 0
    marked(layout, "other")
    assert origin.is_model_chosen_by_user(meta)


def test_without_a_home_there_is_no_mark(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    meta = marked(layout)
    assert meta[origin.KEY] == ""
    assert not origin.is_model_chosen_by_user(meta)
