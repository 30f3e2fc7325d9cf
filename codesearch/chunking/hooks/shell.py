"""Shell functions that the bash grammar loses, in zsh files mostly, where it errs in two of three."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codesearch.chunking.chunk import Unit

_FUNCTION = re.compile(
    r"^([ \t]*)(?:function[ \t]+([^\s(){}'\"$`;|&]+)[ \t]*(?:\(\s*\))?|([^\s(){}'\"$`;|&=#]+)[ \t]*\(\s*\))"
)
_BODY = re.compile(r"\s*(?:[{(#]|$)")
_HERE_DOCUMENT = re.compile(r"<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1")


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units and those functions on whose first line none begins."""
    known = {unit.start_line for unit in units}
    lost = [unit for unit in _functions(lines) if unit.start_line not in known]
    return sorted([*units, *lost], key=lambda unit: (unit.start_line, -unit.end_line))


def _functions(lines: list[str]) -> Iterator[Unit]:
    """Functions by the form of their first line, outside of here-documents."""
    until = ""
    for number, line in enumerate(lines, 1):
        if until:
            until = "" if line.strip() == until else until
        elif document := _HERE_DOCUMENT.search(line):
            until = document[2]
        elif (match := _FUNCTION.match(line)) and _BODY.match(line, match.end()):
            name = match[2] or match[3]
            end = _closing(lines, number, match[1])
            yield Unit("function", name, number, end, number, signature=line.strip().rstrip("{ "))


def _closing(lines: list[str], first: int, indentation: str) -> int:
    """The line whose `}` stands as far left as the function, or the function's own line."""
    if lines[first - 1].rstrip().endswith("}"):
        return first
    closers = (indentation + "}", indentation + ")")
    for number in range(first + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.startswith(closers):
            return number
        if _FUNCTION.match(line) and len(line) - len(line.lstrip()) <= len(indentation):
            break
    return first
