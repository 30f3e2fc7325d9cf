"""Indexing with Ray, on a cluster of three nodes on this machine."""

from __future__ import annotations

import copy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codesearch.cluster.encoding import encoder_on_gpus
from codesearch.cluster.indexing import IndexReport, index_sources
from codesearch.cluster.manifest import Manifest, read_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.ray_tasks import OBJECT_STORE_BYTES, RayTasks, connected, keep_off_stdout
from codesearch.cluster.sources import read_sources
from codesearch.errors import CodesearchError
from tests.support.cluster import LIMITS, index_here
from tests.support.command_line import CommandLine, take_ctrl_c
from tests.support.places import ROOT
from tests.support.repositories import write

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

REPOSITORIES = 16


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of three nodes with one core each."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_MODE", "disabled")  # the same on all nodes
        node = {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES}
        cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        for _ in range(2):
            cluster.add_node(**node)
        try:
            with connected(cluster.address):
                yield cluster
        finally:
            cluster.shutdown()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(str(tmp_path / "place"))


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    made = []
    for number in range(REPOSITORIES):
        files = {f"src/m{i}.py": f"def f{number}_{i}():\n    return {i}\n\n" * 40 for i in range(40)}
        write(tmp_path / f"repository{number:02d}", files)
        made.append(tmp_path / f"repository{number:02d}")
    return made


def _index(place: Place, sources: list[Path], progress: Any = lambda *_: None) -> IndexReport:
    import ray

    named = read_sources([str(source) for source in sources], Path())
    return index_sources(place, named, RayTasks(ray), model="default", limits=LIMITS, progress=progress)


def _manifest(place: Place) -> Manifest:
    manifest = read_manifest(place)
    assert manifest
    return manifest


def test_tasks_build_what_one_process_builds(nodes: Any, place: Place, sources: list[Path], tmp_path: Path) -> None:
    report = _index(place, sources)
    here = open_place(str(tmp_path / "here"))
    index_here(here, sources)
    assert report.failures == ()
    assert [(s.file, s.version, s.chunks) for s in _manifest(place).shards] == [
        (s.file, s.version, s.chunks) for s in _manifest(here).shards
    ]
    assert _index(place, sources).unchanged == REPOSITORIES


def test_a_node_that_is_killed_costs_no_shard(
    nodes: Any, place: Place, sources: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    lost = nodes.add_node(num_cpus=1, object_store_memory=OBJECT_STORE_BYTES)
    killed: list[int] = []

    def progress(phase: str, done: int, total: int, chunks: int) -> None:
        if done >= 3 and not killed:
            killed.append(done)
            nodes.remove_node(lost, allow_graceful=False)

    report = _index(place, sources, progress)
    assert killed
    assert capfd.readouterr().out == ""
    assert report.failures == ()
    assert len(_manifest(place).shards) == REPOSITORIES
    assert _index(place, sources).unchanged == REPOSITORIES


@pytest.mark.parametrize("ray", [SimpleNamespace(), SimpleNamespace(_private=SimpleNamespace())])
def test_a_version_of_ray_with_other_internals_is_left_as_it_is(ray: SimpleNamespace) -> None:
    before = copy.deepcopy(ray)
    keep_off_stdout(ray)
    assert ray == before


def test_gpus_encode_for_all_tasks(nodes: Any, place: Place, sources: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("torch")
    import ray

    from tests.support.small_transformers import small_bert
    from tests.support.small_transformers import write as write_model

    model = str(write_model(small_bert(), tmp_path / "model"))
    with pytest.raises(CodesearchError, match="the Ray cluster has no GPU"):
        encoder_on_gpus(ray, model)
    node = nodes.add_node(num_cpus=0, num_gpus=1, object_store_memory=OBJECT_STORE_BYTES)
    with pytest.raises(CodesearchError, match=r"nowhere can't be loaded on a GPU's node"):
        encoder_on_gpus(ray, "nowhere")
    named = read_sources([str(source) for source in sources[:4]], Path())
    encoder = encoder_on_gpus(ray, model)
    report = index_sources(
        place, named, RayTasks(ray), model=model, limits=LIMITS, progress=lambda *_: None, encoder=encoder
    )
    assert report.failures == ()
    here = open_place(str(tmp_path / "here"))
    index_here(here, sources[:4], model=model)
    assert [(s.version, s.chunks, s.model) for s in _manifest(place).shards] == [
        (s.version, s.chunks, s.model) for s in _manifest(here).shards
    ]
    nodes.remove_node(node)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_whole_shards_and_the_next_run_goes_on(
    place: Place, sources: list[Path], tmp_path: Path, codesearch: CommandLine, ends: signal.Signals
) -> None:
    arguments = [sys.executable, "-m", "codesearch", "cluster", "index", *map(str, sources), "--out", str(place)]
    environment = codesearch.environment(XDG_CACHE_HOME=str(tmp_path / "cache"))
    run = subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=take_ctrl_c)
    end = time.monotonic() + 90
    while time.monotonic() < end and len(place.sizes("shards")) < 4:
        time.sleep(0.02)
    run.send_signal(ends)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "interrupted; to resume, run the same command again" in said
    assert not [*(tmp_path / "place").rglob(".unfinished-*")]
    done = codesearch(*arguments[3:], cwd=tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.code == 0, done.err
    assert len(_manifest(place).shards) == REPOSITORIES
