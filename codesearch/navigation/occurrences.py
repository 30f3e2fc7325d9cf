"""Where a text contains a name as code, and what the syntax around it says: a call, an import, a local variable."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from codesearch.chunking import syntax
from codesearch.navigation import node_types

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from codesearch.languages.registry import Language

_DEEPEST = 2_000
"""Nodes around a name that are looked at."""
_FUNCTION_SCOPED = frozenset(("Python",))
"""Languages whose blocks have no variables of their own."""
_NOTEBOOK = "Jupyter Notebook"
_PROSE = frozenset(("Markdown", "Text", "TeX", "HTML"))
_SIGILS = "@$%&:"
_RECEIVER = re.compile(r"(?P<last>[\w$@]+|[)\]}>\"'])?\s*(?P<joint>\?\.|!\.|&\.|!!\.|\.|::|->|\\)\s*\Z")
_LUA_RECEIVER = re.compile(r"(?P<last>\w+|[)\]])(?P<joint>[.:])\Z")
_RANGE = re.compile(r"\.\.[.=<]?\s*\Z")
_LOOKED_BACK = 200
"""Characters before a name in which its receiver ends."""
_REQUIRE = re.compile(r"=\s*(?:await\s+)?(?:require|import|@import)\s*\(?\s*[\"'](?P<module>[^\"']+)")
_FROM = re.compile(r"\bfrom\s+(?P<module>[.\w]+)\s+import\b|[\"'](?P<quoted>[^\"']+)[\"']")
_CLOSED_GROUP = re.compile(r"\{[^{}]*\}")
_JOINTS = re.compile(r"::|\\|/|->")
_IMPORT_WORDS = re.compile(
    r"\b(?:import|use|using|pub(?:\([^)]*\))?|static|open|alias|require|extern crate|mod|function|const)\b"
)
_JOINT_LANGUAGES = {"->": frozenset(("C", "C++", "PHP", "Perl")), "\\": frozenset(("PHP",))}
_PATTERN_MATCHING = frozenset("Rust Scala Haskell Elixir Swift".split())
"""Languages in which a capitalised name in a pattern is no variable."""
_DECLARATIONS = frozenset("variable_declarator variable_declaration assignment_statement".split())
_IMPORTING_CALLS = frozenset((b"alias", b"import", b"use", b"require"))
"""Elixir's, which are calls in its grammar."""
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_CODE_LIKE = re.compile(r"\w_\w|[a-z]\w*[A-Z]")


class Kind(StrEnum):
    """What a reference does with a name."""

    DEFINITION = "definition"
    CALL = "call"
    IMPORT = "import"
    MENTION = "mention"


class Form(StrEnum):
    """How a name is written."""

    BARE = "bare"
    MEMBER = "member"
    """After an object, a type or a module."""
    KEY = "key"
    """The name of a field or an argument, where it is set."""
    LOCAL = "local"
    """A variable or parameter of a function, or where it is used."""
    RAW = "raw"
    """In code or text that is not parsed."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in a text. Lines and columns (of characters) count from 1."""

    line: int
    column: int
    text: str
    """The line."""
    kind: Kind
    form: Form = Form.BARE
    receiver: str = ""
    """What is before the dot of a member: its last name, or a closing bracket; empty if there is nothing."""
    module: str = ""
    """What it is imported from."""
    names: bool = False
    """Whether it gives its name to something."""
    declares: bool = False
    """Whether it is the name of a function in its declaration or definition."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A node on the way from the root to a leaf, and its field in the node above."""

    node: Node
    field: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """An occurrence with its offset, and the range of bytes in which it hides others of its name."""

    occurrence: Occurrence
    start: int
    hides: tuple[int, int] | None = None


def pattern_of(name: str) -> re.Pattern[str]:
    """Matches a name that is not part of a longer one."""
    return re.compile(
        rf"(?<![\w]){re.escape(name)}(?![\w])" if name[-1:].isalnum() or name[-1:] == "_" else re.escape(name)
    )


