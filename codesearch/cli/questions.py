"""The questions of a query: from the command line, or from stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count

from codesearch.cli.exits import note
from codesearch.errors import CodesearchError

_MAX_BYTES = 1 << 18
"""Bytes read of a question: more than its maximum number of characters can have."""


def one_question(text: str) -> str:
    """The question on one line, read from stdin if it is `-`. Raises CodesearchError if it is empty."""
    if text == "-":
        text = sys.stdin.buffer.read(_MAX_BYTES).decode("utf-8", "replace")
    question = _normalized(text, "the question")
    if not question:
        raise CodesearchError("the question is empty", 'try: codesearch query "how are passwords hashed"')
    return question


def questions_of_stdin() -> Iterator[str]:
    """The questions of stdin, one per line; lines that are too long are truncated."""
    for number in count(1):
        line = sys.stdin.buffer.readline(_MAX_BYTES)
        if not line:
            return
        yield _normalized(line.decode("utf-8", "replace").rstrip("\r\n"), f"the question in line {number}")
        while line and not line.endswith(b"\n"):
            line = sys.stdin.buffer.readline(_MAX_BYTES)


def _normalized(text: str, label: str) -> str:
    """The question on one line. Prints a note, which starts with `label`, if it is too long to be used completely."""
    from codesearch.search.question import MAX_QUESTION_LENGTH, readable

    if len(text) > MAX_QUESTION_LENGTH:
        note(f"{label} is longer than {MAX_QUESTION_LENGTH:,} characters; the rest is ignored")
    return " ".join(readable(text).split())
