"""FORTRAN without its executable statements, none of which defines anything.

One that the grammar can't read, or an `if` or `do` that has no end, would hide the procedures below it.
"""

from __future__ import annotations

import re

_PREFIXES = r"(?:(?:pure|impure|elemental|recursive|non_recursive|module|attributes[ \t]*\([^()]*\))[ \t]+)*"
_TYPES = r"(?:integer|real|double[ \t]*(?:precision|complex)|complex|logical|character|byte|type|class)\b"
_NO_ASSIGNMENT = r"(?![ \t]*(?:=[^>]|%|\(.*\)[ \t]*=[^>]))"
_DEFINING = re.compile(
    rf"""[ \t]*(?:\d+[ \t]+)?(?:
    (?P<routine>{_PREFIXES}
        (?:{_TYPES}.*?\bfunction[ \t]+\w+[ \t]*(?:\(|&|!|$)|(?:subroutine|function)\b{_NO_ASSIGNMENT}))
    |(?:(?:abstract|module)[ \t]+)?(?:program|module|submodule|interface|procedure|block[ \t]*data|contains|entry
        |enum|enumerator|generic|final)\b{_NO_ASSIGNMENT}
    |type(?![ \t]*(?:\(|=[^>]|%|is\b))
    |(?P<data>{_TYPES}(?![ \t]*(?:=[^>]|%|(?:is|default)\b)))
    |end[ \t]*(?:(?:subroutine|function|procedure|program|(?:sub)?module|interface|block[ \t]*data|enum|type)\b|!|$)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Heads of routines, other heads, types, declarations of data, and ends of all these."""
_CONTINUED = re.compile(r"&[ \t]*(?:!.*)?$")
_NO_CODE = re.compile(r"[ \t]*(?:!|$)")


def skeleton(text: str) -> str:
    """The statements of a text in free form that define something, or end what does. Lines are kept.

    What is declared in a routine is no definition.
    """
    lines = text.split("\n")
    is_kept = is_continued = in_routine = False
    for number, line in enumerate(lines):
        if _NO_CODE.match(line):
            continue
        if not is_continued:
            statement = _DEFINING.match(line)
            is_kept = statement is not None and not (in_routine and statement["data"])
            if is_kept and statement:
                in_routine = statement["routine"] is not None
        is_continued = _CONTINUED.search(line) is not None
        if not is_kept:
            lines[number] = ""
    return "\n".join(lines)
