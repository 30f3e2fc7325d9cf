"""Pasted lines of code without what a diff, grep, an editor or `cat -n` puts before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER_OF_DIFF = re.compile(
    r"diff --git |index [0-9a-f]+\.\.|--- |\+\+\+ |@@|\\ No newline|(?:new|deleted) file mode|similarity |rename "
)
_SIGNED = re.compile(r"[+-](?![-+>=])")
_NUMBERED = re.compile(
    r"\s*+(?:=?>)?\s*+(\d{1,9})(\s*+[|│]|:\d{1,9}:(?!\d)|[:-](?!\d)|\s(?=\s))|\s++(\d{1,9})(\s)(?![=<>!+*/%&?,.)\]-])"
)
"""`702:`, `702-`, `702:5:`, `702|`, `> 702 |`, `702  `, ` 702 `."""
_MARKER = re.compile(r"\s*+[|│][\s|│^~-]*+\S{0,80}$|--$")
"""What compilers print below a line, and what grep prints between two parts of a file."""
_LINE_OF_CODE = re.compile(r"(?=.*\w)(?:\s\s|\t|.*\w[(\[]|.*[={};<>&|]|.*[:,\\]$)")
"""Lines that are indented, or have signs that prose lacks: not those of `3-way merge (git)` and `- an item`."""


def without_listing(text: str) -> str:
    """Lines of code without the signs of a diff or numbers before them; any other text as it is."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(_without_signs(lines) or _without_numbers(lines)) or text


def _without_signs(lines: Sequence[str]) -> list[str]:
    """The lines of a diff, of added and removed ones the added; none if it is no diff."""
    lines = [line for line in lines if not _HEADER_OF_DIFF.match(line)]
    signed = [line for line in lines if _SIGNED.match(line)]
    if not signed or any(not (line.startswith(" ") or _SIGNED.match(line)) for line in lines):
        return []
    if not any(_LINE_OF_CODE.match(line[1:]) for line in signed):
        return []
    has_added = any(line.startswith("+") for line in signed)
    return [line[1:] for line in lines if not (has_added and line.startswith("-"))]


def _without_numbers(lines: Sequence[str]) -> list[str]:
    """The lines of code behind ascending numbers; none if there are others."""
    lines = [line for line in lines if not _MARKER.match(line)]
    found = [match for line in lines if (match := _NUMBERED.match(line))]
    numbers = [int(match[1] or match[3]) for match in found]
    if len(found) < len(lines) or numbers != sorted(set(numbers)):
        return []
    texts = [match.string[match.end() :] for match in found]
    return texts if any(_LINE_OF_CODE.match(text) for text in texts) else []
