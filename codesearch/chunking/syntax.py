"""Grammar and query → units.

A language's query (`languages/queries/*.scm`) says what is a unit, with these captures:

`@definition.<kind>`  the node of a unit; `<kind>` becomes its kind (function, method, class, …). Where several
                      patterns match one node, the first in the file wins.
`@name`               its name; quotes are stripped, whitespace is collapsed.
`@qualified`          instead of `@name`: a name that may hold its owner (`A::f`, `M.a:b`); what stands before
                      the last separator qualifies the unit.
`@owner`              node that names the unit's owner (a Go receiver's type); joined before the name.
`@body`               where the signature ends, if it isn't the definition's field `body`.
`@prefix`             a decorator, attribute or template head that stands before a unit; the unit begins there
                      if nothing lies between (it may be in a pattern of its own).
`@doc`                documentation inside a unit or its prefix (a docstring, Elixir's `@doc`): given to the
                      innermost unit around it; outside all units it is the file's. Comments need no capture:
                      those right above a unit are found by the language's comment markers.
`@member.<kind>`      a name that is defined but no unit of its own: a constant, a field, an enumerator.
`@span`               all of a member, where that is more than the line of its name.
`@value`              what a name is given: the unit's body, and the kind of a `@definition.value`, are those of the
                      function, class or object behind it (`chunking/values.py`); without one, there is no unit.
`@scope`              names the owner of everything after it in the file (`namespace A.B;`).
`@macro`              tokens of a macro's call, which may be definitions (`chunking/macro_items.py`).

Captures that begin with `_` serve predicates only. A kind of `CONTAINER_KINDS` holds members: its chunk is its header,
fields and members' signatures, and the members are chunks of their own. A `namespace` is no chunk at all; it only
qualifies what lies in it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codesearch.chunking import macro_items, values
from codesearch.chunking.chunk import LINE_END, Member, Unit
from codesearch.chunking.holders import Doc, give_docs, give_members, with_scopes
from codesearch.chunking.kinds import CONTAINER_KINDS
from codesearch.languages import grammars
from codesearch.languages.registry import Language

if TYPE_CHECKING:
    from tree_sitter import Node, Range, Tree

    from codesearch.languages.grammars import Grammar

SIGNATURE_CHARS = 300
"""Longer signatures are cut: what a reader or an encoder takes in at once."""
_HEAD_CHARS = 1000
"""A file names its dialect in its first comment."""
_PARSE_SECONDS = 2.0
_PARSE_SECONDS_PER_BYTE = 3e-6
"""Of processor time, so that a busy machine cuts no sound file into windows. In 31 repositories no sound file took
more than 1.1 s/MB; 100 KB of random words took Lua 2.3 s, of random characters Julia 4 s and more."""
_LONG_RUN = re.compile(r"([^\x00-\x7f])\1{999}")
"""Lua's, Julia's and Scala's lexers are slow beyond cancelling on such runs (100,000 of them took 70 s)."""
_READ_BYTES = 1 << 10
"""Some scanners (Perl's) ask for a piece at nearly every token: 64 KB each time made parsing 4 to 10 times slower."""
_WIDEST_ERROR = 20_000
"""Queries are quadratic in the children of an ERROR node (200 KB of `((((` took 21 s)."""
_DEEPEST_UNIT = 400
"""Queries are quadratic in depth too (a chain of 50,000 calls took 53 s), and no unit lies that deep."""
_DEEPEST_MACRO = 4
"""Macros' calls in macros' calls; each is parsed again."""
_LARGEST_GAP = 200
"""Bytes of whitespace (and `export default`) between a prefix and its unit."""
_QUOTES = re.compile(r"""^(?:[rRbBuUfF]{0,2}|~[sS])("{3}|'{3}|["'`])(.*)\1$""", re.DOTALL)
_COMMENT = re.compile(rb"#|//|/\*|--|<<")
"""And a heredoc, whose text lies between a header and its body too."""
_SPACES = b" \t\r\n"
_NEWLINE = ord("\n")
_ANNOTATIONS = frozenset("annotation marker_annotation attribute attribute_list decorator".split())
_ANGLES = re.compile(r"<[^<>]*>")
_NO_ARGUMENTS = re.compile(r"(?<!operator)\s*\(\s*\)[^()]*$")
_OPERATOR = re.compile(r"(?:(.+?)::\s*)?(operator\b.+)", re.DOTALL)
"""Of C++; what it converts to may be qualified too (`A::operator B::C() const`)."""
_SYMBOL = re.compile(r":(?:[^\W\d]|[-\[<=>+*/%!~^&|])")
"""Of Ruby or Elixir."""
_LAST_SEPARATOR = re.compile(r"^(.+?)(::|\.|:)(~?[^.:]+)$", re.DOTALL)


