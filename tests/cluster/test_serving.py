"""Ray Serve answers as one process does, and says which groups are gone."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codesearch.cluster.access import Access, digest
from codesearch.cluster.client import Cluster
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import grouped, hold, servable_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.ray_tasks import OBJECT_STORE_BYTES, RayTasks, connected
from codesearch.cluster.router import ClusterQuestion, ClusterResult, Router
from codesearch.errors import CodesearchError
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters
from tests.support.cluster import GroupsHere, index_here
from tests.support.command_line import CommandLine
from tests.support.places import PACKAGE, ROOT
from tests.support.repositories import write

pytest.importorskip("ray")
httpx2 = pytest.importorskip("httpx2")
pytestmark = pytest.mark.slow

TOKEN = "of a test"
SOURCES = ("index", "search", "render", "cli", "exact", "models")
ACCESS = Access({digest(TOKEN): ("*",), digest("some"): ("*/search", "*/exact")})
QUESTIONS = (
    ClusterQuestion("how is a question parsed"),
    ClusterQuestion("Snapshot.nearest"),
    ClusterQuestion("open -text"),
    ClusterQuestion("the state of an index in python", 5, Filters(kinds=("function", "method"))),
    ClusterQuestion("which lines match", 5, Filters(paths=("*.py",)), ("*/exact", "*/search")),
)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        place = open_place(str(tmp_path_factory.mktemp("place")))
        index_here(place, [PACKAGE / name for name in SOURCES])
        yield place


def _here(place: Place) -> Router:
    """The same shards in one group of this process."""
    shards = servable_manifest(place).shards
    held = [hold(place, shard, number) for number, shard in enumerate(shards)]
    return Router(GroupsHere([ShardGroup(held, ACCESS)]), load_encoder(), [shard.source for shard in shards])


class _Work:
    """Another program on a node."""

    def begin(self) -> None:
        pass


def _occupy(ray: Any) -> list[Any]:
    """Use what the groups leave of each node, so that a lost group has to wait: else Ray starts it on another node."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in ray.nodes()]
    work = [ray.remote(num_cpus=0.5, scheduling_strategy=node)(_Work).remote() for node in nodes]
    ray.get([one.begin.remote() for one in work])
    return work


