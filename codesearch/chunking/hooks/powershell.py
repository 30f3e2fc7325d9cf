"""PowerShell: comment-based help inside a function is its documentation; Pester's blocks may begin a line below."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

_HELP_LINES = 4
"""Help begins within so many lines of the function's own."""
_SCOPE = re.compile(r"^\w+:(?=\S)")
_BRACE_BELOW = re.compile(
    r"^([ \t]*(?:Describe|Context|It)[ \t]+[^\n{}]*[^\s{}`|;])([ \t]*\n[ \t]*\{)", re.MULTILINE | re.IGNORECASE
)
_KEYWORD = re.compile(r"^\s*\.[A-Z]+\s*$")


def prepare(text: str) -> str:
    """The text with tests whose block begins on the next line continued there; lines stay."""
    return _BRACE_BELOW.sub(r"\1 `\2", text)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Functions with the help that opens their body; names without their scope (`global:`)."""
    return [
        replace(
            unit,
            name=_SCOPE.sub("", unit.name),
            signature=unit.signature.split(" {")[0],
            documentation=_help(unit, lines),
        )
        for unit in units
    ]


def _help(unit: Unit, lines: list[str]) -> str:
    for line in range(unit.start_line, min(unit.start_line + _HELP_LINES, unit.end_line)):
        text = lines[line].strip()
        if text.startswith("<#"):
            return _text(lines[line : unit.end_line])
        if text and text != "{":
            return ""
    return ""


def _text(lines: list[str]) -> str:
    """A block comment's text up to its end, without markers and help keywords."""
    texts: list[str] = []
    for line in lines:
        text, end, _ = line.partition("#>")
        text = text.replace("<#", "").strip()
        if text and not _KEYWORD.match(text):
            texts.append(text)
        if end:
            break
    return "\n".join(texts)
