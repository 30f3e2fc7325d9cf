"""Overloads (`def f(x: int) -> int: ...`) are one unit with the function that they declare."""

from __future__ import annotations

from dataclasses import replace

from codesearch.chunking.chunk import Unit

KIND = "overload"
"""Of a declaration without a body, until what it belongs to is known."""
_COMMENTS = ("//", "/*", "*", "#")


def merged(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, each begun at its first overload; overloads of nothing in the file are functions."""
    found: list[Unit] = []
    for unit in units:
        if found and found[-1].kind == KIND and _declares(found[-1], unit, lines):
            unit = replace(unit, start_line=found.pop().start_line)
        found.append(unit)
    return [replace(unit, kind="function") if unit.kind == KIND else unit for unit in found]


def _declares(overload: Unit, unit: Unit, lines: list[str]) -> bool:
    if (overload.name, overload.qualifier) != (unit.name, unit.qualifier) or unit.start_line <= overload.end_line:
        return False
    between = (line.strip() for line in lines[overload.end_line : unit.start_line - 1])
    return all(not line or line.startswith(_COMMENTS) for line in between)
