"""Kotlin's grammar takes a primary constructor on a line of its own only without annotations and modifiers."""

from __future__ import annotations

import re

_PRIMARY_CONSTRUCTOR = re.compile(
    r"(\bclass[ \t]+\w+(?:<[^<>\n]*>)?[ \t]*\n[ \t]*)"
    r"((?:(?:@[\w.]+(?:\([^()\n]*\))?|public|internal|private|protected)[ \t]+)+)(?=constructor\b)"
)


def prepare(text: str) -> str:
    """The text with these left blank."""
    if "constructor" not in text:
        return text
    return _PRIMARY_CONSTRUCTOR.sub(lambda match: match[1] + " " * len(match[2]), text)
