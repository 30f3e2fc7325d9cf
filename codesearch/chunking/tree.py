"""Nesting units by their lines, with leading comments and qualified names."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Definition, Member, Unit
from codesearch.chunking.kinds import METHOD_OWNERS
from codesearch.languages.registry import Language

_DEEPEST = 50
"""Maximum nesting of units. Work grows with depth, and valid code stays far below."""
_LONGEST_QUALIFIER = 300
"""Maximum characters of a qualifier; those of units nested thousands deep would fill memory."""


@dataclass(slots=True)
class Node:
    unit: Unit
    first_line: int
    """First line of the unit with its leading comments."""
    qualified_name: str
    documentation: str
    """Leading comments, then documentation inside the unit."""
    separator: str
    """Joins its qualified name and its members' names."""
    children: list[Node] = field(default_factory=list)
    adjacent: list[Definition] = field(default_factory=list)
    """Definitions on its first or last line that are not inside any unit."""

    @property
    def definition(self) -> Definition:
        """The unit as a definition."""
        unit = self.unit
        return Definition(
            unit.kind,
            unit.name,
            self.qualified_name or unit.name,
            unit.signature,
            self.documentation,
            self.first_line,
            unit.end_line,
        )


def nest(units: list[Unit], lines: list[str], language: Language) -> tuple[list[Node], list[Node]]:
    """Nest units by their lines. Returns the outermost nodes, and separately the namespaces, without children.

    A unit is qualified by the unit that encloses it by columns too, which may differ from its parent if several units
    share a line.
    """
    top: list[Node] = []
    namespaces: list[Node] = []
    open_nodes: list[tuple[Node, list[Node]]] = []
    enclosing: list[Node] = []
    previous_end = 0
    for unit in sorted(units, key=lambda unit: (unit.start_line, -unit.end_line)):
        if unit.end_line > len(lines):  # a scanner may count the empty line after the last newline
            unit = replace(unit, end_line=len(lines))
        while open_nodes and _precedes(open_nodes[-1][0].unit, unit):
            previous_end = max(previous_end, open_nodes.pop()[0].unit.end_line)
        owner = open_nodes[-1][0] if open_nodes else None
        siblings = open_nodes[-1][1] if open_nodes else top
        if owner and (unit.end_line > owner.unit.end_line or len(open_nodes) >= _DEEPEST):
            continue  # overlaps its owner's end or is too deep: broken code, left to the owner
        encloser = _innermost_enclosing(enclosing, unit)
        floor = max(previous_end, owner.unit.header_end if owner else 0)
        node = _node(unit, encloser, floor, lines, unit.language or language)
        if not enclosing or encloser is enclosing[-1]:
            enclosing.append(node)
        is_namespace = unit.kind == "namespace"
        # units on a single line stay in one chunk
        is_one_line = owner and owner.unit.kind != "namespace" and owner.unit.start_line == unit.end_line
        if owner and not is_one_line and _shares_lines_with(owner.unit, unit):
            owner.adjacent.append(node.definition)
            continue
        (namespaces if is_namespace else siblings).append(node)
        if not is_one_line:
            open_nodes.append((node, siblings if is_namespace else node.children))
        previous_end = max(previous_end, unit.header_end)
    return top, namespaces


def _node(unit: Unit, encloser: Node | None, floor: int, lines: list[str], language: Language) -> Node:
    """The node of a unit, with the comments above it that begin after line `floor`."""
    owner = encloser if encloser and encloser.unit.language is unit.language else None
    prefix = owner.qualified_name[:_LONGEST_QUALIFIER] if owner else ""
    separator = (unit.is_container and language.scope_separator) or language.separator
    qualified = separator.join(filter(None, (prefix, unit.qualifier, unit.name)))
    first = comments.first_line_of_comments(lines, unit.start_line, floor, language)
    comment_lines = lines[first - 1 : unit.start_line - 1]
    leading = comments.without_markers(comment_lines, language) if comment_lines else ""
    documentation = "\n".join(filter(None, (leading, unit.documentation)))
    if unit.members:
        unit = replace(unit, members=with_documentation(unit.members, lines, language, unit.header_end))
    return Node(_with_method_kind(unit, owner), first, qualified, documentation, language.separator)


