"""How many answers of `codesearch mcp` are stale in a loop that edits a file and asks about it at once.

    ./dev bench mcp_stale REPOSITORY [--rounds 200] [--seed 0]

Works on a copy of the repository. A round writes, changes, renames or deletes a file, some in new folders; then it asks
for what must be there and for what must not. Exits with 1 if an answer is stale.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from mcp_speed import Client


class Edits:
    """Changes files, each of which defines one function that no other has."""

    def __init__(self, root: Path, seed: int) -> None:
        self._root = root
        self._random = random.Random(seed)
        self._files: dict[Path, str] = {}
        self._number = 0

    def change(self) -> tuple[list[tuple[str, Path]], list[str]]:
        """Change something; returns functions that are there now, with their files, and those that are not."""
        kinds: list[Callable[[], list[str]]] = [self._write]
        if self._files:
            kinds += [self._rewrite, self._rename, self._delete]
        gone = self._random.choice(kinds)()
        there = [(name, file) for file, name in self._files.items()]
        return self._random.sample(there, min(2, len(there))), gone

    def _write(self) -> list[str]:
        folder = self._root / self._random.choice(["", "src", f"new{self._number}", f"deep{self._number}/er"])
        folder.mkdir(parents=True, exist_ok=True)
        self._fill(folder / f"edited_{self._number}.py")
        return []

    def _rewrite(self) -> list[str]:
        file = self._random.choice(list(self._files))
        gone = self._files[file]
        self._fill(file)
        return [gone]

    def _rename(self) -> list[str]:
        file = self._random.choice(list(self._files))
        name = self._files.pop(file)
        self._number += 1
        place = file.with_name(f"renamed_{self._number}.py")
        file.rename(place)
        self._files[place] = name
        return []

    def _delete(self) -> list[str]:
        file = self._random.choice(list(self._files))
        file.unlink()
        return [self._files.pop(file)]

    def _fill(self, file: Path) -> None:
        self._number += 1
        name = f"zebra_function_{self._number}"
        file.write_text(f"def {name}(value):\n    return value + {self._number}\n")
        self._files[file] = name


def stale_answers(root: Path, rounds: int, seed: int) -> int:
    """Ask after each of so many changes."""
    edits, client, stale = Edits(root, seed), Client(root), 0
    client.initialize()
    client.search("warm up")
    for _ in range(rounds):
        there, gone = edits.change()
        for name, file in there:
            wanted = f"{file.relative_to(root).as_posix()}:1-2 function {name}\n"
            text = client.search(name)
            stale += not (text.startswith("fresh: ") and wanted in text)
        for name in gone:
            stale += f"function {name}\n" in client.search(name)
    client.close()
    return stale


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(options.repository, copy, symlinks=True)
        subprocess.run([sys.executable, "-m", "codesearch", "index", "-q", str(copy)], check=True)
        stale = stale_answers(copy, options.rounds, options.seed)
    print(f"{options.rounds} rounds, {stale} stale answers")
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
