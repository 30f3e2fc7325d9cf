"""Measure questions to many repositories at once, whose hits are ranked together.

    python benchmarks/pooled.py REPOSITORY… [--questions 100]

Each repository is indexed first. Prints, in milliseconds, p50, p90 and p99 of a question to an open workspace of all of
them; of the same with a look at all files for changes first; of one at the socket of a resident server, which is told
of changes; and of a whole process with that server, as `codesearch query QUESTION --in REPOSITORY…`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from serve_speed import START, ask, measure, questions

from codesearch.api import Index
from codesearch.server.endpoint import Endpoint
from codesearch.workspace import Workspace

PROCESSES = 20


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    roots = [root.resolve() for root in options.repositories]
    chunks = 0
    for root in roots:
        with Index.create(root) as index:
            index.update()
            chunks += index.status().chunks
    print(f"{len(roots)} repositories, {chunks:,} chunks")
    each = -(-options.questions // len(roots))
    asked = [question for root in roots for question in questions(root, each)][: options.questions]
    print(f"{'milliseconds':<44}{'n':>6}{'p50':>9}{'p90':>9}{'p99':>9}")
    _in_this_process(roots, asked)
    _with_server(roots, asked)


def _in_this_process(roots: Sequence[Path], asked: Sequence[str]) -> None:
    with Workspace() as workspace:
        workspace.add(roots)

        def refresh_and_ask(question: str) -> None:
            workspace.refresh()
            workspace.search(question)

        for question in asked:
            workspace.search(question)
        measure("workspace", workspace.search, asked)
        measure("workspace, files checked", refresh_and_ask, asked)


def _with_server(roots: Sequence[Path], asked: Sequence[str]) -> None:
    runtime = tempfile.mkdtemp(prefix="cs-")
    os.environ.update(
        {"XDG_RUNTIME_DIR": runtime, "PYTHONPATH": str(Path(__file__).parents[1]), "CODESEARCH_SERVER": ""}
    )
    endpoint = Endpoint.of_user()
    server = subprocess.Popen([sys.executable, "-m", "codesearch", "serve", "--foreground"])
    places = [argument for root in roots for argument in ("--in", str(root))]

    def run(question: str) -> None:
        command = [sys.executable, "-c", START, "query", question, *places]
        subprocess.run(command, cwd=runtime, stdout=subprocess.DEVNULL, check=True)

    try:
        while not Path(endpoint.socket_file).exists():
            time.sleep(0.02)
        for question in asked:
            ask(endpoint, roots[0], question, *places)
        measure("at the socket", lambda question: ask(endpoint, roots[0], question, *places), asked)
        measure("process, server", run, asked[:PROCESSES])
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(runtime)


if __name__ == "__main__":
    main()
