"""PowerShell: comment-based help inside a function is its documentation; Pester's blocks may begin a line below."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Unit
from codesearch.languages.registry import resolve

_BODY = re.compile(r"(?<![@$])\{")
_LINE_HELP = re.compile(r"#[ \t]*\.[A-Z]{4,}", re.IGNORECASE)
_SCOPE = re.compile(r"^\w+:(?=\S)")
_BRACE_BELOW = re.compile(
    r"^([ \t]*(?:Describe|Context|It)[ \t]+[^\n{}]*[^\s{}`|;])([ \t]*\n[ \t]*\{)", re.MULTILINE | re.IGNORECASE
)


def prepare(text: str) -> str:
    """The text with tests whose block begins on the next line continued there; lines stay."""
    return _BRACE_BELOW.sub(r"\1 `\2", text)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Functions with the help that opens their body; names without their scope (`global:`)."""
    return [
        replace(
            unit,
            name=_SCOPE.sub("", unit.name),
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
