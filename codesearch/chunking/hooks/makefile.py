"""Makefiles: lines that the grammar can't take are blanked, and rules end before what belongs to the next."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.following import last_written

# Substitutions of autoconf (`@SET_MAKE@`) and directives of nmake and BSD make (`!if`, `.if`)
_FOREIGN_LINE = re.compile(
    r"^(?:@\w+@[ \t]*$|!.*|\.[ \t]*(?:if|elif|else|endif|for|endfor|include|undef|error)\b.*)", re.MULTILINE
)
_TIGHT_ASSIGNMENT = re.compile(r"^([\w.-]+)([?:+!]=)", re.MULTILINE)


def prepare(text: str) -> str:
    """The text in plain make; lines stay."""
    return _TIGHT_ASSIGNMENT.sub(r"\1 \2", _FOREIGN_LINE.sub("", text))


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, without the blank lines and comments after them."""
    return [replace(unit, end_line=_end(unit, lines)) for unit in units]


def _end(unit: Unit, lines: list[str]) -> int:
    last = min(unit.end_line, len(lines))
    while last > unit.start_line and lines[last - 1].startswith("#"):
        last -= 1
    return last_written(lines, unit.start_line, last)
