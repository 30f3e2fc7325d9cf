"""Macros in Jinja and Twig templates; those in SQL are handled by its scanner."""

from __future__ import annotations

import re
from bisect import bisect_left

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.sql import jinja
from codesearch.chunking.syntax import SIGNATURE_CHARS


def scan(text: str) -> list[Unit]:
    newlines = [match.start() for match in re.finditer("\n", text)]

    def line(position: int) -> int:
        return bisect_left(newlines, position) + 1

    return [
        Unit(
            block.kind,
            block.name,
            line(block.begin),
            line(block.end - 1),
            line(block.head - 1),
            signature=block.signature[:SIGNATURE_CHARS],
        )
        for block in jinja.blocks(text, jinja.tags(text))
    ]
