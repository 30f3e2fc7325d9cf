"""What the tests share: a small shop in several languages, the command line as a process, snapshots."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots"
UPDATE_SNAPSHOTS = "UPDATE_SNAPSHOTS"
"""Set in the environment, snapshots are written instead of compared."""


@dataclass(frozen=True)
class Run:
    """What a process said and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """Runs `codesearch` in a folder, with a home of its own and no settings of the user's."""

    home: Path

    def __call__(self, *arguments: str, cwd: Path, stdin: str | bytes = "", **environment: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "codesearch", *arguments],
            cwd=cwd,
            env=self.environment(**environment),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=120,
        )
        out, err = (
            data.decode("utf-8", "surrogateescape").replace("\r\n", "\n") for data in (done.stdout, done.stderr)
        )
        return Run(done.returncode, out, err)

    def environment(self, **more: str) -> dict[str, str]:
        """The process's environment."""
        unset = ("NO_COLOR", "FORCE_COLOR", "CODESEARCH_INDEX_DIR", "TERM", "COLUMNS", "GIT_DIR", "XDG_CONFIG_HOME")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        own = {"HOME": str(self.home), "USERPROFILE": str(self.home), "PYTHONPATH": str(HERE.parent)}
        return kept | own | {"PYTHONIOENCODING": "", "TERM": "xterm-256color"} | more


def git(root: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody."""
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


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
        path = SNAPSHOTS / name
        if os.environ.get(UPDATE_SNAPSHOTS):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare


def _new_shop(folder: Path) -> Path:
    shutil.copytree(HERE / "data" / "shop", folder)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder
