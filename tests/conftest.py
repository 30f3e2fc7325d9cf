"""Fixtures: a small shop in several languages, the command line as a process, snapshots."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.command_line import CommandLine
from tests.support.places import TESTS, UPDATE_SNAPSHOTS

hypothesis.settings.register_profile("codesearch", deadline=None)  # the machine may be slow
hypothesis.settings.load_profile("codesearch")


@pytest.fixture(scope="session")
def codesearch(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line."""
    return CommandLine(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session", autouse=True)
def _state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder of the tests' own for what codesearch keeps of a user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository in several languages, not indexed, to be changed at will."""
    return _new_shop(tmp_path / "shop")


@pytest.fixture(scope="session")
def indexed_shop(tmp_path_factory: pytest.TempPathFactory, codesearch: CommandLine) -> Path:
    """The same repository with its index; not to be changed."""
    shop = _new_shop(tmp_path_factory.mktemp("indexed") / "shop")
    assert codesearch("index", cwd=shop).code == 0
    return shop


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compares a text with the one in tests/snapshots."""

    def compare(name: str, text: str) -> None:
        path = TESTS / "snapshots" / name
        if os.environ.get(UPDATE_SNAPSHOTS):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare


def _new_shop(folder: Path) -> Path:
    shutil.copytree(TESTS / "data" / "shop", folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder
