"""Makefiles: lines that the grammar can't parse are removed, and rules end before the next rule's comments.

So are conditions, which the grammar takes for a part of the recipe above them even if they hold other rules.
"""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.syntax import SIGNATURE_CHARS, Outline

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
_CONDITION = re.compile(r"^(?:[ ][ \t]*)?(?:(?P<opener>ifn?eq|ifn?def)|(?P<closer>endif)|else)\b", re.MULTILINE)
_CONDITION_LINE = re.compile(rf"{_CONDITION.pattern}.*$", re.MULTILINE)
_RULE = re.compile(r"[ ]*[^\s#=][^#=\n]*:(?!=)")
_NEARBY = 100


def prepare(text: str) -> str:
    """Remove conditions and syntax of other make programs, normalise assignments and shorten their values.

    Lines are kept.
    """
    if _AUTOMAKE_IF.search(text):
        text = _AUTOMAKE_CONDITION.sub("", text)
    text = _without_tabs_in_assignments(_FOREIGN_LINE.sub("", text))
    return _CONDITION_LINE.sub("", _with_plain_recipes(_ASSIGNMENT.sub(_plain_assignment, text)))


def _plain_assignment(assignment: re.Match[str]) -> str:
    """An assignment as the grammar takes it: a target's own variable has no modifiers, and no name is computed."""
    indent, target, modifiers, name, operator, value = assignment.groups(default="")
    if "$" in name:
        return "\n" * value.count("\n")
    return f"{indent}{target or modifiers}{name} {operator}{_plain(value)}"


def _with_plain_recipes(text: str) -> str:
    """Shorten the lines of recipes. One that follows no rule, as after a condition that has ended one, is removed."""
    lines = text.split("\n")
    is_recipe = is_continued = False
    for number, line in enumerate(lines):
        if line.startswith("\t"):
            if is_recipe and not is_continued:
                lines[number] = _plain(line)
            elif not is_continued and not _NOT_A_RECIPE.match(line):
                lines[number] = ""
            is_continued = is_continued and line.endswith("\\")
        elif line.strip() and not line.startswith("#") and not _CONDITION.match(line):
            is_recipe = is_recipe if is_continued else bool(_RULE.match(line))
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
    for index in range(number - 1, max(0, number - _NEARBY) - 1, -1):
        line, is_continued = lines[index], lines[index - 1].endswith("\\")
        if line.strip() and not is_continued and not _CONDITION.match(line) and not line.startswith("#"):
            return line.startswith("\t") or bool(_RULE.match(line))
    return False


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """End units before trailing blank lines and comments, but not within a condition that is part of a recipe."""
    return [unit.ending_at(_last_line(unit, lines)) for unit in units]


def refine_outline(outline: Outline, lines: list[str]) -> Outline:
    """Take signatures from the text as it was before values and recipes were shortened."""
    units = [replace(unit, signature=_signature(unit.start_line, lines)) for unit in outline.units]
    members = [replace(member, signature=_signature(member.line, lines)) for member in outline.members]
    return replace(outline, units=units, members=tuple(members))


def _last_line(unit: Unit, lines: list[str]) -> int:
    """The last line of a recipe, or that of the condition it is in if nothing else is below."""
    last = min(unit.end_line, len(lines))
    while last > unit.start_line and _is_passed_over(lines[last - 1]):
        last -= 1
    depth = sum(map(_opened, lines[unit.start_line : last])) if last < unit.end_line else 0
    for number in range(last + 1, len(lines) + 1) if depth > 0 else ():
        if not _is_passed_over(lines[number - 1]):
            return last
        depth += _opened(lines[number - 1])
        if not depth:
            return number
    return last


def _is_passed_over(line: str) -> bool:
    return not line.strip() or line.startswith("#") or _CONDITION.match(line) is not None


def _opened(line: str) -> int:
    """1 for a line that begins a condition, -1 for one that ends it."""
    condition = _CONDITION.match(line)
    return bool(condition and condition["opener"]) - bool(condition and condition["closer"])


def _signature(line: int, lines: list[str]) -> str:
    """A line with its continuations."""
    text = lines[line - 1]
    while text.endswith("\\") and line < len(lines) and len(text) <= SIGNATURE_CHARS:
        text = f"{text[:-1]} {lines[line]}"
        line += 1
    return " ".join(text.removesuffix("\\").split())[:SIGNATURE_CHARS]
