"""Kill `codesearch index` at random moments, and check the state that it leaves.

    python benchmarks/kill_index.py FOLDER [--runs 200]

Works on a copy of FOLDER. Each run changes some files, starts an update and kills it (SIGKILL) at a random moment. Then
a query must answer from one published state, an update must succeed (no stale lock), and the index must equal a fresh
one. Finally two updates run at once, and queries during an update. Prints counts; exits with 1 if a check failed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from codesearch.api import Index
from codesearch.errors import CodesearchError, IndexLocked, IndexNotFound

CHANGED_FILES = 5
QUESTION = "how are errors handled"


def command(root: Path) -> list[str]:
    return [sys.executable, "-m", "codesearch", "index", "-q", str(root)]


def contents(index: Index) -> set[tuple[str, int, int, str]]:
    """Every chunk that the index holds, and that its vectors and postings agree in number."""
    snapshot = index.snapshot()
    found = set()
    for file in snapshot.files:
        for chunk in snapshot.chunks_of(file):
            found.add((chunk.path, chunk.start_line, chunk.end_line, chunk.qualified_name))
    if sum(file.chunks for file in snapshot.files) != snapshot.chunk_count:
        raise AssertionError("files and segments disagree")
    return found


def change_files(root: Path, rng: random.Random) -> None:
    files = [f for f in root.rglob("*") if f.is_file() and ".codesearch" not in f.parts and ".git" not in f.parts]
    for file in rng.sample(files, min(CHANGED_FILES, len(files))):
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        file.write_text(text + f"\n# changed {rng.random()}\n", encoding="utf-8")


def killed_run(root: Path, seconds: float) -> bool:
    """Start an update and kill it after some time; True where it was still running."""
    process = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    counts = dict.fromkeys(("killed", "finished", "corrupt", "stale locks", "differs from fresh"), 0)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "repo"
        shutil.copytree(options.folder, root, ignore=shutil.ignore_patterns(".codesearch"), symlinks=True)
        started = time.perf_counter()
        subprocess.run(command(root), check=True)
        longest = time.perf_counter() - started
        change_files(root, rng)
        started = time.perf_counter()
        subprocess.run(command(root), check=True)
        usual = time.perf_counter() - started
        for run in range(options.runs):
            is_first = run % 4 == 0  # a first index is killed too
            if is_first:
                shutil.rmtree(root / ".codesearch")
            change_files(root, rng)
            was_killed = killed_run(root, rng.uniform(0.05, longest if is_first else usual))
            counts["killed" if was_killed else "finished"] += 1
            check(root, place, counts, full=run % 10 == 9)
        concurrent(root, counts)
    for name, count in counts.items():
        print(f"{name:<22}{count}")
    return int(any(counts[name] for name in ("corrupt", "stale locks", "differs from fresh")))


def check(root: Path, place: str, counts: dict[str, int], full: bool) -> None:
    """A reader, a writer, and now and then a comparison with an index from nothing."""
    try:
        with Index.open(root) as index:
            contents(index)
            index.search(QUESTION)
    except IndexNotFound:
        pass  # killed before the first was published
    except (CodesearchError, AssertionError) as error:
        print("corrupt:", error)
        counts["corrupt"] += 1
    try:
        with Index.create(root) as index:
            index.update()
            updated = contents(index)
    except IndexLocked as error:
        print(error)
        counts["stale locks"] += 1
        return
    if full:
        with Index.create(root, index_dir=Path(place) / "fresh") as fresh:
            fresh.update()
            if contents(fresh) != updated:
                counts["differs from fresh"] += 1
        shutil.rmtree(Path(place) / "fresh")


def concurrent(root: Path, counts: dict[str, int]) -> None:
    """Two updates at once, and queries during an update."""
    shutil.rmtree(root / ".codesearch")
    both = [subprocess.Popen(command(root), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(process.communicate()[1].strip(), process.returncode) for process in both]
    print("two at once:", "; ".join(f"exit {code} {text}" for text, code in ends))
    writer = subprocess.Popen([*command(root), "--force"], stdout=subprocess.DEVNULL)
    queries, slowest = 0, 0.0
    with Index.open(root) as index:
        while writer.poll() is None:
            started = time.perf_counter()
            hits = index.search(QUESTION).hits
            slowest = max(slowest, time.perf_counter() - started)
            queries += 1
            if not hits:
                counts["corrupt"] += 1
            index.close()
    print(f"queries during an update: {queries}, slowest {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
