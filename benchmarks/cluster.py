"""Measure a cluster on this machine: indexing with one and two workers, questions to groups of shards, a second run.

    python benchmarks/cluster.py REPOSITORY… [--workers 1 2] [--groups 1 2 4] [--questions 50]

Prints for each number of workers the chunks per second and core, and the share of what one worker manages; then, for
each number of groups, p50, p90 and p99 of a question over HTTP in milliseconds, and how many of the questions have the
same ten hits with the same scores as with the first number of groups.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from serve_speed import measure

from codesearch.cluster.access import Access, digest
from codesearch.cluster.build import Limits
from codesearch.cluster.client import Cluster
from codesearch.cluster.deployment import ServeOptions, deploy, undeploy
from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.indexing import IndexReport, index_sources
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.ray_tasks import OBJECT_STORE_BYTES, RayTasks
from codesearch.cluster.router import ClusterQuestion
from codesearch.cluster.sources import read_sources
from codesearch.search.hit import SearchResult

TOKEN = "of the benchmark"
ACCESS = Access({digest(TOKEN): ("*",)})


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--groups", nargs="+", type=int, default=[1, 2, 4])
    parser.add_argument("--questions", type=int, default=50)
    options = parser.parse_args()
    roots = [root.resolve() for root in options.repositories]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
        alone = 0.0
        for workers in options.workers:
            place = open_place(f"{folder}/place{workers}")
            with _nodes(workers) as ray:
                _index(ray, open_place(f"{folder}/warm{workers}"), roots)  # processes have read their modules
                report = _index(ray, place, roots)
                rate = report.built_chunks / report.seconds / workers
                alone = alone or rate
                print(f"{workers} workers: {report.chunks:,} chunks, {rate:,.0f} chunks/s per core, {rate / alone:.2f}")
                print(f"  {report.built_chunks / report.core_seconds:,.0f} chunks per second of processor time")
                again = _index(ray, place, roots)
                print(f"  again: {again.seconds:.1f} s, {again.unchanged} of {again.sources} unchanged")
        _serve(place, options.groups, _questions(place, options.questions))


def _questions(place: Place, count: int) -> list[str]:
    """Questions, each of words from the names of two definitions."""
    rng = random.Random(0)
    names: list[str] = []
    for number, shard in enumerate(servable_manifest(place).shards):
        snapshot = hold(place, shard, number).snapshot
        names += [
            name.replace("_", " ") for letter in "acefghmnoprst" for name in snapshot.names_starting_with(letter, 50)
        ]
    return [f"how to {rng.choice(names)} {rng.choice(names)}" for _ in range(count)]


@contextmanager
def _nodes(count: int) -> Iterator[Any]:
    """A cluster of nodes with a core each."""
    import ray
    from ray.cluster_utils import Cluster as Nodes

    node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES}
    nodes = Nodes(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    for _ in range(count - 1):
        nodes.add_node(**node)
    try:
        ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
        yield ray
    finally:
        ray.shutdown()
        nodes.shutdown()


def _index(ray: Any, place: Place, roots: Sequence[Path]) -> IndexReport:
    named = read_sources([str(root) for root in roots], Path())
    limits = Limits(10**12, 3600.0)
    return index_sources(place, named, RayTasks(ray), model="default", limits=limits, progress=lambda *_: None)


def _ask(cluster: Cluster, text: str) -> SearchResult:
    return cluster.search(ClusterQuestion(text)).result


def _serve(place: Place, groups: Sequence[int], asked: Sequence[str]) -> None:
    print(f"{'milliseconds':<44}{'n':>6}{'p50':>9}{'p90':>9}{'p99':>9}")
    expected: dict[str, Any] = {}
    for count in groups:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with _nodes(2) as ray:
            began = time.perf_counter()
            held = deploy(ray, str(place), servable_manifest(place), ACCESS, ServeOptions("127.0.0.1", port, count))
            started = time.perf_counter() - began
            cluster = Cluster(f"127.0.0.1:{port}", {"CODESEARCH_CLUSTER_TOKEN": TOKEN})
            found = {text: _ask(cluster, text) for text in asked}
            expected = expected or found
            measure(f"{len(held.replicas)} groups", partial(_ask, cluster), asked)
            same = sum(found[text] == expected[text] for text in asked)
            print(f"  serving after {started:.1f} s; {same} of {len(asked)} answers as with {groups[0]} groups")
            undeploy()


if __name__ == "__main__":
    main()
