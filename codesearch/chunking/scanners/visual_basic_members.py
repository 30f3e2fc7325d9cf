"""What the statements of Visual Basic declare in a type or module: fields, variables, constants, enumerators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codesearch.chunking.blanks import blank_match
from codesearch.chunking.chunk import Member
from codesearch.chunking.syntax import SIGNATURE_CHARS

ATTRIBUTES = r"\s*(?:<(?:[^>\"\n]|\"[^\"\n]*\")*>\s*)*"
"""A pattern of what may precede a declaration on its line."""
_HEAD = re.compile(
    rf"{ATTRIBUTES}(?:(?:Public|Private|Protected|Friend|Global|Dim|Shared|Shadows|ReadOnly|WithEvents|(Const))\s+)+",
    re.IGNORECASE,
)
_STRING_OR_COMMENT = re.compile(r"(\"[^\"\n]*\"?)|'[^\n]*")
_BRACKETS = re.compile(r"[({][^(){}]*[)}]")
_OPEN_BRACKET = re.compile(r"[({]")
_DEEPEST_BRACKETS = 5
_DECLARATOR = re.compile(r"[^,]+")
_NAME = re.compile(r"\s*(?:WithEvents\s+)?\[?([^\W\d]\w*)\]?[%&@!#$?]{0,2}\s*(?:\bAs\b|=|$)", re.IGNORECASE)
_FIELD_OF_TYPE = re.compile(rf"{ATTRIBUTES}\[?([^\W\d]\w*)\]?\s*(?:\([^()]*\)\s*)?\bAs\b", re.IGNORECASE)
_ENUMERATOR = re.compile(rf"{ATTRIBUTES}\[?(?!_\s*$)([^\W\d]\w*)\]?\s*(?:=|'|$)")
_DATA = {"class": "field", "struct": "field", "module": "variable"}


def last_line_of_statement(lines: list[str], number: int) -> int:
    """The number of the line (1-based) on which the statement that begins on line `number` ends."""
    while number < len(lines) and lines[number - 1].rstrip().endswith(" _"):
        number += 1
    return number


def members(lines: list[str], first: int, container: str, keyword: str) -> Iterator[Member]:
    """The members that the statement on line `first` (1-based) and those after it declares in a container.

    `container` is its kind, and `keyword` what opened it.
    """
    line = lines[first - 1]
    if container == "enum" or keyword == "type":
        kind, pattern = ("enumerator", _ENUMERATOR) if container == "enum" else ("field", _FIELD_OF_TYPE)
        if match := pattern.match(line):
            yield Member(first, match[1], kind, signature=_signature(line))
    elif container in _DATA and (head := _HEAD.match(line)):
        kind = "constant" if head[1] else _DATA[container]
        last = last_line_of_statement(lines, first)
        text = "\n".join(line.rstrip().removesuffix(" _") for line in lines[first - 1 : last])
        text = _without_values(text[head.end() :])
        number, counted, signature = first, 0, _signature(line)
        for declarator in _DECLARATOR.finditer(text):
            if name := _NAME.match(declarator[0]):
                begin = declarator.start() + name.start(1)
                if lines_between := text.count("\n", counted, begin):
                    number += lines_between
                    signature = _signature(lines[number - 1])
                counted = begin
                yield Member(number, name[1], kind, signature=signature)


def _without_values(text: str) -> str:
    """The text with strings, comments and brackets blanked, up to a bracket that is not closed. Lines are kept."""
    text = _STRING_OR_COMMENT.sub(blank_match, text)
    for _ in range(_DEEPEST_BRACKETS):
        if not _OPEN_BRACKET.search(text):
            return text
        text = _BRACKETS.sub(blank_match, text)
    return _OPEN_BRACKET.split(text, maxsplit=1)[0]


def without_comment(line: str) -> str:
    """The code of a line."""
    return _STRING_OR_COMMENT.sub(lambda match: match[1] or "", line)


def _signature(line: str) -> str:
    code = without_comment(line[: 2 * SIGNATURE_CHARS])
    return " ".join(code.removesuffix(" _").split())[:SIGNATURE_CHARS].rstrip(" ,")
