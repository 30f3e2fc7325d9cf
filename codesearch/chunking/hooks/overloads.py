"""Merging overloads (`def f(x: int) -> int: ...`) with the function that implements them."""

from __future__ import annotations

from dataclasses import replace

from codesearch.chunking.chunk import Unit

KIND = "overload"
"""Temporary kind of declarations without a body."""
_COMMENTS = ("//", "/*", "*", "#")


def merge(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Extend functions to begin at their first overload. Overloads without an implementation become functions."""
    result: list[Unit] = []
    for unit in units:
        if result and result[-1].kind == KIND and _is_overload_of(result[-1], unit, lines):
            unit = replace(unit, start_line=result.pop().start_line)
        result.append(unit)
    return [replace(unit, kind="function") if unit.kind == KIND else unit for unit in result]


def _is_overload_of(overload: Unit, unit: Unit, lines: list[str]) -> bool:
    if (overload.name, overload.qualifier) != (unit.name, unit.qualifier) or unit.start_line <= overload.end_line:
        return False
    between = (line.strip() for line in lines[overload.end_line : unit.start_line - 1])
    return all(not line or line.startswith(_COMMENTS) for line in between)
