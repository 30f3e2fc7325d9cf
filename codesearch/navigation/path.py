"""The way from the root of a syntax tree to a leaf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_DEEPEST = 2_000
"""Nodes around a leaf that are looked at."""


@dataclass(frozen=True, slots=True)
class Step:
    """A node on the way from the root to a leaf, and its field in the node above."""

    node: Node
    field: str | None


def steps_to(tree: Tree, start: int) -> list[Step]:
    """The nodes from the root to the leaf at an offset."""
    cursor = tree.walk()
    steps = [Step(tree.root_node, None)]
    while len(steps) < _DEEPEST and cursor.goto_first_child_for_byte(start) is not None:
        node = cursor.node
        if node is None or node.start_byte > start:
            break
        steps.append(Step(node, cursor.field_name))
    return steps
