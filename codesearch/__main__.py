"""`codesearch` and `python -m codesearch`: have a resident server run a command that searches, else run it here.

Nothing heavy may be imported before the server has been asked.
"""

from __future__ import annotations

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
        if code is not None:
            sys.exit(code)
    from codesearch.cli import main as run_here

    run_here()


if __name__ == "__main__":
    main()
