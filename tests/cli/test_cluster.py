"""`codesearch cluster`: what is said where it can't work."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run_here
from tests.support.repositories import write


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    write(tmp_path / "bakery", {"oven.py": "def heat():\n    return 1\n"})
    return tmp_path


def test_without_ray_the_extra_is_named(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    run = run_here("cluster", "index", "bakery", "--out", "place", cwd=bakery)
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines()[0] == "codesearch: a cluster needs Ray"
    assert "codesearch-local[cluster]" in run.err


def test_an_unreachable_cluster(bakery: Path) -> None:
    pytest.importorskip("ray")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    run = run_here("cluster", "index", "bakery", "--out", "place", "--ray", f"127.0.0.1:{port}", cwd=bakery)
    assert run.code == 2
    assert run.err.startswith(f"codesearch: the Ray cluster at 127.0.0.1:{port} can't be reached: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bakery"], "--out is missing"),
        (["nowhere", "--out", "place"], "nowhere is neither a folder, a URL nor a list of them"),
        (["bakery", "--out", "file:///srv"], "file:///srv is a folder"),
        (["bakery", "--out", "place", "--max-size", "2000G"], "invalid value for '--max-size'"),
    ],
)
def test_mistakes(bakery: Path, arguments: list[str], said: str) -> None:
    run = run_here("cluster", "index", *arguments, cwd=bakery)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
