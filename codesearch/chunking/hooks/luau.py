"""Luau, which the grammar of Lua reads once its types, compound assignments and `if` expressions are replaced.

Type aliases become units of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks.luau_reader import Read, Reader
from codesearch.chunking.syntax import SIGNATURE_CHARS

# Syntax that Lua lacks; a file without it is left alone. Each begins with plain text, which is searched fast.
_MARKS = ("--!", " :: ", "+= ", "= if ", "return if ")
_LOOK_BACK = 200
"""Characters before a mark that are searched for the beginning of a comment or string."""
_PATTERNS = tuple(
    map(
        re.compile,
        (
            r"function\b[\w.: \t]{0,100}(?:<|\([^()\n]{0,500}[\w.][ \t]*:[ \t]*[\w{(<\"])",
            r"local[ \t]+\w+[ \t]*:[ \t]*[\w{(]",
            r"type(?<!\wtype)[ \t]+(?:function\b|\w+[ \t]*[<=])",
            r"const(?<!\wconst)[ \t]+(?:function\b|\w+[ \t]*[=:])",
            r"\(\n[ \t]+\w+:[ \t]",
            r"`(?:(?<=[(={,]`)|(?<=[(={,.] `))",
            r"continue(?<=[ \t]continue)(?<!goto continue)[ \t]*\n",
        ),
    )
)


def prepare(text: str) -> str:
    """Replace what Lua lacks. Lengths are kept."""
    return _read(text).text


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Give units the signatures that they have with types, and add type aliases."""
    text = "\n".join(lines)
    read = _read(text)
    if read.text == text:
        return units
    restored = (_with_attributes(_with_signature(unit, lines), lines) for unit in units)
    return [*restored, *_aliases(text, read.types)]


def _with_attributes(unit: Unit, lines: list[str]) -> Unit:
    """The unit with the lines of its attributes (`@native`)."""
    first = unit.start_line
    while first > 1 and lines[first - 2].lstrip().startswith("@"):
        first -= 1
    return replace(unit, start_line=first, column=0) if first < unit.start_line else unit


def _with_signature(unit: Unit, lines: list[str]) -> Unit:
    """The unit with the signature of its lines, if its body begins below them."""
    if unit.end_line == unit.header_end:
        return unit
    head = " ".join(" ".join(lines[unit.start_line - 1 : unit.header_end]).split())
    return replace(unit, signature=head.rstrip("{=, ")[:SIGNATURE_CHARS])


def _aliases(text: str, types: Sequence[tuple[str, int, int]]) -> list[Unit]:
    units, line, counted = [], 1, 0
    for name, start, end in types:
        line, counted = line + text.count("\n", counted, start), start
        signature = " ".join(text[start : min(end, start + SIGNATURE_CHARS)].partition("\n")[0].split()).rstrip("{(= ")
        units.append(Unit("type", name, line, line + text.count("\n", start, end), line, signature=signature))
    return units


@lru_cache(maxsize=1)  # a text is prepared and then refined
def _read(text: str) -> Read:
    return Reader(text).read() if any(_is_code(text, at) for at in _marks(text)) else Read(text)


def _marks(text: str) -> Iterator[int]:
    """The offsets of what looks like syntax that Lua lacks."""
    for mark in _MARKS:
        at = -1
        while (at := text.find(mark, at + 1)) >= 0:
            yield at
    for pattern in _PATTERNS:
        yield from (match.start() for match in pattern.finditer(text))


def _is_code(text: str, at: int) -> bool:
    """Whether an offset is neither in a comment of one line nor in a string."""
    begin = max(0, at - _LOOK_BACK)
    before = text[text.rfind("\n", begin, at) + 1 or begin : at]
    return not ("--" in before or '"' in before or "'" in before)
