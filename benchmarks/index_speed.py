"""Compare indexing from nothing with semble's, both in this process.

    pip install semble==0.7.0
    python benchmarks/semble_model.py MODEL
    python benchmarks/index_speed.py FOLDER… --model MODEL [--runs 3]

Prints for each folder the chunks, and the least seconds of the clock and of processor time (of this process and its
children) over the runs, in turn; then the totals and their ratio. codesearch writes its index to disk and, from a
certain size, uses a process per core; semble keeps its index in memory. Whole processes: benchmarks/side_by_side.py.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import semble.index.index as semble_index
from model2vec import StaticModel
from semble.index.create import create_index_from_path

import codesearch


@dataclass(frozen=True, slots=True)
class Cost:
    """What indexing took. Seconds."""

    chunks: int
    clock: float
    processor: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.chunks + other.chunks, self.clock + other.clock, self.processor + other.processor)


def least(costs: Sequence[Cost]) -> Cost:
    """The least of each time over several runs."""
    return Cost(costs[0].chunks, min(cost.clock for cost in costs), min(cost.processor for cost in costs))


def measured(index: Callable[[], int]) -> Cost:
    """The cost of a function that returns a number of chunks."""
    before, started = os.times(), time.perf_counter()
    chunks = index()
    clock, after = time.perf_counter() - started, os.times()
    return Cost(chunks, clock, sum(after[:4]) - sum(before[:4]))


def with_codesearch(folder: Path) -> int:
    """Index a folder into a temporary place, without the state: the list of clones, whose files would be taken."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["XDG_STATE_HOME"] = place
        index = codesearch.Index.create(folder, index_dir=Path(place) / "index")
        return index.update().chunks


def with_semble(folder: Path, model: StaticModel) -> int:
    """Index a folder in memory."""
    return len(create_index_from_path(folder, model=model, display_root=folder)[2])


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True, help="written by benchmarks/semble_model.py")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    semble_index.save_search_stats = lambda *_, **__: None  # keep no statistics on disk
    model = StaticModel.from_pretrained(asked.model)
    tools: dict[str, Callable[[Path], int]] = {
        "codesearch": with_codesearch,
        "semble": partial(with_semble, model=model),
    }
    total = {tool: Cost(0, 0.0, 0.0) for tool in tools}
    print(f"{'':<24}{'chunks':>18}{'seconds':>16}{'of processor':>16}")
    for folder in asked.folders:
        runs = [{tool: measured(partial(index, folder)) for tool, index in tools.items()} for _ in range(asked.runs)]
        best = {tool: least([run[tool] for run in runs]) for tool in tools}
        total = {tool: total[tool] + best[tool] for tool in tools}
        _print(folder.name, best)
    _print("all", total)


def _print(name: str, costs: dict[str, Cost]) -> None:
    ours, theirs = costs["codesearch"], costs["semble"]
    print(
        f"{name:<24}{ours.chunks:>9,}{theirs.chunks:>9,}"
        f"{ours.clock:>8.2f}{theirs.clock:>8.2f}{ours.processor:>8.2f}{theirs.processor:>8.2f}"
        f"   {ours.clock / theirs.clock:.2f} {ours.processor / theirs.processor:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
