"""FORTRAN without its executable statements, none of which defines anything.

One that the grammar can't read, or an `if` or `do` that has no end, would hide the procedures below it.
"""

from __future__ import annotations

import re

_DEFINING = re.compile(
    r"""[ \t]*(?:\d+[ \t]+)?(?:
    # heads, after their prefixes
    (?:(?:pure|impure|elemental|recursive|non_recursive|module|abstract|attributes[ \t]*\([^()]*\))[ \t]+)*
        (?:subroutine|function|procedure|program|module|submodule|interface|block[ \t]*data|contains|entry|enum
        |enumerator|generic|final)\b(?![ \t]*(?:=[^>]|%|\(.*\)[ \t]*=[^>]))
    # types, and declarations or functions of one
    |(?:(?:pure|impure|elemental|recursive|module)[ \t]+)*
        (?:integer|real|double[ \t]*(?:precision|complex)|complex|logical|character|byte|type|class)\b
        (?![ \t]*(?:=[^>]|%|(?:is|default)\b))
    # ends of all these
    |end[ \t]*(?:(?:subroutine|function|procedure|program|(?:sub)?module|interface|block[ \t]*data|enum|type)\b|!|$)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTINUED = re.compile(r"&[ \t]*(?:!.*)?$")
_NO_CODE = re.compile(r"[ \t]*(?:!|$)")


def skeleton(text: str) -> str:
    """The statements of a text in free form that define something, or end what does. Lines are kept."""
    lines = text.split("\n")
    is_kept = is_continued = False
    for number, line in enumerate(lines):
        if _NO_CODE.match(line):
            continue
        is_kept = is_kept if is_continued else _DEFINING.match(line) is not None
        is_continued = _CONTINUED.search(line) is not None
        if not is_kept:
            lines[number] = ""
    return "\n".join(lines)
