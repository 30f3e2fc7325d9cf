"""PowerShell: comment-based help inside a function is its documentation."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Unit
from codesearch.languages.registry import resolve

_BODY = re.compile(r"(?<![@$])\{")
_LINE_HELP = re.compile(r"#[ \t]*\.[A-Z]{4,}", re.IGNORECASE)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Functions with the help that opens their body; names without their scope (`global:`)."""
    return [
        replace(
            unit,
            name=unit.name.split(":")[-1],
            signature=_BODY.split(unit.signature, maxsplit=1)[0].rstrip(),
            documentation=_help(unit, lines),
        )
        for unit in units
    ]


def _help(unit: Unit, lines: list[str]) -> str:
    """The text of the comment that a body begins with: a block, or lines with help keywords."""
    if unit.is_container or not any("#" in line for line in lines[unit.start_line - 1 : unit.header_end]):
        return ""
    _, *body = _BODY.split("\n".join(lines[unit.start_line - 1 : unit.header_end]), maxsplit=1)
    opening = body[0].strip().split("\n") if body else []
    language = resolve("PowerShell")
    for first, last in comments.header_blocks(opening, language)[:1]:
        if opening[first - 1].startswith("<#") or any(map(_LINE_HELP.match, opening[first - 1 : last])):
            return comments.without_markers(opening[first - 1 : last], language)
    return ""
