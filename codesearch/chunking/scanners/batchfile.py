"""Batch files: labels, which extend to the next one. The grammar loses those after a line that it can't parse."""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import extend_to_next

_LABEL = re.compile(r"^[ \t]*:([^\s:&|<>,;=+()]+)(?<!:eof)", re.IGNORECASE)
"""The name ends at the first blank or separator; what follows is ignored, hence often a comment."""
_COMMENTS = ("rem ", "REM ", "Rem ", "@rem", "@REM", "::")
_SIGNATURE_CHARS = 300


def scan(text: str) -> list[Unit]:
    """One unit per label."""
    lines = text.split("\n")
    labels = [
        Unit("label", match[1], number, number, number, signature=line.strip()[:_SIGNATURE_CHARS])
        for number, line in enumerate(lines, 1)
        if (match := _LABEL.match(line))
    ]
    return extend_to_next(labels, lines, _COMMENTS)
