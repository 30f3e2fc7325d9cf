"""For languages whose units run to the next one: headings, labels, stages."""

from __future__ import annotations

from collections.abc import Sequence

from codesearch.chunking.chunk import Unit


def extend_to_next(units: Sequence[Unit], lines: Sequence[str], comments: tuple[str, ...] = ()) -> list[Unit]:
    """Units (in order) each ended before the next one's own leading comments, or at the end of the text."""
    ended = []
    starts = [unit.start_line for unit in units[1:]] + [len(lines) + 1]
    for unit, following in zip(units, starts, strict=False):
        last = following - 1
        while comments and last > unit.start_line and lines[last - 1].lstrip().startswith(comments):
            last -= 1
        ended.append(unit.ending_at(last_nonblank_line(lines, unit.start_line, last)))
    return ended


def last_nonblank_line(lines: Sequence[str], first: int, last: int) -> int:
    """The last line up to `last` that is not blank, at least `first`. Lines are 1-based."""
    last = min(last, len(lines))
    while last > first and not lines[last - 1].strip():
        last -= 1
    return max(last, first)


def nest_by_level(units: Sequence[tuple[int, Unit]], lines: Sequence[str]) -> list[Unit]:
    """Units with their levels: each runs up to the next of its level or a higher one (a smaller number)."""
    ended: list[Unit] = []
    open_units: list[tuple[int, int]] = []
    for level, unit in units:
        while open_units and open_units[-1][0] >= level:
            _close(ended, open_units.pop()[1], unit.start_line - 1, lines)
        open_units.append((level, len(ended)))
        ended.append(unit)
    for _, index in open_units:
        _close(ended, index, len(lines), lines)
    return ended


def _close(units: list[Unit], index: int, last: int, lines: Sequence[str]) -> None:
    unit = units[index]
    units[index] = unit.ending_at(last_nonblank_line(lines, unit.start_line, last))
