"""Compare our file discovery with git on real repositories: the files found, and the time.

    python benchmarks/ignore_rules.py REPOSITORY...

Tracked files that match an ignore rule are listed by git alone, by its own rules, and are counted separately.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from codesearch.discovery import git
from codesearch.discovery.discover import discover
from codesearch.discovery.listing import walked_files

REPEATS = 3


def main() -> None:
    """Print a line for each repository; exit with 1 if the two disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", metavar="REPOSITORY", type=Path)
    repositories = parser.parse_args().repositories
    print(f"{'repository':30} {'files':>8} {'git only':>8} {'tracked':>8} {'walker only':>11}   git / walk / all, ms")
    disagree = False
    for root in repositories:
        listed = set(git.list_files(root) or ())
        if not listed:
            print(f"{root.name:30} no repository")
            continue
        present = {path for path in listed if (root / path).is_symlink() or (root / path).is_file()}
        walked = set(walked_files(root))
        ignored = _tracked_but_ignored(root) & present
        missing, extra = present - walked - ignored, walked - present
        seconds = [_quickest(work, root) for work in (git.list_files, walked_files, discover)]
        times = " / ".join(f"{1000 * value:.0f}" for value in seconds)
        print(f"{root.name:30} {len(present):8} {len(missing):8} {len(ignored - walked):8} {len(extra):11}   {times}")
        disagree = disagree or bool(missing or extra)
    sys.exit(disagree)


def _tracked_but_ignored(root: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--ignored", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True)
    return set(done.stdout.decode("utf-8", "surrogateescape").split("\0"))


def _quickest(work: Callable[[Path], object], root: Path) -> float:
    """Seconds of the quickest of some runs."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work(root)
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
