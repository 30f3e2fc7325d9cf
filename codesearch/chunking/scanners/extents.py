"""Extents of units: of those that run to the next one (headings, labels, stages), and by indentation."""

from __future__ import annotations

from collections.abc import Sequence

from codesearch.chunking.chunk import Unit


def extend_to_next(units: Sequence[Unit], lines: Sequence[str], comments: tuple[str, ...] = ()) -> list[Unit]:
    """Extend units (in order) to the next one's leading comments or the end of the text, minus trailing blank lines."""
    result = []
    starts = [unit.start_line for unit in units[1:]] + [len(lines) + 1]
    for unit, following in zip(units, starts, strict=False):
        last = following - 1
        while comments and last > unit.start_line and lines[last - 1].lstrip().startswith(comments):
            last -= 1
        result.append(unit.ending_at(last_nonblank_line(lines, unit.start_line, last)))
    return result


def last_nonblank_line(lines: Sequence[str], first: int, last: int) -> int:
    """The last non-blank line in `first` to `last`, at least `first`. Lines are 1-based."""
    last = min(last, len(lines))
    while last > first and not lines[last - 1].strip():
        last -= 1
    return max(last, first)


def margin(line: str) -> int:
    """The number of blanks at the beginning of a line."""
    return len(line) - len(line.lstrip())


def nest_by_level(units: Sequence[tuple[int, Unit]], lines: Sequence[str]) -> list[Unit]:
    """Extend units, given with their levels, to the next unit of the same or a higher level (a smaller number)."""
    result: list[Unit] = []
    open_units: list[tuple[int, int]] = []
    for level, unit in units:
        while open_units and open_units[-1][0] >= level:
            _end_at(result, open_units.pop()[1], unit.start_line - 1, lines)
        open_units.append((level, len(result)))
        result.append(unit)
    for _, index in open_units:
        _end_at(result, index, len(lines), lines)
    return result


def _end_at(units: list[Unit], index: int, last: int, lines: Sequence[str]) -> None:
    unit = units[index]
    units[index] = unit.ending_at(last_nonblank_line(lines, unit.start_line, last))
