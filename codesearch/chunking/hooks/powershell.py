"""PowerShell: comment-based help documents functions; blocks of Pester and DSC may begin on the next line."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking import comments
from codesearch.chunking.blanks import blank_group
from codesearch.chunking.chunk import Unit
from codesearch.languages.registry import resolve

_BODY = re.compile(r"(?<![@$])\{")
_LINE_HELP = re.compile(r"[ \t]*#[ \t]*\.[A-Z]{4,}", re.IGNORECASE)
_LONGEST_HELP = 200
"""Lines after the opening brace that are searched for help."""
_MOST_ATTRIBUTES = 20
"""Lines above the name of an enumeration."""
_SCOPE = re.compile(r"^\w+:(?=\S)")
_ATTRIBUTE = re.compile(
    r"^[ \t]*\[[A-Za-z][\w.]*\(.*\)\][ \t]*$"
    r"(?!(?:\s*\[.*\][ \t]*\n){0,50}\s*(?:\[.*\]\s*)?(?:class|enum)\b)",
    re.MULTILINE | re.IGNORECASE,
)
"""On a line of its own, but not of a class. At most 50 more lines, each read once, so that no text takes long."""
_ENUM = re.compile(r"\benum[ \t]+\w+([ \t]*:[ \t]*[\w.]+)?(?=\s*(?:\{|\Z))", re.IGNORECASE)
"""With the type of its values, which the grammar does not know."""
_BRACE_BELOW = re.compile(
    r"^([ \t]*(?:Describe|Context|It|Configuration)[ \t]+(?=\S)[^\n{}]*[^\s{}`|;])([ \t]*\n[ \t]*\{)",
    re.MULTILINE | re.IGNORECASE,
)


def prepare(text: str) -> str:
    """Add line continuations to tests and configurations whose block begins on the next line, and blank attributes and
    the types of enumerations.

    The grammar takes one attribute per property, and may fail on several above `param`. Lines are kept.
    """
    if ")]" in text:
        text = _ATTRIBUTE.sub("", text)
    if "num " in text:
        text = _ENUM.sub(lambda match: blank_group(match) if match[1] else match[0], text)
    return _BRACE_BELOW.sub(r"\1 `\2", text)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Add the help at the beginning of functions, and remove scopes from names (`global:`)."""
    return [
        replace(
            unit,
            name=_SCOPE.sub("", unit.name),
            signature=_signature(unit, lines),
            documentation=_help(unit, lines),
        )
        for unit in units
    ]


def _signature(unit: Unit, lines: list[str]) -> str:
    if unit.kind == "enum":
        below = lines[unit.start_line - 1 : min(unit.end_line, unit.start_line + _MOST_ATTRIBUTES)]
        if enum := next(filter(None, map(_ENUM.search, below)), None):
            return enum[0]
    return _BODY.split(unit.signature, maxsplit=1)[0].rstrip(" `")


def _help(unit: Unit, lines: list[str]) -> str:
    """The text of the comment at the beginning of a body: a block comment, or lines with help keywords."""
    body = _body(unit, lines) if not unit.is_container else []
    language = resolve("PowerShell")
    for first, last in comments.header_blocks(body, language)[:1]:
        comment = body[first - 1 : last]
        if comment[0].lstrip().startswith("<#") or any(map(_LINE_HELP.match, comment)):
            return comments.without_markers(comment, language)
    return ""


def _body(unit: Unit, lines: list[str]) -> list[str]:
    """The lines of a unit after its first brace."""
    for number in range(unit.start_line, unit.end_line + 1):
        if brace := _BODY.search(lines[number - 1]):
            return [lines[number - 1][brace.end() :], *lines[number : min(unit.end_line, number + _LONGEST_HELP)]]
    return []
