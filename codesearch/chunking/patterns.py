"""The variables of a pattern: `const { a, b: [c = 1, ...d] } = e`, `val (f, Some(g: Int)) = h`, `(i : _, j) = k`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_VARIABLES = frozenset("identifier shorthand_property_identifier_pattern variable".split())
_REFERENCES = frozenset("attribute subscript stable_identifier".split())
_FIELDS_OF_REFERENCES = frozenset("interpolator operator type".split())
_WITH_DEFAULT = frozenset("assignment_pattern object_assignment_pattern".split())
_WITH_KEY = frozenset("pair_pattern field_pattern named_pattern view_pattern".split())


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
    children = [child for child in pattern.named_children if not child.is_extra]
    if pattern.type in _WITH_DEFAULT:
        return children[:1]
    if pattern.type in _WITH_KEY:
        return children[-1:]
    references = {node.id for name in _FIELDS_OF_REFERENCES for node in pattern.children_by_field_name(name)}
    return [child for child in children if child.id not in references]
