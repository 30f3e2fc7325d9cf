"""Units nested by their lines, each with its leading comments and qualified name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Unit
from codesearch.languages.registry import Language

_TYPES = frozenset("class struct union interface enum trait impl object protocol extension record".split())
"""Kinds whose functions are methods."""

_LONGEST_PREFIX = 300
"""Characters of a qualified name before the name; names of units nested thousands deep would fill the memory."""


@dataclass(slots=True)
class Node:
    unit: Unit
    first_line: int
    """Of the unit with its leading comments."""
    qualified_name: str
    documentation: str
    """Leading comments, then what the unit documents inside."""
    children: list[Node] = field(default_factory=list)


def nest(units: list[Unit], lines: list[str], language: Language) -> tuple[list[Node], list[str]]:
    """Nest units by their lines. Returns the outermost ones and the names of namespaces, which are no nodes."""
    top: list[Node] = []
    namespaces: list[str] = []
    open_nodes: list[tuple[Node, list[Node]]] = []
    previous_end = 0
    for unit in sorted(units, key=lambda unit: (unit.start_line, -unit.end_line)):
        if unit.end_line > len(lines):  # a scanner may count the empty line behind the last newline
            unit = replace(unit, end_line=len(lines))
        while open_nodes and _is_over(open_nodes[-1][0].unit, unit):
            previous_end = max(previous_end, open_nodes.pop()[0].unit.end_line)
        owner = open_nodes[-1][0] if open_nodes else None
        siblings = open_nodes[-1][1] if open_nodes else top
        if owner and unit.end_line > owner.unit.end_line:
            continue  # crosses its owner's end: an artefact of broken code, whose lines are its owner's
        own = unit.language or language
        named = owner if owner and owner.unit.language is unit.language else None
        prefix = named.qualified_name[:_LONGEST_PREFIX] if named else ""
        qualified = own.separator.join(filter(None, (prefix, unit.qualifier, unit.name)))
        floor = max(previous_end, owner.unit.header_end if owner else 0)
        first = comments.first_line_of_comments(lines, unit.start_line, floor, own)
        above = lines[first - 1 : unit.start_line - 1]
        leading = comments.without_markers(above, own) if above else ""
        documentation = "\n".join(filter(None, (leading, unit.documentation)))
        node = Node(_as_method(unit, named), first, qualified, documentation)
        if owner and owner.unit.start_line == unit.end_line:
            owner.children.append(node)  # all on one line: which holds which can't be told
        elif unit.kind == "namespace":
            namespaces.append(unit.name)
            open_nodes.append((node, siblings))
        else:
            siblings.append(node)
            open_nodes.append((node, node.children))
        previous_end = max(previous_end, unit.header_end)
    return top, namespaces


def _as_method(unit: Unit, owner: Node | None) -> Unit:
    """A function in a type is a method, and a method in none, of no named owner, is a function."""
    in_type = owner is not None and owner.unit.kind in _TYPES
    if unit.kind == "function" and in_type:
        return replace(unit, kind="method")
    if unit.kind == "method" and owner is None and not unit.qualifier:
        return replace(unit, kind="function")
    return unit


def _is_over(earlier: Unit, unit: Unit) -> bool:
    """Whether `unit` lies after an earlier one; it may begin on its last line (`}, next: function () {`)."""
    return earlier.end_line < unit.start_line or earlier.end_line == unit.start_line < unit.end_line


def names(nodes: list[Node], with_members: bool = False) -> Iterator[str]:
    """Names of nodes and of all below them."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node.unit.name
        if with_members:
            yield from (name for _, name in node.unit.members)
        waiting.extend(reversed(node.children))


def members_between(members: tuple[tuple[int, str], ...], first: int, last: int) -> list[str]:
    """Names of the members (in order of their lines) on lines `first` … `last`."""
    return [name for _, name in members[bisect_left(members, (first,)) : bisect_left(members, (last + 1,))]]


def gaps(first: int, last: int, children: list[Node]) -> Iterator[tuple[int, int]]:
    """First and last lines of what lies between children in a span, in order."""
    for child in children:
        if first < child.first_line:
            yield first, child.first_line - 1
        first = max(first, child.unit.end_line + 1)
    if first <= last:
        yield first, last
