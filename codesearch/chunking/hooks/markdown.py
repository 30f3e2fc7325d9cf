"""Markdown sections: from each heading to the next of its level or above."""

from __future__ import annotations

from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import nest_by_level


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Sections of headings, whatever `section` nodes the grammar made of them (setext headings open none)."""
    headings = [
        (_level(unit, lines), replace(unit, name=_plain(unit.name), header_end=unit.end_line, is_container=True))
        for unit in units
    ]
    return nest_by_level(headings, lines)


def _level(unit: Unit, lines: list[str]) -> int:
    heading = lines[unit.start_line - 1].lstrip(" >")
    if heading.startswith("#"):
        return len(heading) - len(heading.lstrip("#"))
    return 1 if lines[unit.end_line - 1].strip().startswith("=") else 2


def _plain(heading: str) -> str:
    """Without closing `#` and marks of emphasis and code."""
    return heading.rstrip("#").strip().replace("`", "").replace("**", "")
