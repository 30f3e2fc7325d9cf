"""Markdown sections: from each heading to the next of its level or above."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.spans import last_line


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Sections of headings, whatever `section` nodes the grammar made of them (setext headings open none)."""
    levels = [_level(unit, lines) for unit in units]
    return [
        replace(unit, name=_plain(unit.name), signature=unit.name, end_line=end, is_container=True)
        for unit, end in zip(units, _ends(units, levels, lines), strict=True)
    ]


def _level(unit: Unit, lines: list[str]) -> int:
    heading = lines[unit.start_line - 1].lstrip(" >")
    if heading.startswith("#"):
        return len(heading) - len(heading.lstrip("#"))
    return 1 if lines[unit.end_line - 1].strip().startswith("=") else 2


def _ends(units: list[Unit], levels: list[int], lines: list[str]) -> Iterator[int]:
    ends = [len(lines)] * len(units)
    open_sections: list[int] = []
    for index, level in enumerate(levels):
        while open_sections and levels[open_sections[-1]] >= level:
            section = open_sections.pop()
            ends[section] = units[index].start_line - 1
        open_sections.append(index)
    for unit, end in zip(units, ends, strict=True):
        yield last_line(lines, unit.end_line, end)


def _plain(heading: str) -> str:
    """Without closing `#` and marks of emphasis and code."""
    return heading.rstrip("#").strip().replace("`", "").replace("**", "")
