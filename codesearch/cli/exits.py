"""Exit codes, which follow grep's, and messages on stderr."""

from __future__ import annotations

from contextlib import suppress

from codesearch.caller import caller
from codesearch.errors import CodesearchError
from codesearch.render.safe import printable

HITS = 0
NO_HITS = 1
ABORTED = 1
"""The user declined a confirmation."""
ERROR = 2
INTERRUPTED = 130
CLOSED_PIPE = 141
"""128 + SIGPIPE, as a shell reports for grep when the pipe is closed."""

_LONGEST = 1000
"""Characters of a message. It may quote user input as long as a whole file."""


def report(error: CodesearchError) -> int:
    """Print an error and its hint on stderr. Returns the exit code."""
    from codesearch.cli.remedies import hint_of

    note(error.message, hint_of(error))
    return ERROR


def note(message: str, hint: str = "") -> None:
    """Print a message on stderr, and a hint below it."""
    with suppress(OSError):  # stderr may be a full disk
        stderr = caller().stderr
        print(f"codesearch: {_shortened(printable(message))}", file=stderr)
        if hint:
            print(f"  {_shortened(printable(hint))}", file=stderr)


def _shortened(text: str) -> str:
    """The text, with the middle elided if it is very long."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