class Unparsable(Exception):
    """The grammar can't take the text; the message says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The units of a text in order of their first line, and what lies outside all of them.

    `documentation` is the file's own; `members` are those of no unit, in order of their lines.
    """

    units: list[Unit]
    documentation: str = ""
    members: tuple[Member, ...] = ()


@dataclass(slots=True)
class _Finds:
    """What a query found, before the parts are put together. Lines are 1-based."""

    definitions: dict[tuple[int, int], tuple[int, Unit]]
    prefixes: dict[int, tuple[int, int]]
    """End of a prefix → its start, both in bytes, and its first line."""
    docs: list[Doc]
    members: list[Member]
    scopes: list[tuple[int, str]]
    macros: list[Node]


def outline(text: str, language: Language, path: str) -> Outline:
    """Parse a text and find its units. Raises `Unparsable`."""
    head = text[:_HEAD_CHARS]
    dialect = next((dialect for dialect in language.dialects if dialect.mark in head), None)
    try:
        if dialect:
            grammar = grammars.load(dialect.grammar, dialect.query)
        else:
            grammar = grammars.load(language.grammar_for(path), language.query)
    except ModuleNotFoundError as error:
        extra = f"; the extra '{language.extra}' brings it" if language.extra else ""
        raise Unparsable(f"the grammar of {language.name} ({error.name}) is not installed{extra}") from error
    if not text.isascii() and _LONG_RUN.search(text):
        raise Unparsable("a character is repeated a thousand times")
    source = text.replace("\0", " ").encode("utf-8", "surrogatepass")  # NULs hang the bash grammar
    if not source.endswith(b"\n"):
        source += b"\n"
    finds = _find_all(grammar, source)
    return _put_together(finds, source, language.scope_separator or language.separator)


@dataclass(slots=True)
class _Reader:
    """Gives the parser its text piece by piece, and later, predicates the texts of nodes."""

    source: bytes
    deadline: float
    piece: bytearray | None = field(default_factory=bytearray)
    """While parsing: py-tree-sitter 0.26 never lets go of what it is given, so it is given one object again and again
    (50 KB of Perl took 500 MB, for good)."""

    def __call__(self, offset: int, _point: object) -> bytes | bytearray:
        text = self.source[offset : offset + _READ_BYTES]
        if self.piece is None:
            return text
        self.piece[:] = text
        return self.piece

    def is_late(self, *_: object) -> bool:
        return time.thread_time() > self.deadline

    def end(self) -> None:
        """What is read from now on is the text of a node, of which bytes are expected."""
        if self.piece is not None:
            self.piece.clear()
            self.piece = None


def _find_all(grammar: Grammar, source: bytes) -> _Finds:
    """What the query finds in a text and in its macros' calls."""
    deadline = time.thread_time() + _PARSE_SECONDS + _PARSE_SECONDS_PER_BYTE * len(source)

    def parse(ranges: Sequence[Range] = ()) -> Tree:
        return _parse(grammar, source, ranges, deadline)

    finds = _Finds({}, {}, [], [], [], [])
    _find(parse(), grammar, source, finds)
    for _ in range(_DEEPEST_MACRO):
        macros, finds.macros = finds.macros, []
        for tokens in macros:
            with suppress(Unparsable):
                for tree in macro_items.trees(tokens, source, parse):
                    _find(tree, grammar, source, finds)
    return finds


