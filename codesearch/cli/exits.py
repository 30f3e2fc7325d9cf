"""Exit codes, as grep's, and what is said on stderr."""

from __future__ import annotations

from contextlib import suppress

from codesearch.cli.caller import caller
from codesearch.errors import CodesearchError
from codesearch.render.safe import printable

HITS = 0
NO_HITS = 1
ABORTED = 1
"""A question at the terminal was not answered."""
ERROR = 2
INTERRUPTED = 130
CLOSED_PIPE = 141
"""128 + SIGPIPE, as a shell sees grep end when its reader is gone."""

_LONGEST = 1000
"""Characters of a sentence. What the user gave is shown in it, and may be a whole file."""


def report(error: CodesearchError) -> int:
    """Say on stderr what went wrong and the way on. Returns the exit code."""
    from codesearch.cli.remedies import hint_of

    note(error.message, hint_of(error))
    return ERROR


def note(message: str, hint: str = "") -> None:
    """Say something on stderr, and the way on."""
    with suppress(OSError):  # stderr may be a full disk
        stderr = caller().stderr
        print(f"codesearch: {_shortened(printable(message))}", file=stderr)
        if hint:
            print(f"  {_shortened(printable(hint))}", file=stderr)


def _shortened(text: str) -> str:
    """The text, without its middle where it is very long."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
