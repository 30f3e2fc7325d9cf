"""Exit codes, as grep's, and what is said on stderr."""

from __future__ import annotations

import sys

from codesearch.errors import CodesearchError
from codesearch.render.safe import printable

HITS = 0
NO_HITS = 1
ERROR = 2
INTERRUPTED = 130
CLOSED_PIPE = 141
"""128 + SIGPIPE, as a shell sees grep end when its reader is gone."""


def report(error: CodesearchError) -> int:
    """Say on stderr what went wrong and the way on. Returns the exit code."""
    note(error.message, error.hint)
    return ERROR


def note(message: str, hint: str = "") -> None:
    """Say something on stderr, and the way on."""
    print(f"codesearch: {printable(message)}", file=sys.stderr)
    if hint:
        print(f"  {printable(hint)}", file=sys.stderr)
