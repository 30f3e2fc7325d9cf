"""Members of tables, types and packages: columns, methods, types, variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from codesearch.chunking.blanks import blank_match
from codesearch.chunking.chunk import Member
from codesearch.chunking.syntax import SIGNATURE_CHARS

_BEFORE = r"[ \t]*+(?:,[ \t]*+)?"
_NAME = (
    r"\"([^\"\n]+)\"|`([^`\n]+)`|\[([^\[\]\n]+)\]"
    r"|(?!(?:CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|KEY|INDEX|CHECK|CREATE|PARTITION|LIKE|EXCLUDE|ON|"
    r"REFERENCES|FULLTEXT|SPATIAL|PERIOD|WITH|ALTER|SELECT|FROM|FOR|AS|ADD|RETURN)\b)([A-Za-z_]\w*)"
    # words that begin an index and the like, but not before a type (`key varchar(5) NOT NULL`)
    r"|(KEY|INDEX|PERIOD|PARTITION|FULLTEXT|SPATIAL)(?=\s+(?!(?:FOR|KEY|INDEX)\b)\w+(?:\s*\(\s*\d[^()]*\))?\s*"
    r"(?:$|[,;]|--|(?:NOT|NULL|DEFAULT|PRIMARY|UNIQUE|REFERENCES|CHECK|COLLATE|COMMENT|GENERATED)\b))"
)
_COLUMN = re.compile(rf"{_BEFORE}(?:{_NAME})\s+(?!(?:ASC|DESC)\b)[\[\"A-Za-z]", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rf"{_BEFORE}(?:(?:(?:NOT|FINAL|INSTANTIABLE|OVERRIDING|MAP|ORDER|MEMBER|STATIC|CONSTRUCTOR)[ \t]+)+"
    rf"(?:FUNCTION|PROCEDURE)[ \t]+(?P<method>\w+)|(?:{_NAME})\s+[\[\"A-Za-z])",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    r"[ \t]*(?:(?:SUB)?TYPE[ \t]+(?P<type>\w+)|CURSOR[ \t]+(?P<variable>\w+)"
    r"|(?!(?:END|PRAGMA|RETURN|BEGIN|NULL)\b)(?:(?P<constant>\w+)[ \t]+CONSTANT\b|(\w+)[ \t]+\w[^;:\n]*(?:;|:=)))",
    re.IGNORECASE,
)
_PATTERNS = {"table": _COLUMN, "type": _ATTRIBUTE, "package": _DECLARED}
_KINDS = {"table": "column", "type": "field", "package": "variable"}
"""Kinds of members that no group of a pattern names."""
_MOST = 300
"""Maximum number of lines, and of items of a list, examined per definition."""
_STRING_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|--.*|/\*(?:.*?\*/|.*)|\"[^\"]*\"|`[^`]*`|\[\D[^\[\]]*\]")
_MARK = re.compile(r"[(),]")


def members_of(kind: str, lines: Iterable[tuple[int, str]], is_list: bool) -> Iterator[Member]:
    """The members on numbered lines: in a list as many as are between its commas, otherwise at most one per line."""
    if not (pattern := _PATTERNS.get(kind)):
        return
    some = islice(lines, _MOST)
    items = ((number, item) for number, line in some for item in (_items(line) if is_list else (line,)))
    for number, item in islice(items, _MOST):
        if match := pattern.match(item):
            signature = " ".join(item.split())[:SIGNATURE_CHARS].rstrip(" ,;")
            yield Member(number, match[match.lastindex or 0], match.lastgroup or _KINDS[kind], signature=signature)


def _items(line: str) -> Iterator[str]:
    """What lies between the commas of a line, without what follows a parenthesis that was opened above."""
    begin = depth = 0
    is_closed = False
    for mark in _MARK.finditer(_STRING_OR_COMMENT.sub(blank_match, line)):
        if mark[0] == "(":
            depth += 1
        elif depth and mark[0] == ")":
            depth -= 1
        elif not depth:
            if not is_closed:
                yield line[begin : mark.start()]
            is_closed, begin = mark[0] == ")", mark.end()
    if not is_closed:
        yield line[begin:]
