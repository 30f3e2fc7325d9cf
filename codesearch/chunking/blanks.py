"""Blanking: replacing a part of a text with spaces, so that all that follows stays at its line and column."""

from __future__ import annotations

import re

_NOT_NEWLINE = re.compile(r"[^\n]")


def blanked(text: str) -> str:
    """The text with a space for each character but newlines."""
    return _NOT_NEWLINE.sub(" ", text)


def blank_match(match: re.Match[str]) -> str:
    """The match, blanked; for re.sub."""
    return blanked(match[0])


def blank_group(match: re.Match[str]) -> str:
    """The match with its first group blanked; for re.sub."""
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    text = match[0]
    return text[:start] + blanked(text[start:end]) + text[end:]
