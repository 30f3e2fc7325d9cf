"""Agents search the repositories of a cluster."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from codesearch.cli.remedies import hint_of
from codesearch.cluster.access import Access, digest
from codesearch.cluster.client import Cluster
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.place import open_place
from codesearch.cluster.router import ClusterQuestion, ClusterResult, Router
from codesearch.mcp.cluster import ClusterTools
from codesearch.models.loading import load_encoder
from codesearch.server.progress import Progress
from tests.support.cluster import GroupsHere, index_here
from tests.support.command_line import run_here
from tests.support.repositories import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="clusters are for Linux and macOS")

TOKEN = "of a test"


class _Here(Cluster):
    """A cluster in this process."""

    def __init__(self, router: Router) -> None:
        self.router = router

    def search(self, question: ClusterQuestion) -> ClusterResult:
        return self.router.search(TOKEN, question)


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GroupsHere:
    """Two repositories in a group each."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("barn", "house"):
        write(tmp_path / name, {"src/door.py": f"def open_{name}(door):\n    return door.open({name!r})\n"})
    place = open_place(str(tmp_path / "place"))
    index_here(place, [tmp_path / "barn", tmp_path / "house"])
    access = Access({digest(TOKEN): ("*",)})
    shards = servable_manifest(place).shards
    return GroupsHere([ShardGroup([hold(place, shard, number)], access) for number, shard in enumerate(shards)])


@pytest.fixture
def tools(groups: GroupsHere, tmp_path: Path) -> ClusterTools:
    sources = [(tmp_path / name).resolve().as_posix() for name in ("barn", "house")]
    return ClusterTools(_Here(Router(groups, load_encoder(), sources)), hint_of)


def ask(tools: ClusterTools, **arguments: Any) -> str:
    answer = tools.call("search", arguments, Progress())
    assert not answer.is_error, answer.text
    return answer.text


def test_hits_name_their_repository(tools: ClusterTools, tmp_path: Path) -> None:
    first, code, *_ = ask(tools, query="open the barn").splitlines()
    assert first == f"{(tmp_path / 'barn').resolve().as_posix()}/src/door.py:1-2 function open_barn"
    assert code == "1 def open_barn(door):"


def test_only_some_repositories(tools: ClusterTools) -> None:
    text = ask(tools, query="open the door", repositories=["*/house"])
    assert "open_house" in text
    assert "open_barn" not in text
    assert 'nothing that is indexed fits kinds ["class"]' in ask(tools, query="open the door", kinds=["class"])


def test_groups_that_are_gone_are_named(tools: ClusterTools, groups: GroupsHere) -> None:
    groups.groups[0] = None
    text = ask(tools, query="open the door")
    assert text.startswith("1 of 2 groups did not answer; hits from their repositories are missing\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"query": " "}, "the query is empty"),
        ({"query": "door", "kinds": ["nonsense"]}, "nonsense"),
        ({"query": "door", "repositories": ["nowhere"]}, "the cluster has no repository nowhere"),
        ({"query": "door", "root": "/"}, "root"),
    ],
)
def test_what_another_question_avoids_is_no_error(tools: ClusterTools, arguments: dict[str, Any], said: str) -> None:
    assert said in ask(tools, **arguments)


def test_a_cluster_that_cannot_be_reached_is_an_error() -> None:
    answer = ClusterTools(Cluster("127.0.0.1:9", {}), hint_of).call("search", {"query": "door"}, Progress())
    assert answer.is_error
    assert answer.text.startswith("the cluster at 127.0.0.1:9 can't be reached: ")


def test_there_is_one_tool(tools: ClusterTools) -> None:
    assert [tool.name for tool in tools] == ["search"]
    assert tools.call("outline", {}, Progress()).is_error


def test_folders_and_a_cluster_are_not_served_together(tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    run = run_here("mcp", str(tmp_path), "--cluster", "127.0.0.1:9", cwd=tmp_path)
    assert (run.code, "--cluster cannot be used with folders of this machine" in run.err) == (2, True)
