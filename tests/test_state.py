"""What is kept of a user."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.state import secret


def test_a_secret_is_made_once_for_its_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert secret("s", 16, create=False) == b""
    made = secret("s", 16, create=True)
    assert (len(made), secret("s", 16, create=True)) == (16, made)
    assert (tmp_path / "codesearch" / "s").stat().st_mode & 0o077 == 0


def test_a_damaged_secret_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one would let everybody in."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = tmp_path / "codesearch" / "s"
    file.parent.mkdir()
    for content in (b"", b"short", b"x" * 17):
        file.write_bytes(content)
        assert secret("s", 16, create=True) == b""
