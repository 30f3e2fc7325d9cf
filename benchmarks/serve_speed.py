"""Measure queries that a resident server answers, beside the same queries without it.

    python benchmarks/serve_speed.py REPOSITORY [--questions 200]

Prints, in milliseconds, p50, p90 and p99 of a question at the socket, of a question right after an edit, of a whole
process with the server, and of one without; and the memory of the server. The repository is indexed first; the edited
file is written back. Whole processes are started with this Python, as the installed command is, and as `python -S -E`,
which skips what an environment adds to every start of Python.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from codesearch.api import Index
from codesearch.server import protocol
from codesearch.server.endpoint import Endpoint

PROCESSES = 40
EDITS = 50
Asked = TypeVar("Asked")
START = "from codesearch.__main__ import main; main()"


def questions(root: Path, count: int, seed: int = 0) -> list[str]:
    """New questions, each of words from two signatures of the repository."""
    rng = random.Random(seed)
    with Index.open(root) as index:
        names = [name.replace("_", " ") for letter in "abcdefghilmnoprstuw" for name in index.names(letter, 200)]
    return [f"how to {rng.choice(names)} {rng.choice(names)}" for _ in range(count)]


def ask(endpoint: Endpoint, root: Path, question: str, *options: str) -> None:
    """One question at the socket, whose whole answer is read."""
    stream = {"is_terminal": False, "encoding": "utf-8"}
    request = {
        "arguments": ["query", question, *options],
        "directory": str(root),
        "environment": {},
        "stdout": stream,
        "stderr": stream,
    }
    with closing(endpoint.connect()) as connection:
        protocol.send_json(connection, protocol.REQUEST, request)
        kind = b""
        while kind != protocol.EXIT:
            kind, payload = protocol.receive(connection)
            if kind == protocol.REFUSAL:
                sys.exit(f"refused: {payload.decode()}")


def measure(name: str, work: Callable[[Asked], object], asked: Sequence[Asked]) -> None:
    """Print the times that something takes."""
    times = []
    for question in asked:
        started = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    p50, p90, p99 = (times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.9, 0.99))
    print(f"{name:<44}{len(times):>6}{p50:>9.1f}{p90:>9.1f}{p99:>9.1f}", flush=True)


def process(root: Path, environment: dict[str, str], *flags: str) -> Callable[[str], object]:
    """Runs a query as a process, whose first byte is waited for."""

    def run(question: str) -> None:
        command = [sys.executable, *flags, "-c", START, "query", question]
        with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE) as started:
            assert started.stdout is not None
            started.stdout.read(1)

    return run


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    root = options.repository.resolve()
    with Index.create(root) as index:
        index.update()
        print(f"{root.name}: {index.status().chunks:,} chunks")
    asked = questions(root, options.questions + PROCESSES * 3 + EDITS)
    runtime = tempfile.mkdtemp(prefix="cs-")
    os.environ.update({"XDG_RUNTIME_DIR": runtime, "PYTHONPATH": str(Path(__file__).parents[1])})
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    endpoint = Endpoint.of_user()
    server = subprocess.Popen([sys.executable, "-m", "codesearch", "serve", "--foreground"])
    try:
        while not Path(endpoint.socket_file).exists():
            time.sleep(0.02)
        ask(endpoint, root, "anything")
        rest = iter(asked)
        print(f"{'milliseconds':<44}{'n':>6}{'p50':>9}{'p90':>9}{'p99':>9}")
        measure("at the socket", lambda q: ask(endpoint, root, q), [next(rest) for _ in range(options.questions)])
        file = root / "zz_serve_speed.py"

        def edit_and_ask(question: str) -> None:
            file.write_text(f"def edited():\n    return {question!r}\n", encoding="utf-8")
            ask(endpoint, root, question)

        try:
            measure("at the socket, after an edit", edit_and_ask, [next(rest) for _ in range(EDITS)])
        finally:
            file.unlink()
        ask(endpoint, root, "anything")
        processes = [next(rest) for _ in range(PROCESSES)]
        measure("process, first byte, server", process(root, environment), processes)
        measure("process, first byte, server, python -S -E", process_bare(root, environment), processes)
        off = environment | {"CODESEARCH_SERVER": "off"}
        measure("process, first byte, no server", process(root, off), [next(rest) for _ in range(PROCESSES)])
        print(f"server: {memory(server.pid):.0f} MB")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(runtime)


def process_bare(root: Path, environment: dict[str, str]) -> Callable[[str], object]:
    """As process, without `site` and what it imports."""
    path = json.dumps([str(Path(__file__).parents[1])])

    def run(question: str) -> None:
        script = f"import sys; sys.path[:0] = {path}; {START}"
        command = [sys.executable, "-S", "-E", "-c", script, "query", question]
        with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE) as started:
            assert started.stdout is not None
            started.stdout.read(1)

    return run


if __name__ == "__main__":
    main()
