"""Which units hold what else was found in a text: documentation, members, and the scopes that qualify units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from codesearch.chunking.chunk import Member, Unit

_OF_TYPES = frozenset(("field", "property", "enumerator"))
"""Kinds of members that a type has, though they stand in its constructor (`constructor(private name: string)`)."""
_ROUTINES = frozenset(("function", "method", "constructor"))


@dataclass(frozen=True, slots=True, order=True)
class Doc:
    """Documentation, and where it begins."""

    line: int
    column: int
    text: str

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.column


_Find = TypeVar("_Find", Doc, Member)


def give_docs(units: list[Unit], docs: list[Doc]) -> str:
    """Give each documentation to the innermost unit around it. The first one outside all is the file's."""
    documentation = ""
    for around, doc in _around(units, docs):
        if not around:
            documentation = documentation or doc.text
        elif not units[around[-1]].documentation:
            units[around[-1]] = replace(units[around[-1]], documentation=doc.text)
    return documentation


def give_members(units: list[Unit], members: list[Member]) -> tuple[Member, ...]:
    """Give each member that is no unit itself to the innermost unit (of units in order of their first line) around it
    that can have it, beside those that it has. Returns those outside all."""
    are_units = {(line, unit.name) for unit in units for line in (unit.start_line, unit.end_line)} if members else set()
    members = [member for member in members if (member.line, member.name) not in are_units]
    owned: dict[int | None, list[Member]] = {}
    for around, member in _around(units, members):
        if around and _is_unit_itself(member, units[around[-1]]):
            continue
        owner = next((index for index in reversed(around) if _can_have(units[index], member)), None)
        owned.setdefault(owner, []).append(member)
    outside = owned.pop(None, [])
    for index, found in owned.items():
        if index is not None:
            units[index] = replace(units[index], members=tuple(sorted((*units[index].members, *found))))
    return tuple(outside)


def _can_have(unit: Unit, member: Member) -> bool:
    """Not a nameless namespace (Ruby's `class << self`): what lies in it is of the unit around it.

    Nor one type another (`typedef int (*handler)(void), other;`).
    """
    is_nameless = unit.kind == "namespace" and not unit.name
    if member.kind == unit.kind == "type":
        return False
    return not is_nameless and not (member.kind in _OF_TYPES and unit.kind in _ROUTINES)


def _is_unit_itself(member: Member, unit: Unit) -> bool:
    """Whether a member is what the unit around it defines: a constant whose value is a function."""
    return member.name == unit.name and member.line <= unit.header_end


def _around(units: list[Unit], finds: list[_Find]) -> Iterator[tuple[list[int], _Find]]:
    """Each find with the indexes of the units around its place, outermost first."""
    around: list[int] = []
    upcoming = 0
    for find in sorted(finds, key=lambda find: find.place):
        while upcoming < len(units) and units[upcoming].start <= find.place:
            _leave(around, units, units[upcoming].start)
            if not around or units[around[-1]].holds(units[upcoming]):
                around.append(upcoming)
            upcoming += 1
        _leave(around, units, find.place)
        yield around, find


def _leave(around: list[int], units: list[Unit], place: tuple[int, int]) -> None:
    while around and units[around[-1]].end <= place:
        around.pop()


def with_scopes(units: list[Unit], scopes: list[tuple[int, str]], separator: str) -> list[Unit]:
    """Qualify the outermost units after each scope by its name."""
    if not scopes:
        return units
    scopes.sort()
    qualified: list[Unit] = []
    last_line = scope_index = 0
    scope = ""
    for unit in units:
        while scope_index < len(scopes) and scopes[scope_index][0] <= unit.start_line:
            scope = scopes[scope_index][1]
            scope_index += 1
        if unit.start_line > last_line and scope:
            unit = replace(unit, qualifier=separator.join(filter(None, (scope, unit.qualifier))))
        last_line = max(last_line, unit.end_line)
        qualified.append(unit)
    return qualified
