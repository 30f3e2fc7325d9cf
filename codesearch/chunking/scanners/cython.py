"""Cython by line: functions, types and declarations, which end where their indentation does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from codesearch.chunking import swallowing
from codesearch.chunking.blanks import blanked
from codesearch.chunking.brackets import line_end
from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import last_nonblank_line, margin
from codesearch.chunking.syntax import SIGNATURE_CHARS
from codesearch.languages.literals import Quote

_TYPE = re.compile(
    r"\s*(?:(?:cdef|ctypedef)\s+)?(?:(?:public|api|packed)\s+)*(class|cppclass|struct|union|enum|fused)\s+"
    r"(?:class\s+)?([^\W\d]\w*+)[^()=:]*+(?:\(.*)?:\s*(?:\w.*)?$"
)
_DEF = re.compile(r"\s*(?:async\s+)?(?:def|cpdef|cdef)\s+(?:inline\s+)?([^\W\d]\w*)\s*\(")
_TYPE_AND_NAME = r"(?:[^()=#:\"\[\]]|\[[^\[\]]*\])*(?<=[\w\])*&>])[\s*&]{1,9}([^\W\d]\w*)\s*\("
_TYPED = re.compile(rf"\s*(?:cpdef|cdef)\s+(?!extern\b){_TYPE_AND_NAME}")
_DECLARED = re.compile(rf"\s*(?!(?:if|elif|return|not|and|or|in)\b){_TYPE_AND_NAME}")
"""Within a block of declarations (`cdef extern from "a.h":`)."""
_BLOCK = re.compile(r"\s*cdef\s+(?:extern\b.*|(?:public|api|inline|nogil|\s)*):\s*$|\s*cdef\s+cppclass\b.*:\s*$")
_TEXT = re.compile(r"(\"{3}|'{3})(?s:.*?)(?:\1|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#[^\n]*")
_DOCUMENTATION = re.compile(r"\s*[rRuUbB]{0,2}(\"{3}|'{3})((?s:.*?))\1")
_KINDS = {"cppclass": "class", "fused": "type"}
_CONTAINERS = ("class", "struct", "union", "enum")
_LONGEST_HEAD = 50
"""Lines."""


def scan(text: str) -> list[Unit]:
    """Units of a Cython text, ordered by first line."""
    lines = text.split("\n")
    code = _without_literals(text).split("\n")
    units: list[Unit] = []
    open_units: list[tuple[int, int]] = []
    declaring = -1
    last = number = 0
    while number < len(lines):
        number += 1
        line = code[number - 1]
        if not line.strip():
            continue
        indent = margin(line)
        _close(units, open_units, indent, last, lines)
        if indent <= declaring:
            declaring = -1
        if _BLOCK.match(line):
            declaring = indent
        if found := _head(line, indent > declaring >= 0):
            unit = _unit(*found, number, code, lines)
            number = unit.header_end
            if unit.kind != "declaration":
                open_units.append((indent, len(units)))
            units.append(unit)
        last = number
    _close(units, open_units, 0, last, lines)
    return units


def _without_literals(text: str) -> str:
    """Blank comments and strings; one that seems to be left open, up to the end of its line. Lines are kept."""
    parts: list[str] = []
    at = 0
    while match := _TEXT.search(text, at):
        end = match.end()
        if match[1] and _is_left_open(match):
            end = line_end(text, match.start())
        parts += (text[at : match.start()], blanked(text[match.start() : end]))
        at = end
    return "".join((*parts, text[at:]))


def _is_left_open(text: re.Match[str]) -> bool:
    """Whether a string in three quotes has no end, or seems to end where the next one begins."""
    quote, start = text[1], text.start() + len(text[1])
    is_closed = text.end() >= start + len(quote) and text[0].endswith(quote)
    return not is_closed or swallowing.opens(text.string, Quote(quote, quote, True), start, text.end())


def _head(line: str, is_declared: bool) -> tuple[str, str] | None:
    """The kind and name of what a line defines."""
    if match := _TYPE.match(line):
        return _KINDS.get(match[1], match[1]), match[2]
    match = _DEF.match(line) or _TYPED.match(line) or (_DECLARED.match(line) if is_declared else None)
    return ("function", match[1]) if match else None


def _unit(kind: str, name: str, number: int, code: Sequence[str], lines: Sequence[str]) -> Unit:
    first, last, depth = number, number - 1, 0
    while last < min(len(code), number + _LONGEST_HEAD):
        last += 1
        line = code[last - 1]
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0 and not line.rstrip().endswith("\\"):
            break
    if kind == "function" and ":" not in code[last - 1].rpartition(")")[2]:
        kind = "declaration"
    while first > 1 and code[first - 2].lstrip().startswith("@"):
        first -= 1
    head = " ".join(" ".join(lines[number - 1 : last]).split())[:SIGNATURE_CHARS].rstrip(" :")
    documentation = _DOCUMENTATION.match("\n".join(lines[last : last + _LONGEST_HEAD]))
    text = "\n".join(map(str.strip, documentation[2].strip().split("\n"))) if documentation else ""
    return Unit(kind, name, first, last, last, kind in _CONTAINERS, signature=head, documentation=text)


def _close(units: list[Unit], open_units: list[tuple[int, int]], indent: int, last: int, lines: list[str]) -> None:
    """End the units that are indented as much as a line or more before it."""
    while open_units and open_units[-1][0] >= indent:
        index = open_units.pop()[1]
        end = max(last, units[index].header_end)
        units[index] = replace(units[index], end_line=last_nonblank_line(lines, units[index].start_line, end))
