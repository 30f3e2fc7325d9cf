"""Makefiles: lines that the grammar can't parse are removed, and rules end before the next rule's comments."""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import last_nonblank_line

# Autoconf substitutions (`@SET_MAKE@`), messages of make, and directives of nmake and BSD make (`!if`, `.if`)
_FOREIGN_LINE = re.compile(
    r"^(?:@\w+@[ \t]*$|@?\$\((?:error|warning|info)\b.*|!.*"
    r"|\.[ \t]*(?:if|elif|else|endif|for|endfor|include|undef|error)\b.*)",
    re.MULTILINE,
)
_ASSIGNMENT = re.compile(
    r"^([ ]*)([^\s:=#][^:=#\n]*:[ \t]*)?((?:(?:export|override|private)[ ]+)*)"
    r"((?:[\w.-]|\$[({][\w.-]+[)}])+)[ \t]*((?:[?+!]|:{1,3})?=)((?:.*\\\n)*.*)",
    re.MULTILINE,
)
_CODE_LINE = re.compile(r"^([ \t]*)(?!\\$)\S.*?([ \t]*\\?)$", re.MULTILINE)
_AUTOMAKE_IF = re.compile(r"^if[ \t]+!?\w+[ \t]*$", re.MULTILINE)
_AUTOMAKE_CONDITION = re.compile(r"^(?:if|else|endif)\b.*$", re.MULTILINE)
_NOT_A_RECIPE = re.compile(
    r"\t\s*(?:#|\$\((?:error|warning|info)\b|(?:ifn?eq|ifn?def|else|endif|export|include)\b"
    r"|(?:override[ \t]+)?[\w.-]+[ \t]*(?:[?:+!]|::)?=)"
)
_CONDITION = re.compile(r"^[ ]*(?:ifn?eq|ifn?def|else|endif)\b", re.MULTILINE)
_RULE = re.compile(r"[^\s#=][^#=\n]*:(?!=)")
_NEARBY = 20


def prepare(text: str) -> str:
    """Remove syntax of other make programs, normalise assignments and shorten their values. Lines are kept."""
    if _AUTOMAKE_IF.search(text):
        text = _AUTOMAKE_CONDITION.sub("", text)
    text = _without_tabs_in_assignments(_FOREIGN_LINE.sub("", text))
    return _with_plain_recipes(_ASSIGNMENT.sub(_plain_assignment, text))


def _plain_assignment(assignment: re.Match[str]) -> str:
    """An assignment as the grammar takes it: a target's own variable has no modifiers, and no name is computed."""
    indent, target, modifiers, name, operator, value = assignment.groups(default="")
    if "$" in name:
        return "\n" * value.count("\n")
    return f"{indent}{target or modifiers}{name} {operator}{_plain(value)}"


def _with_plain_recipes(text: str) -> str:
    lines = text.split("\n")
    is_recipe = is_continued = False
    for number, line in enumerate(lines):
        if line.startswith("\t"):
            lines[number] = _plain(line) if is_recipe and not is_continued else line
            is_continued = is_continued and line.endswith("\\")
        elif line.strip() and not line.startswith("#") and not _CONDITION.match(line):
            is_recipe = bool(_RULE.match(line))
            is_continued = line.endswith("\\")
    return "\n".join(lines)


def _plain(lines: str) -> str:
    """A plain word on each line: shell commands with unpaired quotes or parentheses would end the parse."""
    return _CODE_LINE.sub(r"\1 x\2", lines)


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
