"""Assigning documentation, members and scopes to the units they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from codesearch.chunking.chunk import Member, Unit

_TYPE_MEMBERS = frozenset(("field", "property", "enumerator"))
"""Kinds of members that belong to the type even if declared in a constructor (`constructor(private name: string)`)."""
_ROUTINES = frozenset(("function", "method", "constructor"))


@dataclass(frozen=True, slots=True, order=True)
class Doc:
    """Documentation inside a unit and its position."""

    line: int
    column: int
    text: str

    @property
    def position(self) -> tuple[int, int]:
        return self.line, self.column


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """A name that qualifies the units after its line."""

    line: int
    name: str


_Item = TypeVar("_Item", Doc, Member)


def assign_docs(units: list[Unit], docs: list[Doc]) -> str:
    """Assign each doc to its innermost enclosing unit, in place. Returns the file's: the first outside all units."""
    documentation = ""
    for enclosing, doc in _with_enclosing(units, docs):
        if not enclosing:
            documentation = documentation or doc.text
        elif not units[enclosing[-1]].documentation:
            units[enclosing[-1]] = replace(units[enclosing[-1]], documentation=doc.text)
    return documentation


def assign_members(units: list[Unit], members: list[Member]) -> tuple[Member, ...]:
    """Add each member to its innermost enclosing unit that can own it, in place, unless it is itself a unit.

    `units` are ordered by first line. Returns the members outside all units.
    """
    are_units = {(line, unit.name) for unit in units for line in (unit.start_line, unit.end_line)} if members else set()
    members = [member for member in members if (member.line, member.name) not in are_units]
    owned: dict[int | None, list[Member]] = {}
    for enclosing, member in _with_enclosing(units, members):
        if enclosing and _is_unit_itself(member, units[enclosing[-1]]):
            continue
        owner = next((index for index in reversed(enclosing) if _can_own(units[index], member)), None)
        owned.setdefault(owner, []).append(member)
    outside = owned.pop(None, [])
    for index, additions in owned.items():
        if index is not None:
            units[index] = replace(units[index], members=tuple(sorted((*units[index].members, *additions))))
    return tuple(outside)


def _can_own(unit: Unit, member: Member) -> bool:
    """Whether a unit can own a member.

    A nameless namespace (Ruby's `class << self`) can't: its members belong to the enclosing unit. Nor does a type own
    another one (`typedef int (*handler)(void), other;`), or a routine a field.
    """
    is_nameless = unit.kind == "namespace" and not unit.name
    if member.kind == unit.kind == "type":
        return False
    return not is_nameless and not (member.kind in _TYPE_MEMBERS and unit.kind in _ROUTINES)


def _is_unit_itself(member: Member, unit: Unit) -> bool:
    """Whether a member is the enclosing unit itself: a constant whose value is a function."""
    return member.name == unit.name and member.line <= unit.header_end


def _with_enclosing(units: list[Unit], items: list[_Item]) -> Iterator[tuple[list[int], _Item]]:
    """Each item with the indexes of its enclosing units, outermost first."""
    enclosing: list[int] = []
    upcoming = 0
    for item in sorted(items, key=lambda item: item.position):
        while upcoming < len(units) and units[upcoming].start <= item.position:
            _pop_ended(enclosing, units, units[upcoming].start)
            if not enclosing or units[enclosing[-1]].contains(units[upcoming]):
                enclosing.append(upcoming)
            upcoming += 1
        _pop_ended(enclosing, units, item.position)
        yield enclosing, item


def _pop_ended(enclosing: list[int], units: list[Unit], position: tuple[int, int]) -> None:
    while enclosing and units[enclosing[-1]].end <= position:
        enclosing.pop()


def apply_scopes(units: list[Unit], scopes: list[Scope], separator: str) -> list[Unit]:
    """Qualify the outermost units that follow a scope with its name."""
    if not scopes:
        return units
    scopes = sorted(scopes)
    qualified: list[Unit] = []
    last_line = scope_index = 0
    scope = ""
    for unit in units:
        while scope_index < len(scopes) and scopes[scope_index].line <= unit.start_line:
            scope = scopes[scope_index].name
            scope_index += 1
        if unit.start_line > last_line and scope:
            unit = replace(unit, qualifier=separator.join(filter(None, (scope, unit.qualifier))))
        last_line = max(last_line, unit.end_line)
        qualified.append(unit)
    return qualified
