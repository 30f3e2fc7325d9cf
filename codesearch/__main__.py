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


def main() -> NoReturn:
    """Run the command line of this process."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in SERVED:
        from codesearch.server import client

        code = client.answer(arguments)
        if code is None:
            code = _run_without_cleaning_up()
        os._exit(code)
    from codesearch.cli import main as run_here

    run_here()


def _run_without_cleaning_up() -> int:
    """Run the command line, all of whose output is written then, and return the exit code.

    Collecting garbage, and freeing at the end what the system frees anyway, would take 35 ms of 210.
    """
    gc.disable()
    from codesearch.cli import main as run_here

    try:
        run_here()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


if __name__ == "__main__":
    main()
