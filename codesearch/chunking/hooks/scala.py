"""Scala: the grammar's indented bodies run on over the comments below them."""

from __future__ import annotations

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import last_nonblank_line, margin


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """End units before the comments that are indented no more than they are."""
    return [_without_comments_below(unit, lines) for unit in units]


def _without_comments_below(unit: Unit, lines: list[str]) -> Unit:
    indentation, last = margin(lines[unit.start_line - 1]), unit.end_line
    while (first := _comment(lines, last, unit.header_end)) and margin(lines[first - 1]) <= indentation:
        last = last_nonblank_line(lines, unit.header_end, first - 1)
    return unit if last == unit.end_line else unit.ending_at(last)


def _comment(lines: list[str], last: int, floor: int) -> int:
    """The first line, after line `floor`, of the comment that is all of line `last`; 0 if there is none."""
    text = lines[last - 1].strip()
    if last > floor and text.startswith("//"):
        return last
    if text.endswith("*/"):
        first = next((line for line in range(last, floor, -1) if "/*" in lines[line - 1]), 0)
        return first if first and lines[first - 1].lstrip().startswith("/*") else 0
    return 0
