"""Units nested by their lines, each with its leading comments and qualified name."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Definition, Member, Unit
from codesearch.chunking.kinds import METHOD_OWNERS
from codesearch.languages.registry import Language

_DEEPEST = 50
"""Units in one another; much is done once for each that something lies in, and no sound code comes near."""
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
    separator: str
    """Joins its qualified name with its members'."""
    children: list[Node] = field(default_factory=list)
    beside: list[Definition] = field(default_factory=list)
    """What lies on its first or last line, but neither in it nor in another."""

    @property
    def definition(self) -> Definition:
        """What the unit defines."""
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
    """Nest units by their lines. Returns the outermost ones, and the namespaces, which stand apart and hold nothing.

    A unit is named after the one that holds it, which on one line may be another than the one that it is put into.
    """
    top: list[Node] = []
    namespaces: list[Node] = []
    open_nodes: list[tuple[Node, list[Node]]] = []
    around: list[Node] = []
    previous_end = 0
    for unit in sorted(units, key=lambda unit: (unit.start_line, -unit.end_line)):
        if unit.end_line > len(lines):  # a scanner may count the empty line behind the last newline
            unit = replace(unit, end_line=len(lines))
        while open_nodes and _is_over(open_nodes[-1][0].unit, unit):
            previous_end = max(previous_end, open_nodes.pop()[0].unit.end_line)
        owner = open_nodes[-1][0] if open_nodes else None
        siblings = open_nodes[-1][1] if open_nodes else top
        if owner and (unit.end_line > owner.unit.end_line or len(open_nodes) >= _DEEPEST):
            continue  # crosses its owner's end or lies too deep: broken code, whose lines are its owner's
        holder = _holder(around, unit)
        floor = max(previous_end, owner.unit.header_end if owner else 0)
        node = _node(unit, holder, floor, lines, unit.language or language)
        if not around or holder is around[-1]:
            around.append(node)
        is_namespace = unit.kind == "namespace"
        # what is all on one line is one chunk
        is_one_line = owner and owner.unit.kind != "namespace" and owner.unit.start_line == unit.end_line
        if owner and not is_one_line and _crosses(owner.unit, unit):
            owner.beside.append(node.definition)
            continue
        (namespaces if is_namespace else siblings).append(node)
        if not is_one_line:
            open_nodes.append((node, siblings if is_namespace else node.children))
        previous_end = max(previous_end, unit.header_end)
    return top, namespaces


def _node(unit: Unit, holder: Node | None, floor: int, lines: list[str], language: Language) -> Node:
    """The node of a unit in a language, whose comments begin below the line `floor`."""
    named = holder if holder and holder.unit.language is unit.language else None
    prefix = named.qualified_name[:_LONGEST_PREFIX] if named else ""
    separator = (unit.is_container and language.scope_separator) or language.separator
    qualified = separator.join(filter(None, (prefix, unit.qualifier, unit.name)))
    first = comments.first_line_of_comments(lines, unit.start_line, floor, language)
    above = lines[first - 1 : unit.start_line - 1]
    leading = comments.without_markers(above, language) if above else ""
    documentation = "\n".join(filter(None, (leading, unit.documentation)))
    if unit.members:
        unit = replace(unit, members=documented(unit.members, lines, language, unit.header_end))
    return Node(_as_method(unit, named), first, qualified, documentation, language.separator)


def documented(members: Iterable[Member], lines: list[str], language: Language, floor: int = 0) -> tuple[Member, ...]:
    """Members, in order of their lines, with the comments right above each."""
    found = []
    for member in members:
        own = member.language or language
        first = comments.first_line_of_comments(lines, member.line, floor, own)
        if first < member.line:
            text = comments.without_markers(lines[first - 1 : member.line - 1], own)
            member = replace(member, documentation=text)
        found.append(member)
        floor = max(floor, member.line, member.end_line)
    return tuple(found)


def _as_method(unit: Unit, owner: Node | None) -> Unit:
    """A function in a type is a method, and a method in none, of no named owner, is a function."""
    in_type = owner is not None and owner.unit.kind in METHOD_OWNERS
    if unit.kind == "function" and in_type:
        return replace(unit, kind="method")
    if unit.kind == "method" and owner is None and not unit.qualifier:
        return replace(unit, kind="function")
    return unit


def _is_over(earlier: Unit, unit: Unit) -> bool:
    """Whether `unit` lies after an earlier one; it may begin on its last line (`}, next: function () {`)."""
    return earlier.end_line < unit.start_line or earlier.end_line == unit.start_line < unit.end_line


def _holder(around: list[Node], unit: Unit) -> Node | None:
    """The innermost node that holds a unit. Those that are over before it are taken away."""
    while around and around[-1].unit.end <= unit.start:
        around.pop()
    return next((node for node in reversed(around) if node.unit.holds(unit)), None)


def _crosses(owner: Unit, unit: Unit) -> bool:
    """Whether a unit takes all of its owner's lines but is not in it, as in `typedef struct point { … } Point`."""
    return owner.start_line == unit.start_line and owner.end_line == unit.end_line and not owner.holds(unit)


def names(nodes: list[Node], with_members: bool = False) -> Iterator[str]:
    """Names of nodes and of all below them."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node.unit.name
        if with_members:
            yield from (member.name for member in node.unit.members)
            yield from (definition.name for definition in node.beside)
        waiting.extend(reversed(node.children))


def definitions(nodes: Sequence[Node]) -> list[Definition]:
    """What nodes define with all below them and their members, in order of the first line."""
    found: list[Definition] = []
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        found.append(node.definition)
        found += (member_definition(member, node) for member in node.unit.members)
        found += node.beside
        waiting.extend(reversed(node.children))
    return sorted(found, key=lambda definition: definition.start_line)


def member_definition(member: Member, owner: Node | None = None) -> Definition:
    """What a member of a node, or of the file, defines. An owner in another language does not qualify it."""
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
    """The members (in order of their lines) that begin on lines `first` … `last`."""
    return members[bisect_left(members, first, key=_line) : bisect_right(members, last, key=_line)]


def _line(member: Member) -> int:
    return member.line


def gaps(first: int, last: int, children: list[Node]) -> Iterator[tuple[int, int]]:
    """First and last lines of what lies between children in a span, in order."""
    for child in children:
        if first < child.first_line:
            yield first, child.first_line - 1
        first = max(first, child.unit.end_line + 1)
    if first <= last:
        yield first, last
