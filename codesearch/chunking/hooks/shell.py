"""Shell: bats tests, and functions that the grammar misses or runs together, mostly in zsh files (it fails on two of
three)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import margin

_FUNCTION = re.compile(
    r"^([ \t]*)(?:function[ \t]+([^\s(){}'\"$`;|&]+)[ \t]*(?:\(\s*\))?|([^\s(){}'\"$`;|&=#]+)[ \t]*\(\s*\))"
)
_BODY = re.compile(r"\s*(?:[{(#]|$)")
_HERE_DOCUMENT = re.compile(r"(?<!<)<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1")
_TEST = re.compile(
    r"^([ \t]*)(@test[ \t]+(\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s{\"'](?:[^\n{]*[^\s{])?)[ \t]*)(?=\{|$)", re.MULTILINE
)
_MARKED_TEST = re.compile(r"\{\s*#\s*@test\s*$")
_ESCAPED = re.compile(r"\\(.)")
_HEAD = "t()"


def prepare(text: str) -> str:
    """Replace the heads of bats tests (`@test "it works" {`) with those of functions."""
    return _TEST.sub(_as_function, text) if "@test" in text else text


def _as_function(match: re.Match[str]) -> str:
    return match[1] + _HEAD.ljust(len(match[2]))


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Name tests, and add functions and tests that the grammar missed."""
    by_line = {unit.start_line: unit for unit in _functions(lines)}
    parsed = [_as_test(_ended(unit, by_line, lines), lines[unit.start_line - 1]) for unit in units]
    starts = {unit.start_line for unit in units}
    missed = [unit for unit in by_line.values() if unit.start_line not in starts]
    return sorted([*parsed, *missed], key=lambda unit: (unit.start_line, -unit.end_line))


def _ended(unit: Unit, by_line: dict[int, Unit], lines: list[str]) -> Unit:
    """A unit that runs on over other functions, since its end was not recognised, ends where its indentation says."""
    by_indentation = by_line.get(unit.start_line)
    if not by_indentation or by_indentation.end_line >= unit.end_line:
        return unit
    indentation = margin(lines[unit.start_line - 1])
    inside = range(by_indentation.end_line + 1, unit.end_line + 1)
    runs_on = any(line in inside and margin(lines[line - 1]) <= indentation for line in by_line)
    return unit.ending_at(by_indentation.end_line) if runs_on else unit


def _as_test(unit: Unit, line: str) -> Unit:
    if test := _TEST.match(line):
        return replace(unit, kind="test", name=_unquoted(test[3]), signature=test[2].strip())
    if _MARKED_TEST.search(line):
        return replace(unit, kind="test")
    return unit


def _unquoted(word: str) -> str:
    if word[0] == '"':
        return _ESCAPED.sub(r"\1", word[1:-1])
    return word[1:-1] if word[0] == "'" else word


def _functions(lines: list[str]) -> Iterator[Unit]:
    """Functions and tests recognised by their first line, outside here-documents."""
    delimiter = ""
    last_lines = {line.strip(): number for number, line in enumerate(lines, 1)}
    for number, line in enumerate(lines, 1):
        if delimiter:
            delimiter = "" if line.strip() == delimiter else delimiter
        elif (document := _HERE_DOCUMENT.search(line)) and last_lines.get(document[2], 0) > number:
            delimiter = document[2]
        elif (match := _FUNCTION.match(line)) and _BODY.match(line, match.end()):
            name = match[2] or match[3]
            end = _closing_line(lines, number, match[1])
            yield Unit("function", name, number, end, number, signature=line.strip().rstrip("{ "))
        elif "@test" in line and (match := _TEST.match(line)):
            yield _as_test(Unit("test", "", number, _closing_line(lines, number, match[1]), number), line)


def _closing_line(lines: list[str], first: int, indentation: str) -> int:
    """The line with a `}` at the function's indentation, or else the function's first line."""
    if lines[first - 1].rstrip().endswith("}"):
        return first
    closers = (indentation + "}", indentation + ")")
    for number in range(first + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.startswith(closers):
            return number
        if _FUNCTION.match(line) and margin(line) <= len(indentation):
            break
    return first
