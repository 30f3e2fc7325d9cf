"""Make rules end before the blank lines and comments that the grammar counts to them."""

from __future__ import annotations

from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.following import last_written


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, without what belongs to the next."""
    return [replace(unit, end_line=_end(unit, lines)) for unit in units]


def _end(unit: Unit, lines: list[str]) -> int:
    last = min(unit.end_line, len(lines))
    while last > unit.start_line and lines[last - 1].startswith("#"):
        last -= 1
    return last_written(lines, unit.start_line, last)
