"""Whether a name is that of a new variable, and where that variable is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from codesearch.navigation import node_types
from codesearch.navigation.occurrence import Form

if TYPE_CHECKING:
    from tree_sitter import Node

    from codesearch.languages.registry import Language
    from codesearch.navigation.path import Step

_FUNCTION_SCOPED = frozenset(("Python",))
"""Languages whose blocks have no variables of their own."""


def bound(steps: Sequence[Step], language: Language) -> tuple[Form, tuple[int, int] | None]:
    """Whether a name is that of a new variable, and where that is known."""
    for at in range(len(steps) - 1, 0, -1):
        step, parent = steps[at], steps[at - 1].node
        if step.field in node_types.VALUE_FIELDS:
            return Form.BARE, None
        if node_types.BINDER.search(parent.type):
            is_bound = step.field in node_types.BOUND_FIELDS or (step.field is None and _is_first_bound(step, parent))
            if is_bound and _is_statement(parent):
                return Form.BARE, None
            if is_bound:
                form, hides = _scope(steps[:at], language)
                is_other = hides is not None and language.name == "FORTRAN" and _is_external(steps, hides)
                return (Form.BARE, None) if is_other else (form, hides)
        if not node_types.PATTERN.search(parent.type):
            return Form.BARE, None
    return Form.BARE, None


def _is_statement(declaration: Node) -> bool:
    """Whether what the grammar takes for a declaration is a statement after a macro that it does not know."""
    of = declaration.child_by_field_name("type") if declaration.type == "declaration" else None
    return of is not None and of.text in node_types.KEYWORDS


def _is_external(steps: Sequence[Step], known: tuple[int, int]) -> bool:
    """Whether what Fortran declares is a function from elsewhere: `real, external :: name`."""
    source, name = steps[0].node.text or b"", steps[-1].node.text or b""
    return bool(re.search(rb"(?i)\bexternal\b[^\n]*\b%b\b" % re.escape(name), source[known[0] : known[1]]))


def _is_first_bound(step: Step, parent: Node) -> bool:
    """Whether a node without a field, such as the first one in its parent, is bound there."""
    if node_types.TYPE.search(step.node.type) and "type_parameter" not in parent.type:
        return False
    if any(child.type == "payload" for child in parent.named_children):
        return False  # Zig's `for (items) |item|`
    return parent.type.endswith(("parameters", "patterns", "payload")) or parent.named_child(0) == step.node


def _scope(around: Sequence[Step], language: Language) -> tuple[Form, tuple[int, int] | None]:
    """Where a variable is known that is bound within these nodes."""
    prototype: Node | None = None
    for at, step in reversed([*enumerate(around)]):
        node = step.node
        if node.type == node_types.TEMPLATE_PARAMETERS and at:
            return Form.LOCAL, _range(around[at - 1].node)
        if node_types.PROTOTYPE.search(node.type):
            prototype = prototype or node
        elif node_types.TYPE_SCOPE.search(node.type):
            return (Form.LOCAL, _range(prototype)) if prototype else (Form.KEY, None)
        elif node_types.FUNCTION_SCOPE.search(node.type) or (
            language.name not in _FUNCTION_SCOPED and node_types.BLOCK_SCOPE.search(node.type)
        ):
            return Form.LOCAL, _range(node)
    if prototype:
        return Form.LOCAL, _range(prototype)
    return Form.BARE, None


def _range(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte
