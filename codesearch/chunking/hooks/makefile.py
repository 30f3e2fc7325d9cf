"""Makefiles: lines that the grammar can't parse are removed, and rules end before the next rule's comments."""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import last_nonblank_line

# Autoconf substitutions (`@SET_MAKE@`) and directives of nmake and BSD make (`!if`, `.if`)
_FOREIGN_LINE = re.compile(
    r"^(?:@\w+@[ \t]*$|!.*|\.[ \t]*(?:if|elif|else|endif|for|endfor|include|undef|error)\b.*)", re.MULTILINE
)
_TIGHT_ASSIGNMENT = re.compile(r"^([ ]*)([\w.-]+)([?:+!]?=)", re.MULTILINE)
_AUTOMAKE_IF = re.compile(r"^if[ \t]+!?\w+[ \t]*$", re.MULTILINE)
_AUTOMAKE_CONDITION = re.compile(r"^(?:if|else|endif)\b.*$", re.MULTILINE)
_NOT_A_RECIPE = re.compile(
    r"\t\s*(?:#|(?:ifn?eq|ifn?def|else|endif|export|include)\b|(?:override[ \t]+)?[\w.-]+[ \t]*(?:[?:+!]|::)?=)"
)
_CONDITION = re.compile(r"^[ ]*(?:ifn?eq|ifn?def|else|endif)\b", re.MULTILINE)
_RULE = re.compile(r"[^\s#=][^#=\n]*:(?!=)")
_NEARBY = 20


def prepare(text: str) -> str:
    """Remove syntax of other make programs and normalise assignments. Lines are kept."""
    if _AUTOMAKE_IF.search(text):
        text = _AUTOMAKE_CONDITION.sub("", text)
    return _TIGHT_ASSIGNMENT.sub(r"\1\2 \3", _without_tabs_in_assignments(_FOREIGN_LINE.sub("", text)))


def _without_tabs_in_assignments(text: str) -> str:
    """Replace tabs that indent assignments right after a condition, which are not recipes."""
    if "\n\t" not in text or not _CONDITION.search(text):
        return text
    lines = text.split("\n")
    is_outside = False
    for number, line in enumerate(lines):
        if line.startswith("\t"):
            if is_outside and _NOT_A_RECIPE.match(line):
                lines[number] = line.replace("\t", " ")
            else:
                is_outside = False
        elif line.strip():
            is_outside = bool(_CONDITION.match(line)) and (is_outside or not _in_recipe(lines, number))
    return "\n".join(lines)


def _in_recipe(lines: list[str], number: int) -> bool:
    """Whether the previous line, ignoring conditions and blank lines, is part of a recipe or rule."""
    for line in reversed(lines[max(0, number - _NEARBY) : number]):
        if line.strip() and not _CONDITION.match(line) and not line.startswith("#"):
            return line.startswith("\t") or bool(_RULE.match(line))
    return False


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """End units before trailing blank lines and comments."""
    return [unit.ending_at(_last_line(unit, lines)) for unit in units]


def _last_line(unit: Unit, lines: list[str]) -> int:
    last = min(unit.end_line, len(lines))
    while last > unit.start_line and lines[last - 1].startswith("#"):
        last -= 1
    return last_nonblank_line(lines, unit.start_line, last)