def find_occurrences(path: str, text: str, language: Language, name: str) -> tuple[Occurrence, ...]:
    """The occurrences of a name in the code of a text, in order; none in comments and strings.

    Without a grammar they are found by words, and all are mentions.
    """
    if language.name == _NOTEBOOK:
        return tuple(_in_notebook(path, text, name))
    hooks: Any = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}") if language.hooks else None
    found: list[Occurrence] = []
    if language.grammar and language.name not in _PROSE:
        try:
            found += _parsed(path, hooks.prepare(text) if hasattr(hooks, "prepare") else text, language, name)
        except syntax.Unparsable:
            return find_words(text, language, name)
    elif not hasattr(hooks, "embedded"):
        return find_words(text, language, name)
    if hasattr(hooks, "embedded"):
        for region in hooks.embedded(text):
            inside = find_occurrences(path + region.ending, region.text, region.language, name)
            found += (replace(one, line=one.line + region.first_line - 1) for one in inside)
    return tuple(_in_original(found, text.split("\n"), name))


def find_words(text: str, language: Language, name: str) -> tuple[Occurrence, ...]:
    """The occurrences of a name in a text without syntax, outside what looks like comments and strings.

    In prose, a word counts if it looks like code.
    """
    pattern, found = pattern_of(name), []
    for number, line in enumerate(text.split("\n"), 1):
        if name not in line or (
            language.name not in _PROSE and line.lstrip().startswith(language.line_comments or "\0")
        ):
            continue
        code = line if language.name in _PROSE else _STRING.sub(lambda match: " " * len(match[0]), line)
        for match in pattern.finditer(code):
            around = code[max(match.start() - 2, 0) : match.start()][-2:] + code[match.end() : match.end() + 1]
            if language.name not in _PROSE or _CODE_LIKE.search(name) or set("`(.:#") & set(around):
                found.append(Occurrence(number, match.start() + 1, line, Kind.MENTION, Form.RAW))
    return tuple(found)


def _in_notebook(path: str, text: str, name: str) -> Iterator[Occurrence]:
    from codesearch.chunking import notebook

    try:
        cells = notebook.read(text)
    except syntax.Unparsable:
        return
    for region in cells.regions:
        for one in find_occurrences(path + region.ending, region.text, region.language, name):
            yield replace(one, line=cells.numbers[region.first_line - 1 + one.line - 1])


def _in_original(found: Sequence[Occurrence], lines: Sequence[str], name: str) -> Iterator[Occurrence]:
    """The occurrences with the lines and columns of the text before it was prepared for a grammar."""
    for one in found:
        line = lines[one.line - 1] if one.line <= len(lines) else ""
        column = one.column - 1
        if not line.startswith(name, column):
            column = line.find(name)
        if column >= 0:
            yield replace(one, text=line, column=column + 1)


def _parsed(path: str, text: str, language: Language, name: str) -> list[Occurrence]:
    """The occurrences in a text with a grammar. Raises `Unparsable`."""
    parsed = syntax.parse(text, language, path)
    encoded = name.encode("utf-8", "surrogatepass")
    found = [
        one
        for match in _byte_pattern(name).finditer(parsed.source)
        if (one := _at(parsed.tree, parsed.source, match.start(), encoded, language))
    ]
    hidden = [one.hides for one in found if one.hides]
    return [_local_if_hidden(one, hidden).occurrence for one in found]


@cache
def _byte_pattern(name: str) -> re.Pattern[bytes]:
    encoded = re.escape(name.encode("utf-8", "surrogatepass"))
    before = rb"(?<![A-Za-z0-9_\x80-\xff])" if name[:1].isalnum() or name[:1] == "_" else b""
    after = rb"(?![A-Za-z0-9_\x80-\xff])" if name[-1:].isalnum() or name[-1:] == "_" else b""
    return re.compile(before + encoded + after)


def _local_if_hidden(found: _Found, hidden: Sequence[tuple[int, int]]) -> _Found:
    one = found.occurrence
    if one.form is Form.BARE and one.kind is not Kind.IMPORT and any(a <= found.start < b for a, b in hidden):
        return replace(found, occurrence=replace(one, form=Form.LOCAL))
    return found


