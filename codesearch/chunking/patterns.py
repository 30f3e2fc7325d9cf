"""The variables of a pattern: `const { a, b: [c = 1, ...d] } = e`, `val (f, Some(g: Int)) = h`, `(i : _, j) = k`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_VARIABLES = frozenset("identifier shorthand_property_identifier_pattern variable".split())
_REFERENCES = frozenset("attribute subscript stable_identifier".split())
_FIELDS_OF_REFERENCES = frozenset("constructor expression field interpolator key operator type".split())
_WITH_DEFAULT = frozenset("assignment_pattern object_assignment_pattern".split())


def variables(pattern: Node) -> Iterator[Node]:
    """The nodes of the variables, in order."""
    stack = [pattern]
    while stack:
        node = stack.pop()
        if node.type in _VARIABLES:
            yield node
        elif node.type not in _REFERENCES:
            stack += reversed(_parts(node))


def _parts(pattern: Node) -> list[Node]:
    """The nodes right in a pattern that are patterns too."""
    children = pattern.named_children
    if pattern.type in _WITH_DEFAULT:
        return children[:1]
    return [
        child
        for index, child in enumerate(children)
        if pattern.field_name_for_named_child(index) not in _FIELDS_OF_REFERENCES
    ]
