"""Measure what a question costs a group of shards, as the same files are divided into more of them.

    python benchmarks/many_shards.py REPOSITORY… --asked FILE [--shards 1 16 64 256] [--questions 50]

Divides the files of the repositories at random into so many shards, which one group in this process holds. Questions
are the lines of the file.

Prints for each number of shards the milliseconds of processor time for a question, the router's part of it, and that of
each call of the group; to hold the shards, seconds and megabytes of the process's own memory; and how many questions
have the same ten hits with the same scores as with the first number of shards.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import faiss
from cluster_at_scale import TOKEN, Timed

from codesearch.api import Index
from codesearch.cluster.access import EVERYTHING, Access, digest
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.router import ClusterQuestion, Router
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Hit


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--asked", type=Path, required=True)
    parser.add_argument("--shards", nargs="+", type=int, default=[1, 16, 64, 256])
    parser.add_argument("--questions", type=int, default=50)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    asked = options.asked.read_text().splitlines()
    asked = random.Random(0).sample(asked, min(options.questions, len(asked)))
    expected: list[list[Hit]] = []
    for count in options.shards:
        with tempfile.TemporaryDirectory() as folder:
            _index(options.repositories, count, Path(folder))
            found = _measure(count, Path(folder), asked)
        expected = expected or found
        same = sum(a == b for a, b in zip(expected, found, strict=True))
        print(f"  {same} of {len(asked)} answers as with {options.shards[0]} shards", flush=True)


def _index(repositories: Sequence[Path], count: int, folder: Path) -> None:
    files = [(root, path) for root in repositories for path in sorted(root.rglob("*")) if _is_taken(root, path)]
    random.Random(0).shuffle(files)
    for number, (root, path) in enumerate(files):
        copy = folder / str(number % count) / "files" / root.name / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    for shard in folder.iterdir():
        with Index.create(shard / "files", index_dir=shard / "index") as index:
            index.update(jobs=1)


def _is_taken(root: Path, path: Path) -> bool:
    """Whether it is a file; one whose name begins with a dot may have rules for files that other shards get."""
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)


def _measure(count: int, folder: Path, asked: Sequence[str]) -> list[list[Hit]]:
    memory, began = _own_memory(), time.process_time()
    shards = [HeldShard(number, str(number), folder / str(number), share=1 / count) for number in range(count)]
    group = ShardGroup(shards, Access({digest(TOKEN): EVERYTHING}))
    seconds, chunks = time.process_time() - began, sum(shard.snapshot.chunk_count for shard in shards)
    print(f"{chunks:,} chunks in {count} shards: held after {seconds:.2f} s, {_own_memory() - memory:.0f} MB")
    timed = Timed([group])
    router = Router(timed, load_encoder(), [shard.source for shard in shards])
    for text in asked[:5]:
        router.search(TOKEN, ClusterQuestion(text))
    timed.total.clear()
    began = time.process_time()
    results = [router.search(TOKEN, ClusterQuestion(text)).result for text in asked]
    whole = (time.process_time() - began) / len(asked) * 1000
    calls = {method: seconds / len(asked) * 1000 for method, seconds in timed.total.items()}
    print(f"  a question {whole:.1f} ms: router {whole - sum(calls.values()):.1f}", end="")
    print("".join(f", {method} {milliseconds:.1f}" for method, milliseconds in calls.items()))
    for shard in shards:
        shard.snapshot.close()
    return [[_without_shard(hit) for hit in result.hits] for result in results]


def _without_shard(hit: Hit) -> Hit:
    return replace(hit, index=0, copies=tuple(replace(copy, index=0) for copy in hit.copies))


def _own_memory() -> float:
    """Megabytes that are not mapped from files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("RssAnon"))


if __name__ == "__main__":
    main()
