"""`codesearch` and `python -m codesearch`: have a resident server answer a query, else run the command here.

Nothing heavy may be imported before the server has been asked.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line of this process."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["query"]:
        from codesearch.server import client

        code = client.answer(arguments)
        if code is not None:
            sys.exit(code)
    from codesearch.cli import main as run_here

    run_here()


if __name__ == "__main__":
    main()
