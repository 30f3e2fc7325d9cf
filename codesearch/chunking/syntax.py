"""Grammar and query → units.

A language's query (`languages/queries/*.scm`) defines its units with these captures:

`@definition.<kind>`  the node of a unit; `<kind>` becomes its kind (function, method, class, …). If several patterns
                      match a node, the first in the file wins.
`@name`               its name; quotes are stripped, whitespace is collapsed.
`@qualified`          instead of `@name`: a name that may include its owner (`A::f`, `M.a:b`); the part before the
                      last separator qualifies the unit.
`@owner`              a node that names the unit's owner (a Go receiver's type), which qualifies the unit.
`@body`               the node before which the signature ends, if it isn't the definition's field `body`.
`@prefix`             a decorator, attribute or template head before a unit; the unit begins there if nothing lies
                      between (may be captured by a separate pattern).
`@doc`                documentation inside a unit or its prefix (a docstring, Elixir's `@doc`): belongs to the innermost
                      enclosing unit, or to the file. Comments need no capture: those right above a unit are found by
                      the language's comment markers.
`@member.<kind>`      the name of a definition that is too small to be a unit: a constant, a field, an enumerator.
`@pattern.<kind>`     a pattern, each of whose variables is a member (`chunking/patterns.py`).
`@span`               the whole of a member, if that is more than the line of its name.
`@end`                instead of `@span`: the node that a member ends with; its signature is the line of its name.
`@value`              the value assigned to a name: the function, class or object in it (`chunking/values.py`) gives the
                      unit its body, and a `@definition.value` its kind; without one, there is no unit.
`@scope`              the name of the owner of everything after it in the file (`namespace A.B;`).
`@without.<field>`    a node that must not have the field (`!field` has no effect on an outermost `_`).
`@macro`              the tokens of a macro call, which may be definitions (`chunking/macro_items.py`).

Captures that begin with `_` are used only by predicates. Units whose kind is in `CONTAINER_KINDS` have members: their
chunk consists of the header, fields and members' signatures, and the members are separate chunks. A `namespace` has no
chunk; it only qualifies the units in it.

Compiling a query takes tree-sitter up to 15 ms for each node with children whose kind is given, because it follows the
parser through every state in which the node may begin; it does not for `(_ …)`. So patterns of the large grammars give
the kind of the outermost node and tell those in it by their fields and tokens: `(_ . declarator: (_) parameters: (_))`
is a C function's declarator. The anchor gives other nodes up at their first child, which saves time in matching. An
outermost `(_ …)` is followed from its first child instead, which is faster for calls in Elixir and slower in C++.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from codesearch.chunking import macro_items, patterns, values
from codesearch.chunking.chunk import LINE_END, Member, Unit
from codesearch.chunking.kinds import CONTAINER_KINDS
from codesearch.chunking.ownership import Doc, Scope, apply_scopes, assign_docs, assign_members
from codesearch.languages import grammars
from codesearch.languages.registry import Language

if TYPE_CHECKING:
    from tree_sitter import Language as TreeSitterLanguage
    from tree_sitter import Node, Range, Tree

    from codesearch.languages.grammars import Grammar

SIGNATURE_CHARS = 300
"""Longer signatures are truncated."""
_HEAD_CHARS = 1000
"""A dialect's mark must be within this part of the file."""
_PARSE_SECONDS = 2.0
_PARSE_SECONDS_PER_BYTE = 3e-6
"""CPU time, so that a busy machine doesn't time out on a valid file. In 31 repositories, valid files took up to
1.1 s/MB; 100 KB of random words took Lua 2.3 s, and random characters took Julia more than 4 s."""
_LONG_RUN = re.compile(r"([^\x00-\x7f])\1{999}")
"""The lexers of Lua, Julia and Scala are slow on such runs and can't be cancelled (100,000 characters took 70 s)."""
_READ_BYTES = 1 << 10
"""Some scanners (Perl's) read at nearly every token; with 64 KB per read, parsing was 4 to 10 times slower."""
_WIDEST_ERROR = 20_000
"""Queries are quadratic in the children of an ERROR node (200 KB of `((((` took 21 s)."""
_DEEPEST_UNIT = 400
"""Queries are also quadratic in depth (a chain of 50,000 calls took 53 s); real units are not nested that deeply."""
_DEEPEST_MACRO = 4
"""Levels of macro calls within macro calls; each level is parsed separately."""
_LARGEST_GAP = 200
"""Bytes of whitespace, a comment and `export default` between a prefix and its unit."""
_TRAILING_COMMENT = re.compile(rb"(?<=\S)[ \t]+(?:(?://|#(?!\[))[^\n]*|/\*[^*\n]*\*/)\Z")
_QUOTES = re.compile(r"""^(?:[rRbBuUfF]{0,2}|~[sS])("{3}|'{3}|["'`])(.*)\1$""", re.DOTALL)
_COMMENT = re.compile(rb"#|//|/\*|--|<<")
"""Also matches heredocs, whose text may lie between a header and its body."""
_SPACES = b" \t\r\n"
_NEWLINE = ord("\n")
_ANNOTATIONS = frozenset("annotation marker_annotation attribute attribute_list decorator".split())
_ANGLES = re.compile(r"<[^<>]*>")
_NO_ARGUMENTS = re.compile(r"(?<!operator)\s*\(\s*\)[^()]*$")
_OPERATOR = re.compile(r"(?:(.+?)::\s*)?(operator\b.+)", re.DOTALL)
"""C++ operators; the target type of a conversion may be qualified too (`A::operator B::C() const`)."""
_SYMBOL = re.compile(r":(?:[^\W\d]|[-\[<=>+*/%!~^&|])")
"""Ruby and Elixir symbols, and the operators of other languages that look like them."""
_LAST_SEPARATOR = re.compile(r"^(.+?)(::|\.|:)(~?[^.:]+)$", re.DOTALL)