def _parse(grammar: Grammar, source: bytes, ranges: Sequence[Range], deadline: float) -> Tree:
    from tree_sitter import Parser

    parser = Parser(grammar.language, included_ranges=list(ranges))  # takes no time, and threads can't share one
    reader = _Reader(source, deadline)
    tree = None
    with suppress(ValueError):
        tree = parser.parse(reader, progress_callback=reader.is_late)
    reader.end()
    if tree is None or reader.is_late():
        raise Unparsable("the grammar took too long")
    if tree.root_node.has_error and _widest_error(tree.root_node) > _WIDEST_ERROR:
        raise Unparsable("the text does not look like the language")
    return tree


def _widest_error(root: Node) -> int:
    """Most children of the root (if it is an error) or of an error right below it."""
    widest = root.child_count if root.is_error else 0
    if root.child_count <= _WIDEST_ERROR:
        widest = max([widest, *(child.child_count for child in root.children if child.is_error)])
    return widest


def _find(tree: Tree, grammar: Grammar, source: bytes, finds: _Finds) -> None:
    """Add what the query finds in a tree."""
    from tree_sitter import QueryCursor

    kinds: dict[int, str] = {}
    members: dict[int, str] = {}
    cursor = QueryCursor(grammar.query)
    cursor.set_max_start_depth(_DEEPEST_UNIT)
    for pattern, captures in cursor.matches(tree.root_node):
        if pattern not in kinds:
            kinds[pattern] = next((name for name in captures if name.startswith("definition.")), "")
            members[pattern] = next((name for name in captures if name.startswith("member")), "")
        for node in captures.get("prefix", ()):
            finds.prefixes[node.end_byte] = (node.start_byte, node.start_point.row + 1)
        for node in captures.get("doc", ()):
            lines = _unquoted(_text(node, source)).strip().split("\n")
            start = node.start_point
            finds.docs.append(Doc(start.row + 1, start.column, "\n".join(map(str.strip, lines))))
        if member := members[pattern]:
            span = captures["span"][0] if "span" in captures else None
            kind = member.partition(".")[2] or "constant"
            finds.members += (_member(kind, node, span, source) for node in captures.get(member, ()))
        finds.macros += captures.get("macro", ())
        for node in captures.get("scope", ()):
            finds.scopes.append((node.start_point.row + 1, _name(node, source)))
        if kind := kinds[pattern]:
            node = captures[kind][0]
            place = (node.start_byte, node.end_byte)
            if place in finds.definitions and pattern >= finds.definitions[place][0]:
                continue
            kind = kind.removeprefix("definition.")
            if "value" in captures:
                kind = _by_value(kind, captures)
            if kind:
                finds.definitions[place] = (pattern, _unit(kind, node, captures, source))


def _by_value(kind: str, captures: dict[str, list[Node]]) -> str:
    """The kind of what is named by its value, which becomes its body; nothing where the value is no such thing."""
    value = values.behind(captures["value"][0])
    if value is None:
        return ""
    captures["body"] = [values.body(value)]
    if kind == "value":
        return values.VALUE_KINDS[value.type]
    return kind if values.VALUE_KINDS[value.type] == "function" else ""


def _member(kind: str, name: Node, span: Node | None, source: bytes) -> Member:
    start = name.start_byte
    begin = span.start_byte if span else source.rfind(b"\n", 0, start) + 1
    newline = source.find(b"\n", start)
    end = min(newline if newline >= 0 else len(source), span.end_byte if span else len(source))
    signature = source[begin : min(end, begin + 2 * SIGNATURE_CHARS)]
    return Member(
        name.start_point.row + 1,
        _name(name, source),
        kind,
        _end(span, source)[0] if span else 0,
        _one_line(signature.rstrip(b" \t{(,;=")),
        column=name.start_point.column,
    )


def _unit(kind: str, node: Node, captures: dict[str, list[Node]], source: bytes) -> Unit:
    start = node.start_byte
    bodies = captures.get("body")
    body = bodies[0] if bodies else node.child_by_field_name("body")
    first_line, (last_line, end_column) = node.start_point.row + 1, _end(node, source)
    if body is not None:
        last_line, end_column = max((last_line, end_column), _end(body, source))
        header = source[start : body.start_byte]
        if _COMMENT.search(header):
            header = source[start : _header_end(body)]
        header = header.rstrip(b" \t\n{:=").removesuffix(b"=>").rstrip()
        header_end = first_line + header.count(b"\n")
    else:
        header = source[start : min(node.end_byte, start + 2 * SIGNATURE_CHARS)]
        header_end = first_line
    qualifier = _name(captures["owner"][0], source) if "owner" in captures else ""
    if "qualified" in captures:
        owner, name = split_qualified(_name(captures["qualified"][0], source))
        qualifier = qualifier or owner
    else:
        name = _name(captures["name"][0], source) if "name" in captures else ""
    return Unit(
        kind=kind,
        name=name,
        start_line=first_line,
        end_line=last_line,
        header_end=min(header_end, last_line),
        is_container=kind in CONTAINER_KINDS,
        qualifier=qualifier,
        signature=_one_line(header[_annotations_end(node) - start :]),
        column=node.start_point.column,
        end_column=end_column,
    )


