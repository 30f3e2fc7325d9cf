"""CMake: functions, macros and targets, by line. Bracket arguments and comments are blanked first."""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blanked
from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.syntax import SIGNATURE_CHARS

_COMMAND = re.compile(r"^\s*(\w+)\s*\(")
_NAME = re.compile(r"""\(\s*(?:NAME\s+)?(?:"([^"]*)"|([^\s()]+))""")
"""Also matches `add_test(NAME adds COMMAND …)`."""
_BRACKET_OPEN = re.compile(r'\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|#?\[(?P<level>=*)\[|#.*')
"""Also matches escapes, strings and line comments, in which brackets don't count."""
_TARGETS = re.compile(
    r"^(?:project|add_(?:executable|library|custom_target|test|subdirectory|custom_command)|"
    r"\w*_add_(?:executable|library|"
    r"test|module|plugin|target)|pybind11_add_module|ExternalProject_Add|FetchContent_Declare|option|install)$",
    re.IGNORECASE,
)
_NO_CODE = re.compile(r'\\.|"(?:\\.|[^"\\])*"|#.*')
_LONGEST_COMMAND = 300
"""Lines. A parenthesis that is open for longer is taken to be unbalanced."""
_UNNAMED = frozenset(("install", "add_custom_command"))
_BLOCKS = {"function": "function", "macro": "macro"}


def scan(text: str) -> list[Unit]:
    """Units of a CMake text: functions and macros with their bodies, and targets with all lines of their command.

    Targets within a function or macro are its members.
    """
    lines = _without_brackets(text).split("\n")
    depths = [_depth(line) for line in lines]
    units: list[Unit] = []
    blocks: list[tuple[str, str, int]] = []
    members: list[Member] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        match = _COMMAND.match(line)
        if not match:
            continue
        command = match[1].lower()
        if command in _BLOCKS:
            blocks.append((_BLOCKS[command], _argument(lines, number), number))
        elif command in ("endfunction", "endmacro") and blocks:
            kind, name, first = blocks.pop()
            units.append(_unit(kind, name, first, number, _head(lines, depths, first), tuple(members)))
            members = []
        elif _TARGETS.match(match[1]):
            last = _closing_line(depths, number)
            name = "" if command in _UNNAMED else _argument(lines, number)
            if not blocks:
                head = _head(lines, depths, number)
                units.append(_unit("target" if name else "statement", name, number, last, head))
            elif name:
                members.append(Member(number, name, "target", signature=_head(lines, depths, number)))
            number = last
    units.extend(_unit(kind, name, first, len(lines), _head(lines, depths, first)) for kind, name, first in blocks)
    return sorted(units, key=lambda unit: (unit.start_line, -unit.end_line))


def _argument(lines: list[str], number: int) -> str:
    match = _NAME.search(" ".join(lines[number - 1 : number + 1]))
    return (match[1] or match[2]) if match else ""


def _closing_line(depths: list[int], first: int) -> int:
    """The line that closes the parentheses opened on line `first`; `first` if there is none."""
    depth = 0
    for number in range(first, min(len(depths), first + _LONGEST_COMMAND) + 1):
        depth += depths[number - 1]
        if depth <= 0:
            return number
    return first


def _depth(line: str) -> int:
    """Opening minus closing parentheses in a line, outside escapes, strings and comments."""
    if "(" not in line and ")" not in line:
        return 0
    code = _NO_CODE.sub("", line)
    return code.count("(") - code.count(")")


def _without_brackets(text: str) -> str:
    """Blank bracket arguments and comments. Lines are kept."""
    parts: list[str] = []
    position = 0
    while match := _BRACKET_OPEN.search(text, position):
        if match["level"] is None:
            parts.append(text[position : match.end()])
            position = match.end()
            continue
        end = _bracket_end(text, match)
        if end < 0:
            break
        parts += [text[position : match.start()], blanked(text[match.start() : end])]
        position = end
    return "".join([*parts, text[position:]])


def _bracket_end(text: str, opener: re.Match[str]) -> int:
    """The end of a bracket argument or comment, or of its line if another one begins below before that; -1 if none."""
    level, at = opener["level"], opener.end()
    again = text.find(f"[{level}[", at)
    closing = text.find(f"]{level}]", at, again if again >= 0 else len(text))
    if closing < 0 and again >= 0:
        line_end = text.find("\n", at, again)
        if line_end >= 0:
            return line_end
        closing = text.find(f"]{level}]", again)
    return closing + len(level) + 2 if closing >= 0 else -1


def _head(lines: list[str], depths: list[int], first: int) -> str:
    """The command that begins on line `first`, on one line."""
    last = _closing_line(depths, first)
    return " ".join(" ".join(lines[first - 1 : last]).split())[:SIGNATURE_CHARS]


def _unit(kind: str, name: str, first: int, last: int, signature: str, members: tuple[Member, ...] = ()) -> Unit:
    return Unit(kind, name, first, last, first, signature=signature, members=members)