_MEMBERS = ("member", "pattern")
"""How the captures of members' names begin."""


class Unparsable(Exception):
    """The text can't be parsed; the message says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The units of a text, ordered by first line.

    `documentation` is the file's; `members` are those outside all units, ordered by line.
    """

    units: list[Unit]
    documentation: str = ""
    members: tuple[Member, ...] = ()
    has_errors: bool = False
    """Whether the grammar could not read all of it."""

    def without(self, inserted: str) -> Outline:
        """The outline without a text that was inserted into names for the grammar."""

        def plain(text: str) -> str:
            return text.replace(inserted, "")

        def plain_members(members: Iterable[Member]) -> tuple[Member, ...]:
            return tuple(replace(one, name=plain(one.name), signature=plain(one.signature)) for one in members)

        units = [
            replace(
                unit,
                name=plain(unit.name),
                qualifier=plain(unit.qualifier),
                signature=plain(unit.signature),
                members=plain_members(unit.members),
            )
            for unit in self.units
        ]
        return replace(self, units=units, members=plain_members(self.members))


@dataclass(slots=True)
class _Captures:
    """Captures of a query, before the outline is built from them. Lines are 1-based."""

    definitions: dict[tuple[int, int], tuple[int, Unit]]
    prefixes: dict[int, tuple[int, int]]
    """End of a prefix in bytes → its start in bytes and its first line."""
    docs: list[Doc]
    members: list[Member]
    scopes: list[Scope]
    macros: list[Node]
    has_errors: bool = False


class Parsed(NamedTuple):
    """The syntax tree of a text. Its offsets are of bytes in `source`."""

    tree: Tree
    source: bytes


def parse(text: str, language: Language, path: str) -> Parsed:
    """Parse a text. Raises `Unparsable`, also if the grammar is not installed."""
    with _installed(language):
        grammar = grammars.load_language(_sources(text, language, path).grammar)
    source = _encoded(text)
    return Parsed(_parse(grammar, source, (), _Deadline.of(source)), source)