def with_documentation(
    members: Iterable[Member], lines: list[str], language: Language, floor: int = 0
) -> tuple[Member, ...]:
    """Members (ordered by line) with the comments right above them as documentation."""
    result = []
    for member in members:
        member_language = member.language or language
        first = comments.first_line_of_comments(lines, member.line, floor, member_language)
        if first < member.line:
            text = comments.without_markers(lines[first - 1 : member.line - 1], member_language)
            member = replace(member, documentation=text)
        result.append(member)
        floor = max(floor, member.line, member.end_line)
    return tuple(result)


def _with_method_kind(unit: Unit, owner: Node | None) -> Unit:
    """The unit with its kind corrected: a function in a type is a method, a method without any owner is a function."""
    in_type = owner is not None and owner.unit.kind in METHOD_OWNERS
    if unit.kind == "function" and in_type:
        return replace(unit, kind="method")
    if unit.kind == "method" and owner is None and not unit.qualifier:
        return replace(unit, kind="function")
    return unit


def _precedes(earlier: Unit, unit: Unit) -> bool:
    """Whether `earlier` ends before `unit`, which may begin on the same line (`}, next: function () {`)."""
    return earlier.end_line < unit.start_line or earlier.end_line == unit.start_line < unit.end_line


def _innermost_enclosing(enclosing: list[Node], unit: Unit) -> Node | None:
    """The innermost node that contains a unit. Removes nodes that end before it from `enclosing`."""
    while enclosing and enclosing[-1].unit.end <= unit.start:
        enclosing.pop()
    return next((node for node in reversed(enclosing) if node.unit.contains(unit)), None)


def _shares_lines_with(owner: Unit, unit: Unit) -> bool:
    """Whether a unit spans its owner's lines without being inside it, as in `typedef struct point { … } Point`."""
    return owner.start_line == unit.start_line and owner.end_line == unit.end_line and not owner.contains(unit)


def names(nodes: list[Node], with_members: bool = False) -> Iterator[str]:
    """Names of nodes and their descendants, depth first."""
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node.unit.name
        if with_members:
            yield from (member.name for member in node.unit.members)
            yield from (definition.name for definition in node.adjacent)
        stack.extend(reversed(node.children))


def definitions(nodes: Sequence[Node]) -> list[Definition]:
    """Definitions of nodes, their descendants and members, ordered by first line."""
    result: list[Definition] = []
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        result.append(node.definition)
        result += (member_definition(member, node) for member in node.unit.members)
        result += node.adjacent
        stack.extend(reversed(node.children))
    return sorted(result, key=lambda definition: definition.start_line)


def member_definition(member: Member, owner: Node | None = None) -> Definition:
    """A member as a definition, qualified by its owner if that is in the same language."""
    qualified = member.name
    if owner and owner.qualified_name and owner.unit.language is member.language:
        qualified = f"{owner.qualified_name}{owner.separator}{member.name}"
    return Definition(
        member.kind,
        member.name,
        qualified,
        member.signature,
        member.documentation,
        member.line,
        max(member.line, member.end_line),
    )


def members_between(members: tuple[Member, ...], first: int, last: int) -> tuple[Member, ...]:
    """The members (ordered by line) that begin on lines `first` to `last`."""
    return members[bisect_left(members, first, key=_line) : bisect_right(members, last, key=_line)]


def _line(member: Member) -> int:
    return member.line


def gaps(first: int, last: int, children: list[Node]) -> Iterator[tuple[int, int]]:
    """First and last lines of the gaps between children in lines `first` to `last`, in order."""
    for child in children:
        if first < child.first_line:
            yield first, child.first_line - 1
        first = max(first, child.unit.end_line + 1)
    if first <= last:
        yield first, last
