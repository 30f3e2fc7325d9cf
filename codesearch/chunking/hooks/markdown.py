"""Markdown: each section runs from its heading to the next one of the same or a higher level."""

from __future__ import annotations

from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import nest_by_level


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Build sections from headings; the grammar's `section` nodes don't cover setext headings."""
    headings = [
        (_level(unit, lines), replace(unit, name=_plain_text(unit.name), header_end=unit.end_line, is_container=True))
        for unit in units
    ]
    return nest_by_level(headings, lines)


def _level(unit: Unit, lines: list[str]) -> int:
    heading = lines[unit.start_line - 1].lstrip(" >")
    if heading.startswith("#"):
        return len(heading) - len(heading.lstrip("#"))
    return 1 if lines[unit.end_line - 1].strip().startswith("=") else 2


def _plain_text(heading: str) -> str:
    """The heading without closing `#`, strong emphasis and code marks."""
    return heading.rstrip("#").strip().replace("`", "").replace("**", "")