def outline(text: str, language: Language, path: str, keeps: Callable[[Unit], bool] | None = None) -> Outline:
    """Parse a text and find its units, only those that `keeps` holds for; the others' members go to their owners.

    Raises `Unparsable`, also if the grammar is not installed.
    """
    sources = _sources(text, language, path)
    with _installed(language):
        grammar = grammars.load(sources.grammar, sources.query)
    source = _encoded(text)
    captured = _query_all(grammar, source)
    return _build_outline(captured, source, language.scope_separator or language.separator, keeps)


class _Sources(NamedTuple):
    """The names of a grammar and of its query files."""

    grammar: str
    query: str


def _sources(text: str, language: Language, path: str) -> _Sources:
    """What a text of a language is parsed with, by its dialect or else by its path."""
    head = text[:_HEAD_CHARS]
    for dialect in language.dialects:
        if dialect.mark in head:
            return _Sources(dialect.grammar, dialect.query)
    return _Sources(language.grammar_for(path), language.query)


@contextmanager
def _installed(language: Language) -> Iterator[None]:
    """Context that loads a grammar. Raises `Unparsable` if it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        extra = f"; the extra '{language.extra}' brings it" if language.extra else ""
        raise Unparsable(f"the grammar of {language.name} ({error.name}) is not installed{extra}") from error


def _encoded(text: str) -> bytes:
    """A text as it is parsed. Raises `Unparsable` for one that would stall a lexer."""
    if not text.isascii() and _LONG_RUN.search(text):
        raise Unparsable("a character is repeated a thousand times")
    source = text.replace("\0", " ").encode("utf-8", "surrogatepass")  # the bash grammar hangs on NULs
    return source if source.endswith(b"\n") else source + b"\n"


class _Deadline(NamedTuple):
    """When parsing is given up: a thread time, and the time of a clock that is read ten times as fast before it."""

    thread: float
    clock: float

    @classmethod
    def of(cls, source: bytes) -> _Deadline:
        seconds = _PARSE_SECONDS + _PARSE_SECONDS_PER_BYTE * len(source)
        return cls(time.thread_time() + seconds, time.perf_counter() + seconds)

    def is_over(self, *_: object) -> bool:
        return time.perf_counter() > self.clock and time.thread_time() > self.thread


@dataclass(slots=True)
class _Reader:
    """Read callback that gives the parser the text in pieces and, after parsing, predicates the text of nodes."""

    source: bytes
    piece: bytearray | None = field(default_factory=bytearray)
    """Reused while parsing, because py-tree-sitter 0.26 leaks every object that the callback returns (50 KB of Perl
    leaked 500 MB)."""

    def __call__(self, offset: int, _point: object) -> bytes | bytearray:
        text = self.source[offset : offset + _READ_BYTES]
        if self.piece is None:
            return text
        self.piece[:] = text
        return self.piece

    def finish_parsing(self) -> None:
        """From now on, return bytes, as predicates require."""
        if self.piece is not None:
            self.piece.clear()
            self.piece = None


def _query_all(grammar: Grammar, source: bytes) -> _Captures:
    """Run the query on a text and on its macro calls."""
    deadline = _Deadline.of(source)

    def parse_ranges(ranges: Sequence[Range] = ()) -> Tree:
        return _parse(grammar.language, source, ranges, deadline)

    captured = _Captures({}, {}, [], [], [], [])
    tree = parse_ranges()
    captured.has_errors = tree.root_node.has_error
    _query_tree(tree, grammar, source, captured)
    for _ in range(_DEEPEST_MACRO):
        macros, captured.macros = captured.macros, []
        for tokens in macros:
            with suppress(Unparsable):
                for tree in macro_items.trees(tokens, source, parse_ranges):
                    _query_tree(tree, grammar, source, captured)
    return captured


def _parse(grammar: TreeSitterLanguage, source: bytes, ranges: Sequence[Range], deadline: _Deadline) -> Tree:
    from tree_sitter import Parser

    parser = Parser(grammar, included_ranges=list(ranges))  # cheap to create, and not thread-safe
    reader = _Reader(source)
    tree = None
    with suppress(ValueError):
        tree = parser.parse(reader, progress_callback=deadline.is_over)
    reader.finish_parsing()
    if tree is None or deadline.is_over():
        raise Unparsable("the grammar took too long")
    if tree.root_node.has_error and _widest_error(tree.root_node) > _WIDEST_ERROR:
        raise Unparsable("the text does not look like the language")
    return tree


def _widest_error(root: Node) -> int:
    """The largest number of children of the root (if it is an ERROR node) or of ERROR nodes right below it."""
    widest = root.child_count if root.is_error else 0
    if root.child_count <= _WIDEST_ERROR:
        widest = max([widest, *(child.child_count for child in root.children if child.is_error)])
    return widest


def _query_tree(tree: Tree, grammar: Grammar, source: bytes, captured: _Captures) -> None:
    """Add the captures of the query in a tree to `captured`."""
    from tree_sitter import QueryCursor

    kinds: dict[int, str] = {}
    members: dict[int, str] = {}
    withouts: dict[int, str] = {}
    cursor = QueryCursor(grammar.query)
    cursor.set_max_start_depth(_DEEPEST_UNIT)
    for pattern, captures in cursor.matches(tree.root_node):
        if pattern not in kinds:
            kinds[pattern] = next((name for name in captures if name.startswith("definition.")), "")
            members[pattern] = next((name for name in captures if name.startswith(_MEMBERS)), "")
            withouts[pattern] = next((name for name in captures if name.startswith("without.")), "")
        without = withouts[pattern]
        if without and captures[without][0].child_by_field_name(without.partition(".")[2]):
            continue
        for node in captures.get("prefix", ()):
            captured.prefixes[node.end_byte] = (node.start_byte, node.start_point.row + 1)
        for node in captures.get("doc", ()):
            lines = _unquoted(_text(node, source)).strip().split("\n")
            start = node.start_point
            captured.docs.append(Doc(start.row + 1, start.column, "\n".join(map(str.strip, lines))))
        if member := members[pattern]:
            span = captures["span"][0] if "span" in captures else None
            end = captures["end"][-1] if "end" in captures else span
            kind = member.partition(".")[2] or "constant"
            captured.members += (_member(kind, name, span, end, source) for name in _names(member, captures))
        captured.macros += captures.get("macro", ())
        for node in captures.get("scope", ()):
            captured.scopes.append(Scope(node.start_point.row + 1, _name(node, source)))
        if kind := kinds[pattern]:
            node = captures[kind][0]
            extent = (node.start_byte, node.end_byte)
            if extent in captured.definitions and pattern >= captured.definitions[extent][0]:
                continue
            kind = kind.removeprefix("definition.")
            if "value" in captures:
                kind = _kind_by_value(kind, captures)
            if kind:
                captured.definitions[extent] = (pattern, _unit(kind, node, captures, source))


def _names(member: str, captures: dict[str, list[Node]]) -> Iterable[Node]:
    """The nodes of the members' names that a capture holds."""
    nodes = captures.get(member, ())
    return chain.from_iterable(map(patterns.variables, nodes)) if member.startswith("pattern") else nodes


