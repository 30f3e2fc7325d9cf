"""Measure the updates that have little to do, beside an index from nothing.

    python benchmarks/update_speed.py REPOSITORY… [--runs 5]

Clones each git repository twice into a temporary folder, and adds a worktree of the first clone. Prints, in seconds of
processor time (of the process and its children) and of the clock, the least of each over the runs: an index of the
first clone from nothing; the first indexes of the worktree and of the other clone, which take what the first has; an
update after one file has changed, and one after none has.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, in seconds."""

    processor: float
    clock: float


@dataclass(frozen=True, slots=True)
class Places:
    """The clones and the worktree of one repository, in a temporary folder."""

    first: Path
    worktree: Path
    clone: Path

    @classmethod
    def make(cls, repository: Path, folder: Path) -> Places:
        """Clone a repository, without its index."""
        places = cls(folder / "first", folder / "worktree", folder / "clone")
        for clone in (places.first, places.clone):
            _git(folder, "clone", "-q", str(repository), str(clone))
        _git(places.first, "worktree", "add", "-q", str(places.worktree))
        return places


def costs(places: Places, environment: Mapping[str, str]) -> dict[str, Cost]:
    """What each kind of update takes, once."""
    for root in (places.worktree, places.clone):
        shutil.rmtree(root / ".codesearch", ignore_errors=True)
    changed = next(
        file for file in sorted(places.first.rglob("*.*")) if file.suffix in (".py", ".c", ".rb", ".rs", ".go")
    )

    def index(root: Path, *options: str) -> Cost:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-m", "codesearch", "index", "-q", *options]
        subprocess.run(command, cwd=root, env=environment, check=True)
        clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock)

    def index_after_a_change() -> Cost:
        changed.write_bytes(changed.read_bytes() + b"\n")
        return index(places.first)

    steps: dict[str, Callable[[], Cost]] = {
        "from nothing": lambda: index(places.first, "--force"),
        "worktree": lambda: index(places.worktree),
        "clone": lambda: index(places.clone),
        "one changed file": index_after_a_change,
        "no changed file": lambda: index(places.first),
    }
    return {name: step() for name, step in steps.items()}


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "advice.detachedHead=false", *arguments], cwd=folder, check=True)


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=Path, nargs="+", metavar="REPOSITORY")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{'':<18}{'':<18}{'processor':>10}{'share':>8}{'clock':>8}{'share':>8}")
    for repository in options.repositories:
        with tempfile.TemporaryDirectory(prefix="codesearch-") as name:
            places = Places.make(repository.resolve(), Path(name))
            environment = {**os.environ, "XDG_STATE_HOME": str(Path(name, "state"))}
            environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
            runs = [costs(places, environment) for _ in range(options.runs)]
        least = {
            step: Cost(min(run[step].processor for run in runs), min(run[step].clock for run in runs))
            for step in runs[0]
        }
        whole = least["from nothing"]
        for step, cost in least.items():
            shares = f"{cost.processor / whole.processor:>8.1%}{cost.clock:>8.2f}{cost.clock / whole.clock:>8.1%}"
            print(f"{repository.resolve().name:<18}{step:<18}{cost.processor:>10.2f}{shares}", flush=True)


if __name__ == "__main__":
    main()