def _annotations_end(node: Node) -> int:
    """Where a definition begins behind its annotations, which may be longer than a signature, in bytes."""
    end = node.start_byte
    at: Node | None = node.child(0) if node.child_count else None
    if at is not None and at.type == "modifiers" and at.child_count:
        at = at.child(0)
    while at is not None and at.type in _ANNOTATIONS:
        end, at = at.end_byte, at.next_sibling
    return end


def _header_end(body: Node) -> int:
    """Where the comments right before a body begin, or else the body, in bytes. Siblings are slow to find."""
    first = body
    while (previous := first.prev_sibling) is not None and previous.is_extra:
        first = previous
    return first.start_byte


def split_qualified(name: str) -> tuple[str, str]:
    """`A<T>::B::f` → (`A::B`, `f`); a plain name has an empty owner."""
    if match := _OPERATOR.match(name):
        return _without_angles(match[1] or ""), _NO_ARGUMENTS.sub("", match[2])
    name = _without_angles(name)
    match = _LAST_SEPARATOR.match(name)
    return (match[1].rstrip(":."), match[3].strip()) if match else ("", name)


def _without_angles(name: str) -> str:
    while "<" in name and (stripped := _ANGLES.sub("", name)) != name:
        name = stripped
    return name


def _put_together(finds: _Finds, source: bytes, separator: str) -> Outline:
    units = [_with_prefix(unit, start, finds.prefixes, source) for (start, _), (_, unit) in finds.definitions.items()]
    units.sort(key=lambda unit: (unit.start_line, -unit.end_line))
    documentation = give_docs(units, finds.docs)
    members = give_members(units, finds.members)
    return Outline(with_scopes(units, finds.scopes, separator), documentation, members)


def _with_prefix(unit: Unit, start: int, prefixes: dict[int, tuple[int, int]], source: bytes) -> Unit:
    """The unit, begun at the first of the prefixes that stand right before it."""
    line = unit.start_line
    while prefixes:
        begin = max(0, start - _LARGEST_GAP)
        between = source[begin:start].rstrip().removesuffix(b"default").rstrip().removesuffix(b"export").rstrip()
        if begin + len(between) not in prefixes:
            break
        start, line = prefixes[begin + len(between)]
    if line == unit.start_line:
        return unit
    return replace(unit, start_line=line, column=start - source.rfind(b"\n", 0, start) - 1)


def _end(node: Node, source: bytes) -> tuple[int, int]:
    """Last line (1-based) and column; a node that ends at the start of a row does not reach into it."""
    end, row = node.end_byte, node.end_point.row
    if not node.end_point.column and row > node.start_point.row:
        return row, LINE_END
    while end > node.start_byte and source[end - 1] in _SPACES:  # Scala's end at the word that follows
        end -= 1
        row -= source[end] == _NEWLINE
    return row + 1, end - source.rfind(b"\n", 0, end) - 1


def _one_line(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())[:SIGNATURE_CHARS]


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _name(node: Node, source: bytes) -> str:
    text = _unquoted(_text(node, source))
    if text[:1] == ":" and _SYMBOL.match(text):
        text = text[1:]
    elif text[:2] == "r#":  # a keyword of Rust
        text = text[2:]
    elif text[:1].isidentifier() and text.rstrip().endswith(":"):  # a key of Elixir
        text = text.rstrip()[:-1]
    return " ".join(text.split())[:SIGNATURE_CHARS]


def _unquoted(text: str) -> str:
    match = _QUOTES.match(text)
    return match[2] if match else text
