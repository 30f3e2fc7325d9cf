"""SQL by statement. The grammar fails on three of four real files, since dialects differ; ends of statements do not.

`statements` splits a text, using `quotes` and `blocks`; `definitions` parses what a statement defines, `members` finds
the columns and the like in it. Macros, tests and snapshots of dbt are found by `jinja`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.scanners.extents import last_nonblank_line
from codesearch.chunking.scanners.sql import jinja
from codesearch.chunking.scanners.sql.definitions import Definition, definition_at
from codesearch.chunking.scanners.sql.members import members_of
from codesearch.chunking.scanners.sql.statements import Statement, split
from codesearch.chunking.syntax import SIGNATURE_CHARS

_QUERY_NAME = re.compile(r"--[ \t]*(?::name[ \t]+|name[ \t]*:[ \t]*)([\w.-]+)")
"""A comment that names the query below it, as in sqlc, aiosql and HugSQL."""
_COMMENTS = re.compile(r"--[^\n]*|/\*M?!\d*|\*/|/\*.*?\*/", re.DOTALL)
_BODY_START = re.compile(r"\s(?:AS|IS|BEGIN|DECLARE|LANGUAGE)\b|\$|;", re.IGNORECASE)
"""Marks the end of a routine's head."""
_HEAD_CHARS = 2000
_MAY_CREATE = re.compile(r"(?:DO|EXEC(?:UTE)?|IF|BEGIN)\b", re.IGNORECASE)
"""Begins a block, or a statement that runs a string."""
_HAS_CREATE = re.compile(r"\bCREATE\b", re.IGNORECASE)
_CREATE = re.compile(
    r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
    r"|'(?:(?=\s*+(?P<quoted>CREATE)\b(?:[^'\n]|'')*+\n))?(?:[^']|'')*+'"
    r"|(?:^|;|\b(?:BEGIN|THEN|ELSE))[ \t]*(?P<create>CREATE)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""A comment, a string, which may be run and define something in several lines, or the CREATE of a statement."""
_LIST = re.compile(r"\s*(?:AS\s*(?:(?:OBJECT|TABLE)\s*)?|UNDER\s+[\w.\"]+\s*)?\((?!\s*SELECT\b)", re.IGNORECASE)
"""Begins the columns of a table or the attributes of a type after its name."""
_ROUTINES = frozenset("function procedure macro".split())
_BODIES = frozenset("function procedure trigger event view".split())
"""Kinds that contain statements."""


def scan(text: str) -> list[Unit]:
    """One unit per statement, named after what it defines. In Jinja macros, only definitions are units."""
    file = _File(text)
    tags = jinja.tags(text)
    if not tags:
        return [unit for statement in split(text) for unit in file.units(statement)]
    blocks = list(jinja.blocks(text, tags))
    plain = jinja.blank_tags(text, tags)
    units = [unit for statement in split(jinja.blank_blocks(plain, blocks)) for unit in file.units(statement)]
    for block in blocks:
        unit = file.unit(block.kind, block.name, block.begin, block.end)
        units.append(replace(unit, signature=block.signature[:SIGNATURE_CHARS]))
        for statement in split(plain[block.head : block.tail]):
            if statement.definition and statement.definition.name:
                units.extend(file.units(statement, block.head))
    return sorted(units, key=lambda unit: (unit.start_line, -unit.end_line))


class _File:
    """Creates units from ranges of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def units(self, statement: Statement, offset: int = 0) -> Iterator[Unit]:
        """The units of a statement and of the routines in it; its positions are relative to `offset`."""
        begin, end = statement.begin + offset, statement.end + offset
        definition = statement.definition
        if not definition or not definition.name:
            names = _QUERY_NAME.findall(self._text, statement.lead + offset, begin)
            unit = self.unit("statement", names[-1] if names else "", begin, end)
            yield self._with_created(unit, begin, end) if _MAY_CREATE.match(self._text, begin) else unit
            return
        routines = [
            self.unit(routine.kind, routine.name, routine.line_start + offset, routine.end + offset)
            for routine in statement.routines
        ]
        unit = self.unit(definition.kind, definition.name, begin, end)
        if definition.kind in _BODIES:
            members = self._created(definition.end + offset, end)
        else:
            members = self._declared(definition, offset, end, _gaps(routines, unit.start_line + 1, unit.end_line))
        yield replace(
            unit,
            qualifier=definition.qualifier,
            is_container=definition.kind == "package" or (definition.kind == "type" and bool(routines)),
            members=tuple(members),
        )
        yield from routines

    def _declared(
        self, definition: Definition, offset: int, end: int, spans: Iterable[tuple[int, int]]
    ) -> Iterator[Member]:
        """The members that are declared on the lines of `spans`, and on that on which a list of them begins."""
        opening = (
            _LIST.match(self._text, definition.end + offset, end) if definition.kind in ("table", "type") else None
        )
        lines = ((number, self._lines[number - 1]) for first, last in spans for number in range(first, last + 1))
        if opening is None:
            return members_of(definition.kind, lines, is_list=False)
        first = self._line(opening.end())
        newline = self._text.find("\n", opening.end(), end)
        head = (first, self._text[opening.end() : newline if newline >= 0 else end])
        return members_of(definition.kind, chain((head,), (line for line in lines if line[0] > first)), is_list=True)

    def _with_created(self, unit: Unit, begin: int, end: int) -> Unit:
        """The unit of a statement, named after the routine that it creates if that is all it creates."""
        created = tuple(self._created(begin, end))
        if len(created) == 1 and created[0].kind in _BODIES and not unit.name:
            (only,) = created
            return replace(unit, kind=only.kind, name=only.name, signature=only.signature)
        return replace(unit, members=created)

    def _created(self, begin: int, end: int) -> Iterator[Member]:
        """What the statements in a routine or block create: temporary tables, types of PostgreSQL."""
        if not _HAS_CREATE.search(self._text, begin, end):
            return
        for match in _CREATE.finditer(self._text, begin, end):
            position = max(match.start("create"), match.start("quoted"))
            if position >= 0 and (definition := definition_at(self._text, position)) and definition.name:
                signature = self._signature(definition.kind, position, end).rstrip(" (;")
                yield Member(self._line(position), definition.name, definition.kind, signature=signature)

    def unit(self, kind: str, name: str, begin: int, end: int) -> Unit:
        """A unit that spans the lines of a range."""
        first = self._line(begin)
        last = last_nonblank_line(self._lines, first, self._line(max(begin, end - 1)))
        return Unit(kind, name, first, last, first, signature=self._signature(kind, begin, end))

    def _signature(self, kind: str, begin: int, end: int) -> str:
        """The head of a routine up to its body; of other units, the first line."""
        head = self._text[begin : min(end, begin + _HEAD_CHARS)]
        if kind in _ROUTINES:
            head = _BODY_START.split(_COMMENTS.sub(" ", head), maxsplit=1)[0]
        else:
            head = _COMMENTS.sub(" ", head.split("\n", 1)[0])
        return " ".join(head.split())[:SIGNATURE_CHARS]

    def _line(self, position: int) -> int:
        return bisect_left(self._newlines, position) + 1


def _gaps(units: list[Unit], first: int, last: int) -> Iterator[tuple[int, int]]:
    """First and last lines of the gaps between units in lines `first` to `last`."""
    for unit in units:
        yield first, unit.start_line - 1
        first = max(first, unit.end_line + 1)
    yield first, last
