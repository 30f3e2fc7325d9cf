"""`codesearch` and `python -m codesearch`: have a resident server run a command that searches, else run it here.

Nothing heavy may be imported before the server has been asked.
"""

from __future__ import annotations

import gc
import os
import sys

from codesearch.server import SERVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


_COLLECTIONS = (100_000, 50, 1000)
"""Thresholds of garbage collection. With Python's own, a query takes 10 ms more, a full collection of a server's memory
interrupts an answer for 20 ms, and an update of 75,000 files with nothing to do takes a fifth longer."""


_WITHOUT_CLEANING_UP = (*SERVED, "index")
"""Commands that end without freeing their memory, which the system frees anyway: that would take a query 30 ms of 210,
and an update of 75,000 files as long."""


def main() -> NoReturn:
    """Run the command line of this process."""
    gc.set_threshold(*_COLLECTIONS)
    arguments = sys.argv[1:]
    command = arguments[0] if arguments else ""
    code = None
    if command in SERVED:
        from codesearch.server import client

        code = client.answer(arguments)
    if code is None:
        code = _run()
    if command in _WITHOUT_CLEANING_UP:
        os._exit(code)
    sys.exit(code)


def _run() -> int:
    """Run the command line, which writes all of its output, and return its exit code."""
    from codesearch.cli import main as run_here

    try:
        run_here()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


if __name__ == "__main__":
    main()
