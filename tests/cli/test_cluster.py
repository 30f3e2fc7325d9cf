"""`codesearch cluster`: what is said where it can't work."""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codesearch.cluster.manifest import read_manifest, write_manifest
from codesearch.cluster.place import open_place
from tests.support.cluster import LIMITS, index_here
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


def test_status_says_what_a_place_holds(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(bakery / "cache"))
    write(bakery / "quarry", {"stone.py": "x = 1\n" * 1_000})
    place = open_place(str(bakery / "place"))
    index_here(place, [bakery / "bakery", bakery / "quarry"], limits=replace(LIMITS, size=1_000))
    run = run_here("cluster", "status", "place", cwd=bakery)
    root = bakery.resolve().as_posix()
    holds, model, source, failed = run.out.splitlines()
    assert run.code == 0
    assert holds.startswith("Holds: 1 repository, 1 shard, 1 chunk, ")
    assert (model, source) == ("Model: default", f"  {root}/bakery: 1 chunk")
    assert failed == f"Failed: {root}/quarry: its files take 6.0 kB, more than 1.0 kB"
    record = json.loads(run_here("cluster", "status", "place", "--json", cwd=bakery).out)
    assert [shard["source"] for shard in record["shards"]] == [f"{root}/bakery"]
    assert [failure["source"] for failure in record["failures"]] == [f"{root}/quarry"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "nowhere"], "has no shards"),
        (["serve", "nowhere"], "has no shards"),
        (["serve", "a", "b"], "serve takes one place"),
        (["serve", "a", "--replicas", "3:2"], "3:2 has a minimum above its maximum"),
        (["serve", "a", "--replicas", "1:x"], "'x' is not a whole number"),
        (["serve", "a", "--replicas", "0"], "0 is not in the range 1 to 10,000"),
        (["serve", "a", "--prune"], "--prune cannot be used with serve"),
        (["index", "bakery", "--open"], "--open cannot be used with index"),
        (["index", "bakery", "--port", "1"], "--port cannot be used with index"),
        (["serve", "a", "--host", "0.0.0.0"], "--host other than loopback needs --access"),
        (["index", "bakery", "--out", "p", "--gpu"], "--gpu needs a transformer"),
    ],
)
def test_more_mistakes(bakery: Path, arguments: list[str], said: str) -> None:
    run = run_here("cluster", *arguments, cwd=bakery)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_a_port_is_not_shared(bakery: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        run = run_here("cluster", "serve", "place", "--port", str(port), cwd=bakery)
    assert (run.code, run.out) == (2, "")
    said = f"codesearch: port {port} of 127.0.0.1 can't be served: Address already in use\n"
    assert run.err == f"{said}  choose another one with --port\n"


def test_a_model_is_loaded_only_if_it_is_named(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(bakery / "cache"))
    place = open_place(str(bakery / "place"))
    index_here(place, [bakery / "bakery"])
    manifest = read_manifest(place)
    assert manifest
    write_manifest(place, replace(manifest, shards=(replace(manifest.shards[0], model="theirs"),)))
    run = run_here("cluster", "serve", "place", cwd=bakery)
    assert (run.code, run.out) == (2, "")
    assert "place was indexed with the model theirs, not default\n  add --model theirs" in run.err