def _lasting(cluster: Cluster, question: ClusterQuestion, missing: int) -> ClusterResult:
    """The answer once as many groups are missing; until then, any answer, and errors while the router moves.

    Ray takes up to half a minute to notice that a node is lost, and then starts the relay that may have been on it.
    """
    end = time.monotonic() + 120
    while True:
        try:
            answered = cluster.search(question)
            if len(answered.missing) == missing:
                return answered
        except CodesearchError:
            pass
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("most_members", [3, 2])
def test_nodes_answer_as_one_process_and_a_lost_one_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch, most_members: int
) -> None:
    from ray.cluster_utils import Cluster as Nodes

    from codesearch.cluster import deployment
    from codesearch.cluster.deployment import ServeOptions, deploy, undeploy

    monkeypatch.setattr(deployment, "MOST_MEMBERS", most_members)

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # the same on all nodes
    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES}
    nodes = Nodes(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    others = [nodes.add_node(**node) for _ in range(2)]
    port = _free_port()
    try:
        with connected(nodes.address) as ray:
            manifest = servable_manifest(place)
            # Kept, since Ray ends the groups that only a router on the lost node refers to.
            serving = deploy(ray, str(place), manifest, ACCESS, ServeOptions("127.0.0.1", port, 3))
            assert serving.replicas == [1, 1, 1]
            cluster = Cluster(f"127.0.0.1:{port}", {"CODESEARCH_CLUSTER_TOKEN": TOKEN})
            here = _here(place)
            for question in QUESTIONS:
                expected = here.search(TOKEN, question)
                answered = cluster.search(question)
                assert (answered.result, answered.repositories) == (expected.result, expected.repositories)
                assert (answered.groups, answered.missing) == (3, ())
            some = Cluster(f"127.0.0.1:{port}", {"CODESEARCH_CLUSTER_TOKEN": "some"})
            seen = {name.rpartition("/")[2] for name in some.search(QUESTIONS[0]).repositories.values()}
            assert seen == {"search", "exact"}
            work = _occupy(ray)
            assert len(work) == 3
            nodes.remove_node(others[0], allow_graceful=False)
            answered = _lasting(cluster, QUESTIONS[0], missing=1)
            (lost,) = answered.missing
            gone = {manifest.shards[i].source for i in grouped(manifest.shards, 3)[lost]}
            assert answered.result.hits
            assert gone.isdisjoint(answered.repositories.values())
            undeploy()
    finally:
        nodes.shutdown()


def test_another_replica_answers_for_one_that_is_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from codesearch.cluster.replicas import RayGroups, group_starts, start_groups

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # Ray keeps the mode that it first had in this process
    manifest = servable_manifest(place)
    with connected("local") as ray:
        manifest = replace(manifest, lists=RayTasks(ray).train_lists(str(place), manifest.shards))
        replicas = start_groups(group_starts(ray, str(place), manifest, ACCESS, 2, 2), 2)
        sources = [shard.source for shard in manifest.shards]
        router = Router(RayGroups(replicas), load_encoder(), sources)
        expected = _here(place).search(TOKEN, QUESTIONS[0]).result
        ray.kill(replicas[1].actors[0])
        for _ in range(4):
            answered = router.search(TOKEN, QUESTIONS[0])
            assert (answered.result, answered.missing) == (expected, ())
        ray.kill(replicas[1].actors[1])
        assert router.search(TOKEN, QUESTIONS[0]).missing == (1,)


def test_a_lost_relay_is_started_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from codesearch.cluster.replicas import RayGroups, group_starts, start_groups, with_relays

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # Ray keeps the mode that it first had in this process
    manifest = servable_manifest(place)
    with connected("local") as ray:
        manifest = replace(manifest, lists=RayTasks(ray).train_lists(str(place), manifest.shards))
        groups = start_groups(group_starts(ray, str(place), manifest, ACCESS, 3, 1), 1)
        relays = with_relays(ray, groups, 1, most=2)
        router = Router(RayGroups(relays), load_encoder(), [shard.source for shard in manifest.shards])
        expected = _here(place).search(TOKEN, QUESTIONS[0]).result
        assert router.search(TOKEN, QUESTIONS[0]).result == expected
        ray.kill(relays[0].actors[0], no_restart=False)
        end = time.monotonic() + 60
        while (answered := router.search(TOKEN, QUESTIONS[0])).missing:
            assert time.monotonic() < end, answered.missing
            time.sleep(0.2)
        assert answered.result == expected


def test_the_command_serves_until_it_is_interrupted(place: Place, codesearch: CommandLine, tmp_path: Path) -> None:
    port = _free_port()
    environment = codesearch.environment(XDG_CACHE_HOME=str(tmp_path / "cache"), CODESEARCH_SERVER="off")
    arguments = ["cluster", "serve", str(place), "--port", str(port), "--groups", "2"]
    with subprocess.Popen(
        [sys.executable, "-m", "codesearch", *arguments], env=environment, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stderr
        said = next((line for line in served.stderr if line.startswith("codesearch: ")), "")
        assert said.endswith(f"in 2 groups at http://127.0.0.1:{port}; press Ctrl-C to stop\n")
        run = codesearch("query", "how is a question parsed", "--cluster", f"127.0.0.1:{port}", "-l", cwd=PACKAGE)
        assert (run.code, run.err) == (0, "")
        assert "search/question.py" in run.out.splitlines()
        page = f"http://127.0.0.1:{port}"
        assert httpx2.get(f"{page}/cluster/").text == httpx2.get(page, follow_redirects=True).text
        assert httpx2.get(f"{page}/api/state").status_code == 401
        served.send_signal(signal.SIGTERM)
        assert served.wait(60) == 130
        assert "SIGTERM received" not in served.stderr.read()


def test_a_reranker_that_can_not_be_loaded(place: Place, codesearch: CommandLine, tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "CODESEARCH_SERVER": "off"}
    options = ("--port", str(_free_port()), "--groups", "1", "--rerank", "nobody/nothing")
    run = codesearch("cluster", "serve", str(place), *options, cwd=tmp_path, **environment)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"codesearch: {place} can't be served: the model nobody/nothing is not on this machine\n"


def test_replicas_follow_the_load(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from codesearch.cluster import scaling
    from codesearch.cluster.deployment import ServeOptions, Serving
    from codesearch.cluster.replicas import RayGroups

    monkeypatch.setattr(scaling, "CALM_LOOKS", 2)
    monkeypatch.setattr(scaling, "BUSY_SHARE", 0.02)  # those who ask here are slower than the groups
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    manifest = servable_manifest(place)
    sources = [shard.source for shard in manifest.shards]
    expected = _here(place).search(TOKEN, QUESTIONS[0]).result
    with connected("local") as ray:
        serving = Serving(ray, str(place), ACCESS, ServeOptions("", 0, groups=2, replicas=1, most_replicas=2))
        serving.replace(manifest)
        stop = threading.Event()
        wrong = []

        def ask() -> None:
            served = ray.get(serving.states.later.remote(0))
            router = Router(RayGroups(served.replicas), load_encoder(), sources)
            while not stop.is_set():
                if later := ray.get(serving.states.later.remote(served.number)):
                    served, router = later, Router(RayGroups(later.replicas), load_encoder(), sources)
                answered = router.search(TOKEN, QUESTIONS[0])
                if (answered.result, answered.missing) != (expected, ()):
                    wrong.append(answered)

        def scaled(replicas: int) -> None:
            end = time.monotonic() + 120
            while serving.replicas != [replicas, replicas]:
                time.sleep(0.5)
                serving.scale()
                assert time.monotonic() < end

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            scaled(2)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        scaled(1)
        assert wrong == []
        serving.replace(manifest)
        assert serving.replicas == [1, 1]


def test_without_its_ray_cluster_serving_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from codesearch.cluster.deployment import ServeOptions, Serving

    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with connected("local") as ray:
        serving = Serving(ray, "place", ACCESS, ServeOptions("", 0))
        serving.wait(0)
        ray.kill(serving.states)
        with pytest.raises(CodesearchError, match="the Ray cluster is lost"):
            for _ in range(100):  # Ray says it a little later
                serving.wait(0.1)


def _alive(ray: Any) -> int:
    """The number of replicas of groups."""
    actors = ray._private.state.actors().values()
    return sum(one["ActorClassName"] == "GroupReplica" and one["State"] == "ALIVE" for one in actors)


def test_a_later_state_replaces_the_one_that_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All answers are those of one state; the groups of the earlier one end."""
    from codesearch.cluster.deployment import ServeOptions, deploy, undeploy

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    place, port = open_place(str(tmp_path / "place")), _free_port()
    bakery, quarry = tmp_path / "bakery", tmp_path / "quarry"
    write(bakery, {"oven.py": "def heat_oven():\n    return 1\n"})
    write(quarry, {"stone.py": "def cut_stone():\n    return 2\n"})
    index_here(place, [bakery, quarry])
    with connected("local") as ray:
        serving = deploy(ray, str(place), servable_manifest(place), ACCESS, ServeOptions("127.0.0.1", port, 2))
        cluster = Cluster(f"127.0.0.1:{port}", {"CODESEARCH_CLUSTER_TOKEN": TOKEN})
        question = ClusterQuestion("heat or cool the oven, cut or break the stone")
        with pytest.raises(CodesearchError, match="already used by a codesearch cluster serve"):
            deploy(ray, str(place), servable_manifest(place), ACCESS, ServeOptions("127.0.0.1", _free_port(), 1))
        names = {frozenset(hit.name for hit in cluster.search(question).result.hits)}
        write(bakery, {"oven.py": "def cool_oven():\n    return 1\n"})
        write(quarry, {"stone.py": "def break_stone():\n    return 2\n"})
        index_here(place, [bakery, quarry])
        serving.replace(servable_manifest(place))
        end = time.monotonic() + 60
        while frozenset({"cool_oven", "break_stone"}) not in names:
            answered = cluster.search(question)
            assert not answered.missing
            names.add(frozenset(hit.name for hit in answered.result.hits))
            assert time.monotonic() < end
        assert names == {frozenset({"heat_oven", "cut_stone"}), frozenset({"cool_oven", "break_stone"})}
        while _alive(ray) > 2:
            assert time.monotonic() < end
            time.sleep(0.5)
        undeploy()
