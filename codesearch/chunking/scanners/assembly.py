"""Assembly in its dialects (NASM, GAS, MASM, ARM): labels, procedures and macros, by line.

The one grammar errs in 94 of 100 files; labels and directives stand alone on their lines in every dialect.
"""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.following import last_written

_LABEL = re.compile(r"^([A-Za-z_$?@][\w$?@.]*):")
_GAS_FUNCTION = re.compile(
    r"^\s*(?:SYM_(?:FUNC|CODE|TYPED_FUNC|INNER_LABEL)\w*|ENTRY|GLOBAL|WEAK|PROC|FUNC\w*|function)\s*\(?\s*([A-Za-z_]\w*)"
)
_PROC = re.compile(r"^\s*([A-Za-z_$?@][\w$?@]*)\s+(PROC|MACRO|STRUC|STRUCT|FUNCTION)\b", re.IGNORECASE)
_MACRO = re.compile(r"^\s*(?:%i?macro|\.macro|macro)\s+([A-Za-z_$?@.][\w$?@.]*)", re.IGNORECASE)
_STRUC = re.compile(r"^\s*(?:struc|\.struct)\s+([A-Za-z_$?@.][\w$?@.]*)", re.IGNORECASE)
_END = re.compile(
    r"^\s*(?:%endmacro|\.endm\b|endm\b|endstruc\b|(?:[\w$?@]+\s+)?(?:ENDP|ENDS|ENDM|ENDFUNC)\b|"
    r"(?:SYM_(?:FUNC|CODE)_END|END|ENDPROC)\s*\()",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"^(?:\.?L\w*\d|\d+$|\.L|L\$|\$L|@@)")


def scan(text: str) -> list[Unit]:
    """Units of an assembly text. A label runs up to the next non-local one, a block up to its end."""
    lines = text.split("\n")
    units: list[Unit] = []
    waiting: list[tuple[str, str, int]] = []  # labels, which end where the next thing begins
    blocks: list[tuple[str, str, int]] = []  # procedures and macros, which say where they end
    for number, line in enumerate(lines, 1):
        if blocks and _END.match(line):
            kind, name, first = blocks.pop()
            _flush(units, waiting, number - 1, lines)
            units.append(_unit(kind, name, first, number, lines))
        elif found := _block(line):
            _flush(units, waiting, number - 1, lines)
            blocks.append((*found, number))
        elif (function := _GAS_FUNCTION.match(line)) or ((label := _LABEL.match(line)) and not _LOCAL.match(label[1])):
            _flush(units, waiting, number - 1, lines)
            waiting.append(
                ("function" if function else "label", function[1] if function else line[: label.end() - 1], number)
            )
    _flush(units, waiting, len(lines), lines)
    units.extend(_unit(kind, name, first, len(lines), lines) for kind, name, first in blocks)
    return sorted(units, key=lambda unit: (unit.start_line, -unit.end_line))


def _block(line: str) -> tuple[str, str] | None:
    if match := _PROC.match(line):
        kind = {"proc": "function", "function": "function", "macro": "macro"}.get(match[2].lower(), "struct")
        return kind, match[1]
    if match := _MACRO.match(line):
        return "macro", match[1]
    if match := _STRUC.match(line):
        return "struct", match[1]
    return None


def _flush(units: list[Unit], waiting: list[tuple[str, str, int]], last: int, lines: list[str]) -> None:
    for kind, name, first in waiting:
        while last > first and _is_comment_or_blank(lines[last - 1]):
            last -= 1  # what stands above the next label is that label's
        units.append(_unit(kind, name, first, last, lines))
    waiting.clear()


def _is_comment_or_blank(line: str) -> bool:
    text = line.strip()
    return (
        not text
        or text[0] in ";#@|*"
        or text.startswith(("//", "/*", ".globl", ".global", "global ", ".type", ".align", ".p2align"))
    )


def _unit(kind: str, name: str, first: int, last: int, lines: list[str]) -> Unit:
    last = last_written(lines, first, last)
    return Unit(kind, name, first, last, first, signature=" ".join(lines[first - 1].split())[:300])