def _at(tree: Tree, source: bytes, start: int, name: bytes, language: Language) -> _Found | None:
    """The occurrence at an offset; None if that is in a comment, in a string or in a longer name."""
    steps = _steps(tree, start)
    leaf = steps[-1].node
    kind, form, receiver, module, hides, names, declares = Kind.MENTION, Form.BARE, "", "", None, False, False
    if leaf.type in node_types.RAW_CODE:
        form = Form.RAW
    elif not _is_name(leaf, source, name) or node_types.LITERAL.search(leaf.type):
        return None
    else:
        before = source[max(start - _LOOKED_BACK, 0) : start].decode("utf-8", "replace")
        importing = _import_statement(steps, source)
        if importing is not None:
            kind, module = Kind.IMPORT, _module(source, importing, start)
            if _is_other_alias(steps, source, name):
                kind, form, hides = Kind.MENTION, Form.LOCAL, (0, len(source))
        else:
            kind = Kind.CALL if _is_callee(steps) else Kind.MENTION
            names = kind is Kind.MENTION and _is_named(steps)
            declares = names and steps[-1].field == "name" and bool(node_types.DECLARATION.search(steps[-2].node.type))
            joined = _receiver(before, language)
            if _is_key(steps):
                form = Form.KEY
            elif source.startswith(b"@", leaf.start_byte) and language.name == "Ruby":
                form, receiver = Form.MEMBER, "self"
            elif language.name == "PHP" and steps[-2].node.type == "variable_name" and joined is None:
                form = Form.LOCAL
            elif joined is not None:
                form, receiver = Form.MEMBER, joined
            elif kind is Kind.MENTION and not (language.name in _PATTERN_MATCHING and name[:1].isupper()):
                form, hides = _bound(steps, language)
    row, column = leaf.start_point
    begin = source.rfind(b"\n", 0, start) + 1
    end = source.find(b"\n", start)
    line = source[begin:end].decode("utf-8", "replace")
    column = len(source[begin:start].decode("utf-8", "replace")) + 1
    row += source.count(b"\n", leaf.start_byte, start)
    occurrence = Occurrence(row + 1, column, line, kind, form, receiver, module, names, declares)
    return _Found(occurrence, start, hides)


def _steps(tree: Tree, start: int) -> list[_Step]:
    """The nodes from the root to the leaf at an offset."""
    cursor = tree.walk()
    steps = [_Step(tree.root_node, None)]
    while len(steps) < _DEEPEST and cursor.goto_first_child_for_byte(start) is not None:
        node = cursor.node
        if node is None or node.start_byte > start:
            break
        steps.append(_Step(node, cursor.field_name))
    return steps


def _is_name(leaf: Node, source: bytes, name: bytes) -> bool:
    """Whether a leaf is the name, with or without a sigil or what qualifies it."""
    if leaf.child_count or not leaf.is_named:
        return False
    text = source[leaf.start_byte : leaf.end_byte]
    if text == name:
        return True
    text = text.strip().lstrip(_SIGILS.encode()).rstrip(b":")
    return text == name or text.endswith((b"::" + name, b"\\" + name, b"." + name))


def _import_statement(steps: Sequence[_Step], source: bytes) -> Node | None:
    """The statement that imports the name at the end of the steps; None if it is not imported."""
    for at in range(len(steps) - 2, 0, -1):
        node = steps[at].node
        if node_types.IMPORT.search(node.type):
            while at > 1 and node_types.IMPORT_PART.search(steps[at].node.type):
                at -= 1
            is_own = steps[at].node.type == "export_statement" and not steps[at].node.child_by_field_name("source")
            return None if is_own else steps[at].node
        if node.type in _DECLARATIONS and steps[at + 1].field != "value":
            text = source[node.start_byte : min(node.end_byte, node.start_byte + _LOOKED_BACK)]
            if _REQUIRE.search(text.decode("utf-8", "replace")):
                return node
        if node.type == "call":
            target = node.child_by_field_name("target")
            if target is not None and source[target.start_byte : target.end_byte] in _IMPORTING_CALLS:
                return node
    return None


