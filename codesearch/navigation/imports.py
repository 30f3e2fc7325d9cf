"""Imports: the statement that imports a name, what it is imported from, and modules that a file imports by a name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from codesearch.navigation import node_types

if TYPE_CHECKING:
    from tree_sitter import Node

    from codesearch.navigation.path import Step

_LONGEST_REQUIRE = 200
"""Bytes of a declaration in which a call of `require` is looked for."""
_REQUIRE = re.compile(r"=\s*(?:await\s+)?(?:require|import|@import)\s*\(?\s*[\"'](?P<module>[^\"']+)")
_FROM = re.compile(r"\bfrom\s+(?P<module>[.\w]+)\s+import\b|[\"'](?P<quoted>[^\"']+)[\"']")
_CLOSED_GROUP = re.compile(r"\{[^{}]*\}|\([^()]*\)")
_OPEN_GROUP = re.compile(r"[{(]")
_ONLY = re.compile(r",\s*only\s*:.*", re.DOTALL | re.IGNORECASE)
"""What Fortran writes between a module and the names that are used of it."""
_JOINTS = re.compile(r"::|\\|/|->")
_IMPORT_WORDS = re.compile(
    r"\b(?:import|use|using|pub(?:\([^)]*\))?|static|open|alias|require|extern crate|mod|function|const)\b"
)
_DECLARATIONS = frozenset("variable_declarator variable_declaration assignment_statement".split())
_IMPORTING_CALLS = frozenset((b"alias", b"import", b"use", b"require"))
"""Elixir's, which are calls in its grammar."""
_ECMASCRIPT_IMPORTS = (
    r"^\s*import\s+(?:type\s+)?(?:\*\s+as\s+)?{name}\b[^\n;]*?\sfrom\s+[\"']([^\"'\n]+)",
    r"\b{name}\s*=\s*require\(\s*[\"']([^\"'\n]+)",
)
_MODULE_IMPORTS: Mapping[str, Sequence[str]] = {
    "Python": (
        r"^\s*import\s+([\w.]+)\s+as\s+{name}\b",
        r"^\s*from\s+([\w.]+)\s+import\s[^#\n]*?(\w+)\s+as\s+{name}\b",
        r"^\s*from\s+([\w.]+)\s+import\s+(?:[\w ,]*,\s*)?({name})\b(?!\s+as\b)",
    ),
    **dict.fromkeys(("JavaScript", "TypeScript", "Vue", "Svelte", "Astro"), _ECMASCRIPT_IMPORTS),
    "Go": (
        r"^import\s[^)]*?\b{name}\s+\"([^\"\n]+)\"",
        r"^import\s[^)]*?\"((?:[^\"\n]*/)?{name})\"",
    ),
    "Haskell": (r"^import\s+(?:qualified\s+)?([\w.]+)\s[^\n]*?\bas\s+{name}\b",),
    "Zig": (r"\bconst\s+{name}\s*=\s*@import\(\"([^\"\n]+)\"",),
    "Rust": (r"^\s*(?:pub\s+)?use\s+([\w:]+)\s+as\s+{name}\b",),
}
"""How a module is imported by a name, by language."""


def import_statement(steps: Sequence[Step], source: bytes) -> Node | None:
    """The statement that imports the name at the end of the steps; None if it is not imported."""
    for at in range(len(steps) - 2, 0, -1):
        node = steps[at].node
        if node_types.IMPORT.search(node.type):
            while at > 1 and node_types.IMPORT_PART.search(steps[at].node.type):
                at -= 1
            is_own = steps[at].node.type == "export_statement" and not steps[at].node.child_by_field_name("source")
            return None if is_own else steps[at].node
        if node.type in _DECLARATIONS and steps[at + 1].field != "value":
            text = source[node.start_byte : min(node.end_byte, node.start_byte + _LONGEST_REQUIRE)]
            if _REQUIRE.search(text.decode("utf-8", "replace")):
                return node
        if node_types.NO_IMPORT.search(node.type):
            return None
        if node.type == "call":
            target = node.child_by_field_name("target")
            if target is not None and source[target.start_byte : target.end_byte] in _IMPORTING_CALLS:
                return node
    return None


def is_other_alias(steps: Sequence[Step], source: bytes, name: bytes) -> bool:
    """Whether the name is given to something of another name by an import."""
    if steps[-1].field not in node_types.ALIAS_FIELDS:
        return False
    imported = steps[-2].node.child_by_field_name("name") or steps[-2].node.child_by_field_name("path")
    return imported is None or source[imported.start_byte : imported.end_byte] != name


def module_of(source: bytes, statement: Node, start: int) -> str:
    """What a name is imported from: a quoted path, that after `from`, or else the path before the name."""
    text = source[statement.start_byte : statement.end_byte].decode("utf-8", "replace")
    if match := _FROM.search(text):
        return str(next(group for group in match.groups() if group))
    head = source[statement.start_byte : start].decode("utf-8", "replace")
    while (shorter := _CLOSED_GROUP.sub("", head)) != head:
        head = shorter
    head = _ONLY.sub("", head)
    path = "".join(part.rpartition(",")[2] for part in _OPEN_GROUP.split(head))
    return _JOINTS.sub(".", "".join(_IMPORT_WORDS.sub("", path).split())).strip(".:(")


@lru_cache
def modules_named(name: str, language: str, text: str) -> tuple[str, ...]:
    """The modules that a file imports by a name or an alias."""
    if not name.isidentifier() or name not in text:
        return ()
    return tuple(
        ".".join(group for group in match.groups() if group)
        for pattern in _MODULE_IMPORTS.get(language, ())
        for match in re.finditer(pattern.format(name=re.escape(name)), text, re.MULTILINE)
    )


@lru_cache
def imports_all_of(enumeration: str, text: str) -> bool:
    """Whether a file of Rust imports all that an enumeration defines: `use Size::*`."""
    return re.search(rf"\b{re.escape(enumeration)}::\*", text) is not None