def _kind_by_value(kind: str, captures: dict[str, list[Node]]) -> str:
    """The kind of a unit defined by its value, which becomes the captured body; "" if the value defines nothing."""
    value = values.unwrap(captures["value"][0])
    if value is None:
        return ""
    captures["body"] = [values.body(value)]
    if kind == "value":
        return values.VALUE_KINDS[value.type]
    return kind if values.VALUE_KINDS[value.type] == "function" else ""


def _member(kind: str, name: Node, span: Node | None, last: Node | None, source: bytes) -> Member:
    start, (row, column) = name.start_byte, name.start_point
    begin = span.start_byte if span else source.rfind(b"\n", 0, start) + 1
    newline = source.find(b"\n", start)
    end = min(newline if newline >= 0 else len(source), span.end_byte if span else len(source))
    signature = source[begin : min(end, begin + 2 * SIGNATURE_CHARS)]
    return Member(
        row + 1,
        _name(name, source),
        kind,
        _end(last, source)[0] if last else 0,
        _one_line(signature.rstrip(b" \t{(,;=")),
        column=column,
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
    """Byte offset where a definition's leading annotations and their comments end.

    They may be longer than a signature.
    """
    end = node.start_byte
    child: Node | None = node.child(0) if node.child_count else None
    modifiers = child if child is not None and child.type == "modifiers" and child.child_count else None
    if modifiers is not None:
        child = modifiers.child(0)
    while child is not None and (child.type in _ANNOTATIONS or (end > node.start_byte and child.is_extra)):
        end, child = child.end_byte, child.next_sibling
        if child is None and modifiers is not None:
            child, modifiers = modifiers.next_sibling, None
    return end


def _header_end(body: Node) -> int:
    """Byte offset of the comments right before a body, or else of the body. Slow, since siblings are."""
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


def _build_outline(captured: _Captures, source: bytes, separator: str, keeps: Callable[[Unit], bool] | None) -> Outline:
    units = [
        _with_prefix(unit, start, captured.prefixes, source) for (start, _), (_, unit) in captured.definitions.items()
    ]
    units = sorted(filter(keeps, units) if keeps else units, key=lambda unit: (unit.start_line, -unit.end_line))
    documentation = assign_docs(units, captured.docs)
    members = assign_members(units, captured.members)
    return Outline(apply_scopes(units, captured.scopes, separator), documentation, members, captured.has_errors)


def _with_prefix(unit: Unit, start: int, prefixes: dict[int, tuple[int, int]], source: bytes) -> Unit:
    """The unit, extended to begin at the first of the prefixes right before it."""
    line = unit.start_line
    while prefixes:
        begin = max(0, start - _LARGEST_GAP)
        between = source[begin:start].rstrip().removesuffix(b"default").rstrip().removesuffix(b"export").rstrip()
        if begin + len(between) not in prefixes:
            last_line = max(0, between.rfind(b"\n"))
            comment = _TRAILING_COMMENT.search(between, last_line) if _COMMENT.search(between, last_line) else None
            between = between[: comment.start()] if comment else between
        if begin + len(between) not in prefixes:
            break
        start, line = prefixes[begin + len(between)]
    if line == unit.start_line:
        return unit
    return replace(unit, start_line=line, column=start - source.rfind(b"\n", 0, start) - 1)


def _end(node: Node, source: bytes) -> tuple[int, int]:
    """Last line (1-based) and column of a node; if it ends at the start of a row, those of the row before."""
    end, (row, column) = node.end_byte, node.end_point
    if not column and row > node.start_point.row:
        return row, LINE_END
    if source[end - 1] not in _SPACES:
        return row + 1, column
    while end > node.start_byte and source[end - 1] in _SPACES:  # Scala's nodes extend to the next token
        end -= 1
        row -= source[end] == _NEWLINE
    return row + 1, end - source.rfind(b"\n", 0, end) - 1


def _one_line(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())[:SIGNATURE_CHARS]


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _name(node: Node, source: bytes) -> str:
    text = _text(node, source)
    if text.isidentifier():
        return text[:SIGNATURE_CHARS]
    text = _unquoted(text)
    if text[:1] == ":" and _SYMBOL.match(text) and "operator" not in node.type:
        text = text[1:]
    elif text[:2] == "r#":  # a raw identifier of Rust
        text = text[2:]
    elif text[:1].isidentifier() and text.rstrip().endswith(":"):  # a keyword key of Elixir
        text = text.rstrip()[:-1]
    return " ".join(text.split())[:SIGNATURE_CHARS]


def _unquoted(text: str) -> str:
    match = _QUOTES.match(text)
    return match[2] if match else text
