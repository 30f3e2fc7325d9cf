"""What a file defines, as the chunker finds it before it makes chunks."""

from __future__ import annotations

import importlib
from typing import Any

from codesearch.chunking import syntax
from codesearch.chunking.tree import Node, nest
from codesearch.languages.registry import resolve


def outline(language_name: str, text: str) -> syntax.Outline:
    """The outline of a text, prepared and refined by its language's hooks."""
    language = resolve(language_name)
    hooks: Any = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}")
    prepared = hooks.prepare(text)
    assert prepared.count("\n") == text.count("\n")
    found = syntax.outline(prepared, language, "a.file")
    if hasattr(hooks, "refine"):
        found.units[:] = hooks.refine(found.units, text.split("\n"))
    return found


def definitions(language_name: str, text: str) -> dict[str, tuple[str, int, int]]:
    """Kind, first and last line of each unit by its qualified name."""
    top, _ = nest(outline(language_name, text).units, text.split("\n"), resolve(language_name))
    found: dict[str, tuple[str, int, int]] = {}
    waiting: list[Node] = list(top)
    while waiting:
        node = waiting.pop()
        found[node.qualified_name] = (node.unit.kind, node.unit.start_line, node.unit.end_line)
        waiting += node.children
    return found


def members(language_name: str, text: str) -> set[str]:
    """Names of all members, whatever holds them."""
    found = outline(language_name, text)
    return {member.name for held in (found.members, *(unit.members for unit in found.units)) for member in held}
