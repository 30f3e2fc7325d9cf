"""The occurrences of a name in a text with a grammar, classified by the nodes around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from codesearch.chunking import syntax
from codesearch.navigation import node_types
from codesearch.navigation.imports import import_statement, is_other_alias, module_of
from codesearch.navigation.occurrence import Form, Kind, Occurrence
from codesearch.navigation.path import Step, steps_to
from codesearch.navigation.variables import bound

if TYPE_CHECKING:
    from tree_sitter import Node

    from codesearch.languages.registry import Language

_SIGILS = b"@$%&:"
_CLOSERS = b":%"
_RECEIVER = re.compile(r"(?P<last>[\w$@]+|[)\]}>\"'])?\s*(?P<joint>\?\.|!\.|&\.|!!\.|\.|::|->|\\|%)\s*\Z")
_LUA_RECEIVER = re.compile(r"(?P<last>\w+|[)\]])(?P<joint>[.:])\Z")
_RANGE = re.compile(r"\.\.[.=<]?\s*\Z")
_LOOKED_BACK = 200
"""Characters before a name in which its receiver ends."""
_JOINT_LANGUAGES = {
    "->": frozenset(("C", "C++", "PHP", "Perl")),
    "\\": frozenset(("PHP",)),
    "%": frozenset(("FORTRAN",)),
}
_TYPE_JOINT = frozenset("FORTRAN Haskell Julia Elixir".split())
"""Languages in which a double colon is between a name and its type."""
_CAPITALISED = frozenset("Rust Scala Haskell Elixir Swift Ruby".split())
"""Languages in which a capitalised name is no variable."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a parsed text that has the name, perhaps within a longer one."""

    steps: Sequence[Step]
    start: int
    name: bytes
    source: bytes
    language: Language

    @property
    def leaf(self) -> Node:
        """The node that contains it."""
        return self.steps[-1].node

    @property
    def parent_type(self) -> str:
        """The type of the node around the leaf."""
        return self.steps[-2].node.type if len(self.steps) > 1 else ""

    def unclassified(self) -> Occurrence:
        """The occurrence as a mention."""
        begin = self.source.rfind(b"\n", 0, self.start) + 1
        column = len(self.source[begin : self.start].decode("utf-8", "replace")) + 1
        row = self.leaf.start_point.row + self.source.count(b"\n", self.leaf.start_byte, self.start)
        return Occurrence(row + 1, column, "", Kind.MENTION)


@dataclass(frozen=True, slots=True)
class _Found:
    """An occurrence with its offset, and the range of bytes in which it hides others of its name."""

    occurrence: Occurrence
    start: int
    hides: tuple[int, int] | None = None


def occurrences_in(path: str, text: str, language: Language, name: str) -> list[Occurrence]:
    """The occurrences of a name in a text with a grammar, without their lines' text. Raises `Unparsable`."""
    parsed = syntax.parse(text, language, path)
    encoded = name.encode("utf-8", "surrogatepass")
    places = (
        _Place(steps_to(parsed.tree, match.start()), match.start(), encoded, parsed.source, language)
        for match in _byte_pattern(name).finditer(parsed.source)
    )
    found = [one for place in places if (one := _occurrence(place))]
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


def _occurrence(place: _Place) -> _Found | None:
    """The occurrence at a place; None if that is in a comment, in a string or in a longer name."""
    leaf = place.leaf
    if leaf.type in node_types.RAW_CODE:
        return _Found(replace(place.unclassified(), form=Form.RAW), place.start)
    if not _is_name(leaf, place.source, place.name) or node_types.LITERAL.search(leaf.type):
        return None
    statement = import_statement(place.steps, place.source)
    return _imported(place, statement) if statement else _used(place)


def _imported(place: _Place, statement: Node) -> _Found:
    if is_other_alias(place.steps, place.source, place.name):
        whole_file = (0, len(place.source))
        return _Found(replace(place.unclassified(), form=Form.LOCAL), place.start, whole_file)
    module = module_of(place.source, statement, place.start)
    return _Found(replace(place.unclassified(), kind=Kind.IMPORT, module=module), place.start)


