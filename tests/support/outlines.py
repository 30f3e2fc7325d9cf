"""The outline of a file, which the chunker extracts before it creates chunks."""

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
    result = syntax.outline(prepared, language, "a.file")
    if hasattr(hooks, "refine"):
        result.units[:] = hooks.refine(result.units, text.split("\n"))
    return result


def definitions(language_name: str, text: str) -> dict[str, tuple[str, int, int]]:
    """Kind, first line and last line of each unit, by qualified name."""
    top, _ = nest(outline(language_name, text).units, text.split("\n"), resolve(language_name))
    by_name: dict[str, tuple[str, int, int]] = {}
    pending: list[Node] = list(top)
    while pending:
        node = pending.pop()
        by_name[node.qualified_name] = (node.unit.kind, node.unit.start_line, node.unit.end_line)
        pending += node.children
    return by_name


def members(language_name: str, text: str) -> set[str]:
    """Names of all members of the file and of its units."""
    result = outline(language_name, text)
    groups = (result.members, *(unit.members for unit in result.units))
    return {member.name for group in groups for member in group}


def extents(language_name: str, text: str) -> dict[str, tuple[int, int]]:
    """First and last line of each member."""
    result = outline(language_name, text)
    groups = (result.members, *(unit.members for unit in result.units))
    return {member.name: (member.line, member.end_line or member.line) for group in groups for member in group}
