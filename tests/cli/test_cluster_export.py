"""`codesearch cluster export`, and questions to an export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codesearch.cluster.place import open_place
from tests.support.cluster import index_here
from tests.support.command_line import CommandLine, run_here
from tests.support.repositories import write

pytest.importorskip("lancedb")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two repositories, and a place with their shards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path / "bakery", {"oven.py": "def heat_oven(degrees):\n    return degrees\n"})
    write(tmp_path / "quarry", {"stone.go": "package quarry\n\nfunc CutStone() int { return 1 }\n"})
    index_here(open_place(str(tmp_path / "place")), [tmp_path / "bakery", tmp_path / "quarry"])
    return tmp_path


def test_from_place_to_hits(town: Path) -> None:
    exported = run_here("cluster", "export", "place", "--to", "lancedb://export", cwd=town)
    assert exported.code == 0
    assert exported.out.startswith("Exported in ")
    assert exported.out.endswith(" (2 written): 2 shards, 3 chunks\n")
    again = run_here("cluster", "export", "place", "--to", "lancedb://export", cwd=town)
    assert again.code == 0
    assert again.out.startswith("Up to date in ")
    assert run_here("cluster", "export", "place", "--to", "lancedb://export", "-q", cwd=town).out == ""
    asked = run_here("query", "--cluster", "lancedb://export", "heat the oven", "-n", "1", cwd=town)
    assert (asked.code, asked.out) == (0, "bakery/oven.py:1:def heat_oven(degrees):\n")
    found = run_here(
        "query", "--cluster", "lancedb://export", "stone", "--json", "--lang", "go", "--kind", "function", cwd=town
    )
    assert [(hit["path"], hit["name"]) for hit in json.loads(found.out)] == [("quarry/stone.go", "CutStone")]
    nothing = run_here("query", "--cluster", "lancedb://export", "stone", "--path", "nowhere/**", cwd=town)
    assert (nothing.code, nothing.out) == (1, "")
    within = run_here("query", "--cluster", "lancedb://export", "stone", "--in", "*/bakery", cwd=town)
    assert "quarry" not in within.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cluster", "export", "place"], "--to is missing"),
        (["cluster", "export", "place", "other", "--to", "lancedb://x"], "export takes one place"),
        (["cluster", "export", "place", "--to", "x"], "'x' is not the address of an export"),
        (["cluster", "export", "nowhere", "--to", "lancedb://x"], "nowhere has no shards"),
        (["cluster", "export", "place", "--to", "lancedb://x", "--prune"], "--prune cannot be used with export"),
        (["cluster", "status", "place", "--to", "lancedb://x"], "--to cannot be used with status"),
        (["query", "--cluster", "lancedb://nowhere", "stone"], "nowhere does not exist"),
        (["query", "--cluster", "lancedb://place", "stone"], "lancedb://place holds no export"),
        (["query", "--cluster", "lancedb://place", "stone", "--changed"], "--changed cannot be used with --cluster"),
        (["query", "--cluster", "127.0.0.1:9", "stone", "--model", "x"], "--model cannot be used with --cluster"),
    ],
)
def test_mistakes(town: Path, arguments: list[str], said: str) -> None:
    run = run_here(*arguments, cwd=town)
    assert (run.code, run.out) == (2, "")
    assert said in run.err.splitlines()[0]


def test_another_model_is_named(town: Path) -> None:
    run_here("cluster", "export", "place", "--to", "lancedb://export", "-q", cwd=town)
    run = run_here("query", "--cluster", "lancedb://export", "stone", "--model", "small", cwd=town)
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines() == [
        "codesearch: lancedb://export was indexed with the model default, not small",
        "  add --model default",
    ]


@pytest.mark.slow
def test_nothing_of_lancedb_is_on_the_terminal(town: Path, tmp_path: Path) -> None:
    """Its warnings are written by a library that bypasses Python."""
    run = CommandLine(tmp_path / "home")
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    exported = run("cluster", "export", "place", "--to", "lancedb://export", "-q", cwd=town, **environment)
    assert (exported.code, exported.out, exported.err) == (0, "", "")
    asked = run("query", "--cluster", "lancedb://export", "cut a stone", cwd=town, **environment)
    assert (asked.code, asked.err) == (0, "")
    assert asked.out.startswith("quarry/stone.go:3:")
