"""Shell: bats tests, and functions that the grammar misses or runs together, mostly in zsh files (it fails on two of
three). It knows neither several here-documents in a line nor functions whose body is a loop or `case`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from codesearch.chunking.blanks import blank_group, blanked
from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import margin

_FUNCTION = re.compile(
    r"^([ \t]*)(?:function[ \t]+([^\s(){}'\"$`;|&]+)[ \t]*(?:\(\s*\))?|([^\s(){}'\"$`;|&=#]+)[ \t]*\(\s*\))"
)
_COMPOUND = re.compile(r"[ \t]*(for|while|until|select|case|if)\b")
_BODY = re.compile(rf"\s*(?:[{{(#]|$)|{_COMPOUND.pattern}")
_CLOSERS = {"case": "esac", "if": "fi"}
"""The words that end compound commands; of others, `done` does."""
_HEAD_OF_COMPOUND = re.compile(
    r"^[ \t]*(function[ \t]+[^\s(){}'\"$`;|&]+[ \t]*(?:\([ \t]*\))?|[^\s(){}'\"$`;|&=#]+[ \t]*\([ \t]*\))"
    r"(?=[ \t]*\n?[ \t]*(?:for|while|until|select|case)\s)",
    re.MULTILINE,
)
_HERE_DOCUMENT = re.compile(r"(?<!<)<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1")
_ONE_OF_SEVERAL = re.compile(rf"{_HERE_DOCUMENT.pattern}(?=[^\n#]*[^\n<#]<<-?[ \t]*['\"]?[A-Za-z_])")
_TEST = re.compile(
    r"^([ \t]*)(@test[ \t]+(\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s{\"'](?:[^\n{]*[^\s{])?)[ \t]*)(?=\{|$)", re.MULTILINE
)
_MARKED_TEST = re.compile(r"\{\s*#\s*@test\s*$")
_ESCAPED = re.compile(r"\\(.)")
_HEAD = "t()"


def prepare(text: str) -> str:
    """Replace the heads of bats tests (`@test "it works" {`) with those of functions, and blank the heads of functions
    that the grammar takes for commands. Of several here-documents that begin in a line, only the last is left, which
    takes the others with it."""
    if "<<" in text and _ONE_OF_SEVERAL.search(text):
        text = _with_last_here_documents(text)
    if _HEAD_OF_COMPOUND.search(text):
        text = _HEAD_OF_COMPOUND.sub(blank_group, text)
    return _TEST.sub(_as_function, text) if "@test" in text else text


def _with_last_here_documents(text: str) -> str:
    lines = set(map(str.strip, text.split("\n")))
    return _ONE_OF_SEVERAL.sub(lambda match: blanked(match[0]) if match[2] in lines else match[0], text)


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
    delimiters: list[str] = []
    last_lines = {line.strip(): number for number, line in enumerate(lines, 1)}
    for number, line in enumerate(lines, 1):
        if delimiters:
            if line.strip() == delimiters[0]:
                del delimiters[0]
            continue
        if "<<" in line:
            tags = (document[2] for document in _HERE_DOCUMENT.finditer(line))
            delimiters = [tag for tag in tags if last_lines.get(tag, 0) > number]
        if delimiters:
            continue
        if (match := _FUNCTION.match(line)) and _BODY.match(line, match.end()):
            name = match[2] or match[3]
            end = _last_line(lines, number, match)
            yield Unit("function", name, number, end, number, signature=_signature(line, match))
        elif "@test" in line and (match := _TEST.match(line)):
            yield _as_test(Unit("test", "", number, _closing_line(lines, number, match[1]), number), line)


def _signature(line: str, head: re.Match[str]) -> str:
    return (head[0] if _COMPOUND.match(line, head.end()) else line).strip().rstrip("{ ")


def _last_line(lines: list[str], first: int, head: re.Match[str]) -> int:
    """The last line of the function with this head on line `first`, whatever its body is."""
    begin, at = first, head.end()
    if not lines[first - 1][at:].strip() and first < len(lines):
        begin, at = first + 1, 0
    compound = _COMPOUND.match(lines[begin - 1], at)
    if compound is None:
        return _closing_line(lines, first, head[1])
    indentation = lines[begin - 1][: margin(lines[begin - 1])]
    return _closing_line(lines, begin, indentation, (_CLOSERS.get(compound[1], "done"),))


def _closing_line(lines: list[str], first: int, indentation: str, closers: tuple[str, ...] = ("}", ")")) -> int:
    """The line with a closer, of which the first may end line `first`, at an indentation, or else `first`."""
    if lines[first - 1].rstrip().endswith(closers[0]):
        return first
    beginnings = tuple(indentation + closer for closer in closers)
    for number in range(first + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.startswith(beginnings):
            return number
        if _FUNCTION.match(line) and margin(line) <= len(indentation):
            break
    return first