def _is_other_alias(steps: Sequence[_Step], source: bytes, name: bytes) -> bool:
    """Whether the name is given to something of another name by an import."""
    if steps[-1].field not in node_types.ALIAS_FIELDS:
        return False
    imported = steps[-2].node.child_by_field_name("name") or steps[-2].node.child_by_field_name("path")
    return imported is None or source[imported.start_byte : imported.end_byte] != name


def _module(source: bytes, statement: Node, start: int) -> str:
    """What a name is imported from: a quoted path, that after `from`, or else the path before the name."""
    text = source[statement.start_byte : statement.end_byte].decode("utf-8", "replace")
    if match := _FROM.search(text):
        return str(next(group for group in match.groups() if group))
    head = source[statement.start_byte : start].decode("utf-8", "replace")
    while (shorter := _CLOSED_GROUP.sub("", head)) != head:
        head = shorter
    path = "".join(part.rpartition(",")[2] for part in head.split("{"))
    return _JOINTS.sub(".", "".join(_IMPORT_WORDS.sub("", path).split())).strip(".:(")


def _receiver(before: str, language: Language) -> str | None:
    """The last name before the dot of a member; None if the name is no member."""
    if language.name == "CSS" or _RANGE.search(before):
        return None
    pattern = _LUA_RECEIVER if language.name == "Lua" else _RECEIVER
    match = pattern.search(before)
    if not match or (language.name == "Haskell" and before[-1:].isspace()):
        return None
    if match["joint"] in _JOINT_LANGUAGES and language.name not in _JOINT_LANGUAGES[match["joint"]]:
        return None
    return match["last"] or ""


def _is_callee(steps: Sequence[_Step]) -> bool:
    """Whether the name is what a call calls."""
    at = len(steps) - 1
    while at and node_types.QUALIFIED.search(steps[at - 1].node.type):
        step, parent = steps[at], steps[at - 1].node
        if step.field in node_types.QUALIFIER_FIELDS:
            break
        if step.field is None and parent.type == "navigation_expression" and step.node.end_byte != parent.end_byte:
            break
        at -= 1
    if not at:
        return False
    step, parent = steps[at], steps[at - 1].node
    if parent.type == "token_tree":
        following = step.node.next_sibling
        return following is not None and (following.type == "token_tree" or following.type == "!")
    if not node_types.CALL.search(parent.type):
        return False
    if step.field is not None:
        return step.field in node_types.CALLEE_FIELDS
    if parent.type == "invocation_expression":
        return step.node.type in node_types.CALLEE
    return parent.named_child(0) == step.node


def _is_named(steps: Sequence[_Step]) -> bool:
    """Whether the name is that of the node around it, or on the left of an assignment."""
    for step in reversed(steps[-4:]):
        if step.field in ("name", "declarator", "key", "left", "pattern"):
            return True
        if step.field in node_types.VALUE_FIELDS:
            return False
    return False


def _is_key(steps: Sequence[_Step]) -> bool:
    """Whether the name is that of a field, an argument or a label where it is set."""
    if len(steps) < 2 or not node_types.KEY_PARENT.search(steps[-2].node.type):
        return False
    is_element = steps[-2].node.type == "literal_element"
    return steps[-2].field == "key" if is_element else steps[-1].field in node_types.KEY_FIELDS


def _bound(steps: Sequence[_Step], language: Language) -> tuple[Form, tuple[int, int] | None]:
    """Whether a name is that of a new variable, and where that is known."""
    for at in range(len(steps) - 1, 0, -1):
        step, parent = steps[at], steps[at - 1].node
        if step.field in node_types.VALUE_FIELDS:
            return Form.BARE, None
        if node_types.BINDER.search(parent.type):
            is_bound = step.field in node_types.BOUND_FIELDS or (
                step.field is None
                and (parent.type.endswith(("parameters", "patterns")) or parent.named_child(0) == step.node)
            )
            if is_bound:
                return _scope(steps[:at], language)
        if not node_types.PATTERN.search(parent.type):
            return Form.BARE, None
    return Form.BARE, None


def _scope(around: Sequence[_Step], language: Language) -> tuple[Form, tuple[int, int] | None]:
    """Where a variable is known that is bound within these nodes."""
    prototype: Node | None = None
    for step in reversed(around):
        node = step.node
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
