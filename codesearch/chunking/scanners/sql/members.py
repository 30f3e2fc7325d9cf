"""Members of tables, types and packages: columns, methods, constants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from codesearch.chunking.chunk import Member
from codesearch.chunking.syntax import SIGNATURE_CHARS

_COLUMN = re.compile(
    r"[ \t]*,?[ \t]*[\[\"`]?(?!(?:CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|KEY|INDEX|CHECK|CREATE|PARTITION|LIKE|EXCLUDE|ON|"
    r"REFERENCES|FULLTEXT|SPATIAL|PERIOD|WITH|ALTER|SELECT|FROM|FOR|AS|ADD|RETURN)\b)([A-Za-z_]\w*)[\]\"`]?\s+[\[\"A-Za-z]",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"[ \t]*,?[ \t]*(?:(?:(?:NOT|FINAL|INSTANTIABLE|OVERRIDING|MAP|ORDER|MEMBER|STATIC|CONSTRUCTOR)[ \t]+)+"
    r"(?:FUNCTION|PROCEDURE)[ \t]+(\w+)|" + _COLUMN.pattern[len(r"[ \t]*,?[ \t]*") :] + ")",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    r"[ \t]*(?:(?:(?:SUB)?TYPE|CURSOR)[ \t]+(\w+)|(?!(?:END|PRAGMA|RETURN|BEGIN|NULL)\b)(\w+)[ \t]+(?:CONSTANT\b|"
    r"\w[^;:\n]*(?:;|:=)))",
    re.IGNORECASE,
)
_PATTERNS = {"table": _COLUMN, "type": _ATTRIBUTE, "package": _DECLARED}
_KINDS = {"table": "column", "type": "field", "package": "constant"}
_MOST = 300
"""Maximum number of lines examined per definition."""


def members_of(kind: str, lines: list[str], spans: Iterable[tuple[int, int]]) -> Iterator[Member]:
    """The members on the lines of `spans` (1-based, inclusive), at most one per line."""
    if not (pattern := _PATTERNS.get(kind)):
        return
    numbers = [number for first, last in spans for number in range(first, last + 1)]
    for number in numbers[:_MOST]:
        if match := pattern.match(lines[number - 1]):
            signature = " ".join(lines[number - 1].split())[:SIGNATURE_CHARS].rstrip(" ,;")
            yield Member(number, match[match.lastindex or 0], _KINDS[kind], signature=signature)