def _used(place: _Place) -> _Found:
    """The occurrence at a place that is in no import."""
    steps, language = place.steps, place.language
    kind = Kind.CALL if _is_callee(steps) else Kind.MENTION
    names = kind is Kind.MENTION and _is_named(steps)
    declares = names and steps[-1].field == "name" and bool(node_types.DECLARATION.search(place.parent_type))
    form, hides = Form.BARE, None
    receiver = _receiver(place)
    if _is_of_macro(place):
        form, receiver = Form.RAW, None
    elif _is_key(steps):
        form, receiver = Form.KEY, None
    elif receiver is not None:
        form = Form.MEMBER
    elif language.name == "PHP" and place.parent_type == "variable_name":
        form = Form.LOCAL
    elif kind is Kind.MENTION and not (language.name in _CAPITALISED and place.name[:1].isupper()):
        form, hides = bound(steps, language)
    one = replace(place.unclassified(), kind=kind, form=form, receiver=receiver or "", names=names, declares=declares)
    return _Found(one, place.start, hides)


def _is_name(leaf: Node, source: bytes, name: bytes) -> bool:
    """Whether a leaf is the name, with or without a sigil or what qualifies it."""
    if leaf.child_count or not leaf.is_named:
        return False
    text = source[leaf.start_byte : leaf.end_byte]
    if text == name:
        return True
    text = text.strip().lstrip(_SIGILS).rstrip(_CLOSERS)
    return text == name or text.endswith((b":" + name, b"\\" + name, b"." + name))


def _receiver(place: _Place) -> str | None:
    """The last name before the dot of a member; None if the name is no member."""
    language = place.language.name
    if language == "Ruby" and place.source.startswith(b"@", place.leaf.start_byte):
        return "self"
    before = place.source[max(place.start - _LOOKED_BACK, 0) : place.start].decode("utf-8", "replace")
    if language == "CSS" or _RANGE.search(before):
        return None
    match = (_LUA_RECEIVER if language == "Lua" else _RECEIVER).search(before)
    if not match or (language == "Haskell" and before[-1:].isspace()):
        return None
    if match["joint"] == "::" and language in _TYPE_JOINT:
        return None
    if match["joint"] in _JOINT_LANGUAGES and language not in _JOINT_LANGUAGES[match["joint"]]:
        return None
    return match["last"] or ""


def _is_callee(steps: Sequence[Step]) -> bool:
    """Whether the name is what a call calls."""
    if node_types.CALL.search(steps[-1].node.type):  # a leaf in Batch: `call :name`
        return True
    at = len(steps) - 1
    while at and node_types.QUALIFIED.search(steps[at - 1].node.type):
        step, parent = steps[at], steps[at - 1].node
        if step.field in node_types.QUALIFIER_FIELDS:
            break
        is_by_order = step.field is None and parent.type in node_types.QUALIFIED_BY_ORDER
        if is_by_order and step.node.end_byte != parent.end_byte:
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


def _is_named(steps: Sequence[Step]) -> bool:
    """Whether the name is that of the node around it, or on the left of an assignment."""
    for step in reversed(steps[-4:]):
        if step.field in ("name", "declarator", "key", "left", "pattern"):
            return True
        if step.field in node_types.VALUE_FIELDS:
            return False
    return False


def _is_of_macro(place: _Place) -> bool:
    """Whether the name is an argument of a C macro before a block, such as `TEST(Name, Case) {`.

    The macro may make other names of it; the grammar takes it for a function without a type.
    """
    for step in place.steps:
        node = step.node
        declarator = node.child_by_field_name("declarator") if node.type == "function_definition" else None
        parameters = declarator and declarator.child_by_field_name("parameters")
        if declarator and parameters and not node.child_by_field_name("type"):
            called = place.source[declarator.start_byte : parameters.start_byte].strip()
            is_macro = called.isupper() and called.replace(b"_", b"").isalnum()  # and not a constructor: A::A
            if is_macro and parameters.start_byte <= place.start < parameters.end_byte:
                return True
    return False


def _is_key(steps: Sequence[Step]) -> bool:
    """Whether the name is that of a field, an argument or a label where it is set."""
    if len(steps) < 2 or not node_types.KEY_PARENT.search(steps[-2].node.type):
        return False
    if steps[-2].node.type == "literal_element":
        return steps[-2].field == "key" and not _is_in_map(steps)
    is_expression = steps[-2].node.type == "pair" and steps[-1].node.type in node_types.EXPRESSION_KEYS
    return steps[-1].field in node_types.KEY_FIELDS and not is_expression


def _is_in_map(steps: Sequence[Step]) -> bool:
    """Whether what is in braces is a map or a list to Go, so that its keys are expressions."""
    literal = next((step.node for step in reversed(steps) if step.node.type == "composite_literal"), None)
    if literal is None or len(steps) < 5 or steps[-5].node != literal:
        return False
    return bool(node_types.MAP.search(getattr(literal.child_by_field_name("type"), "type", "")))
