"""SQL by statement. The grammar fails in three of four real files: dialects differ, the ends of statements do not.

Statements end at `;` outside of strings, comments, dollar quotes and BEGIN … END, at a line of `GO` or `/`, or at what
`DELIMITER` says.
"""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.scanners.following import last_written, up_to_the_next

_TOKEN = re.compile(
    r"(?P<skip>--[^\n]*|(?<=\n)#[ \t][^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|\"[^\"\n]*\"|`[^`\n]*`|"
    r"\[[^\[\]\n]*\])"
    r"|(?P<dollar>\$\w*\$)"
    r"|(?P<delimiter>(?:^|\n)[ \t]*DELIMITER[ \t]+(?P<sign>\S+))"
    r"|(?P<batch>(?:^|(?<=\n))[ \t]*(?:GO|/)[ \t]*(?=\n|\Z))"
    r"|(?P<word>\b(?:BEGIN(?!\s*(?:TRAN|TRANSACTION|WORK|;))|CASE|END|CREATE|ALTER|FUNCTION|PROC|PROCEDURE|"
    r"TRIGGER|PACKAGE)\b)"
    r"|(?P<end>;|\$\$|//)",
    re.IGNORECASE | re.DOTALL,
)
_BATCH = re.compile(r"^[ \t]*(?:GO|/)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_NAME = r"(?P<name>(?:[\w$#@]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\])(?:\s*\.\s*(?:[\w$#@]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\]))*)"
_CREATE = re.compile(
    r"\A\s*(?:CREATE|ALTER)\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:(?:DEFINER\s*=\s*\S+|GLOBAL|LOCAL|TEMP|TEMPORARY|"
    r"UNLOGGED|UNIQUE|"
    r"CLUSTERED|NONCLUSTERED|MATERIALIZED|RECURSIVE|EXTERNAL|FOREIGN|CONSTRAINT|FULLTEXT|SPATIAL|EDITIONABLE|"
    r"VIRTUAL|EVENT)\s+)*"
    r"(?P<kind>TABLE|VIEW|FUNCTION|PROCEDURE|PROC|TRIGGER|INDEX|TYPE|SCHEMA|SEQUENCE|PACKAGE(?:\s+BODY)?|"
    r"DATABASE|EXTENSION|"
    r"DOMAIN|ROLE|USER|POLICY|RULE|AGGREGATE|OPERATOR|SYNONYM|SERVER)\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?"
    + _NAME,
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"\A\s*(?P<kind>INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|DROP\s+\w+(?:\s+IF\s+EXISTS)?|SELECT|WITH|"
    r"GRANT|COMMENT\s+ON)"
    r"\s+" + _NAME,
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"--[^\n]*|#[ \t][^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_ROUTINE = re.compile(
    r"([ \t]*)(?:(?:OVERRIDING|MEMBER|STATIC|CONSTRUCTOR|FINAL|MAP)\s+)*(FUNCTION|PROCEDURE)\s+(\w+)", re.IGNORECASE
)
_COLUMN = re.compile(
    r"[ \t]*,?[ \t]*[\[\"`]?(?!(?:CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|KEY|INDEX|CHECK|CREATE|PARTITION|LIKE|EXCLUDE|ON|"
    r"REFERENCES|FULLTEXT|SPATIAL|PERIOD|WITH|ALTER|SELECT|FROM|AS|ADD)\b)([A-Za-z_]\w*)[\]\"`]?\s+[\[\"A-Za-z]",
    re.IGNORECASE,
)
_MOST_COLUMNS = 300
_KINDS = {"proc": "procedure", "package body": "package"}
_ROUTINES = ("FUNCTION", "PROC", "PROCEDURE", "TRIGGER", "PACKAGE")
_HEAD_CHARS = 2000


def scan(text: str) -> list[Unit]:
    """One unit a statement; those that create something carry its name."""
    lines = text.split("\n")
    units = []
    line, place = 1, 0
    for begin, end in _statements(text):
        line += text.count("\n", place, begin)
        place = begin
        body = text[begin:end]
        skipped = _leading(body)
        first = line + body.count("\n", 0, skipped)
        last = last_written(lines, first, line + body.rstrip().count("\n"))
        if unit := _unit(body[skipped:], first, last, lines):
            units.append(unit)
            if unit.is_container:
                units.extend(_routines(unit, lines))
    return units


def _statements(text: str) -> list[tuple[int, int]]:
    """Spans of the statements, each with its terminator."""
    spans: list[tuple[int, int]] = []
    begin, depth, delimiter, place = 0, 0, ";", 0
    routine = False
    previous = ""
    has_batches = bool(_BATCH.search(text))
    while match := _TOKEN.search(text, place):
        place = match.end()
        if match["dollar"] and match["dollar"] != delimiter:
            closing = text.find(match["dollar"], place)
            place = len(text) if closing < 0 else closing + len(match["dollar"])
        elif match["delimiter"]:
            delimiter, depth, routine, begin = match["sign"], 0, False, place
        elif match["batch"]:
            spans.append((begin, match.start()))
            begin, depth, routine = place, 0, False
        elif word := (match["word"] or "").upper():
            routine = routine or (word in _ROUTINES and previous in ("CREATE", "ALTER"))
            depth = _depth(word, previous, depth, routine)
            previous = word if word in ("END", "CREATE", "ALTER") or word not in _ROUTINES else previous
        elif delimiter in (match["end"], match["dollar"]):
            if delimiter != ";" or (depth <= 0 and not (routine and has_batches)):
                spans.append((begin, place))
                begin, depth, routine = place, 0, False
            previous = ";"
    if text[begin:].strip():
        spans.append((begin, len(text)))
    return spans


def _depth(word: str, previous: str, depth: int, routine: bool) -> int:
    """How many BEGIN … END are open; those of transactions are none."""
    if word == "END":
        return depth - 1 if depth else 0
    if word in ("BEGIN", "CASE") and previous != "END":
        return depth + 1 if routine or word == "CASE" else depth
    return depth


def _leading(body: str) -> int:
    """Characters of comments and blanks before a statement's first word."""
    place = 0
    while True:
        stripped = len(body) - len(body[place:].lstrip()) - place
        place += stripped
        match = _COMMENTS.match(body, place)
        if not match or match.end() == place:
            return min(place, len(body))
        place = match.end()


def _unit(body: str, first: int, last: int, lines: list[str]) -> Unit | None:
    head = _COMMENTS.sub(" ", body[:_HEAD_CHARS])
    if not head.strip(" \t\n;/"):
        return None
    signature = " ".join(lines[first - 1].split())[:300]
    if match := _CREATE.match(head):
        kind = " ".join(match["kind"].lower().split())
        columns = _columns(first, last, lines) if kind == "table" else ()
        kind, name = _KINDS.get(kind, kind), _plain(match["name"])
        return Unit(kind, name, first, last, first, kind == "package", signature=signature, members=columns)
    match = _TARGET.match(head)
    name = _plain(match["name"]) if match and match["kind"].upper().split()[0] not in ("SELECT", "WITH") else ""
    return Unit("statement", name, first, last, first, signature=signature)


def _columns(first: int, last: int, lines: list[str]) -> tuple[Member, ...]:
    """Lines and names of a table's columns, where each has a line of its own."""
    matches = (
        (number, _COLUMN.match(lines[number - 1])) for number in range(first + 1, min(last, first + _MOST_COLUMNS) + 1)
    )
    return tuple(Member(number, match[1], "column") for number, match in matches if match)


def _routines(package: Unit, lines: list[str]) -> list[Unit]:
    """The routines of a package: the least indented ones, each up to the next."""
    found = []
    for number in range(package.start_line + 1, package.end_line + 1):
        if match := _ROUTINE.match(lines[number - 1]):
            signature = " ".join(lines[number - 1].split())[:300]
            unit = Unit(match[2].lower(), match[3], number, number, number, signature=signature)
            found.append((len(match[1].expandtabs()), unit))
    margin = min((indentation for indentation, _ in found), default=0)
    routines = [unit for indentation, unit in found if indentation == margin]
    return up_to_the_next(routines, lines[: package.end_line - 1], ("--", "/*", "*"))


def _plain(name: str) -> str:
    return re.sub(r"[\"`\[\]\s]", "", name)
