"""Units → chunks: comments attached, nesting resolved, long units split, small neighbours joined.

A chunk's `text` is what is encoded and searched; `start_line` … `end_line` is what a reader is shown. They differ
for containers (types, modules) and for the file chunk: their lines span the whole, their text is condensed to what
belongs to none of their members, with the members' signatures in place. Where the rest of a container or file is
itself too long, it is split, and each part spans its own lines. Every line that is not blank is in the text of at
least one chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice
from pathlib import PurePosixPath

from codesearch.chunking import comments, windows
from codesearch.chunking.chunk import Chunk, Unit
from codesearch.chunking.syntax import Outline
from codesearch.languages.registry import Language

# Sizes in characters. 1,500 is what the retrieval experiments were run with.
TARGET_CHARS = 1500
MAX_CHARS = 4000
SMALL_CONTAINER_CHARS = 600
"""A type that short is one chunk together with its members."""
SMALL_UNIT_CHARS = 200
"""Neighbours of one kind that short (one-line declarations, CSS rules) are joined …"""
JOINED_CHARS = 800
"""… up to this size."""
MOST_DEFINES = 200
_TYPES = frozenset("class struct union interface enum trait impl object protocol extension record".split())
"""Kinds whose functions are methods."""
DOCUMENTATION_CHARS = 2000


@dataclass(slots=True)
class _Node:
    unit: Unit
    first_line: int
    """Of the unit with its leading comments."""
    qualified_name: str
    children: list[_Node] = field(default_factory=list)


class _File:
    """The lines of a file and what is needed to make chunks of them."""

    def __init__(self, path: str, text: str, language: str) -> None:
        self.path, self.language = path, language
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.sizes = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self.bytes = (
            self.sizes
            if text.isascii()
            else [0, *accumulate(len(line.encode("utf-8", "surrogatepass")) + 1 for line in self.lines)]
        )

    def size(self, first: int, last: int) -> int:
        return self.sizes[last] - self.sizes[first - 1]

    def chunk(
        self,
        span: tuple[int, int],
        text: str,
        *,
        kind: str,
        name: str = "",
        qualified_name: str = "",
        signature: str = "",
        documentation: str = "",
        defines: Iterable[str] = (),
    ) -> Chunk:
        names = tuple(dict.fromkeys(islice(filter(None, defines), MOST_DEFINES)))
        return Chunk(
            path=self.path,
            language=self.language,
            kind=kind,
            name=name,
            qualified_name=qualified_name or name,
            signature=signature,
            documentation=documentation[:DOCUMENTATION_CHARS],
            start_line=span[0],
            end_line=span[1],
            start_byte=self.bytes[span[0] - 1],
            end_byte=self.bytes[span[1]] - 1,
            text=text,
            defines=names,
        )


def assemble(path: str, text: str, language: Language, outline: Outline) -> list[Chunk]:
    """The chunks of a file, in order of their first line."""
    file = _File(path, text, language.name)
    top, names = _tree(outline.units, file.lines, language)
    chunks = list(_file_chunks(file, top, names, outline, language))
    waiting = [top]
    while waiting:
        siblings = waiting.pop()
        for run in _runs(file, siblings):
            if len(run) > 1:
                chunks.append(_joined(file, run, language))
                continue
            (node,) = run
            if _stays_whole(file, node):
                chunks.extend(_whole(file, node, language))
            else:
                chunks.extend(_condensed(file, node, language))
                waiting.append(node.children)
    chunks.sort(key=lambda chunk: (chunk.start_line, -chunk.end_line))
    return chunks


def _tree(units: list[Unit], lines: list[str], language: Language) -> tuple[list[_Node], list[str]]:
    """Nest units by their lines. Returns the outermost ones and the names of namespaces, which are no nodes."""
    top: list[_Node] = []
    namespaces: list[str] = []
    open_nodes: list[tuple[_Node, list[_Node]]] = []
    previous_end = 0
    for unit in sorted(units, key=lambda unit: (unit.start_line, -unit.end_line)):
        while open_nodes and _is_over(open_nodes[-1][0].unit, unit):
            previous_end = max(previous_end, open_nodes.pop()[0].unit.end_line)
        owner = open_nodes[-1][0] if open_nodes else None
        siblings = open_nodes[-1][1] if open_nodes else top
        if owner and unit.end_line > owner.unit.end_line:
            continue  # crosses its owner's end: an artefact of broken code, whose lines are its owner's
        prefix = owner.qualified_name if owner else ""
        qualified = language.separator.join(filter(None, (prefix, unit.qualifier, unit.name)))
        floor = max(previous_end, owner.unit.header_end if owner else 0)
        first = comments.first_line_of_comments(lines, unit.start_line, floor, language)
        node = _Node(_as_method(unit, owner), first, qualified)
        if unit.kind == "namespace":
            namespaces.append(unit.name)
            open_nodes.append((node, siblings))
        else:
            siblings.append(node)
            open_nodes.append((node, node.children))
        previous_end = max(previous_end, unit.header_end)
    return top, namespaces


def _as_method(unit: Unit, owner: _Node | None) -> Unit:
    """A function in a type is a method, and a method in none, of no named owner, is a function."""
    in_type = owner is not None and owner.unit.kind in _TYPES
    if unit.kind == "function" and in_type:
        return replace(unit, kind="method")
    if unit.kind == "method" and owner is None and not unit.qualifier:
        return replace(unit, kind="function")
    return unit


def _is_over(earlier: Unit, unit: Unit) -> bool:
    """Whether `unit` lies after an earlier one; it may begin on its last line (`}, next: function () {`)."""
    return earlier.end_line < unit.start_line or earlier.end_line == unit.start_line < unit.end_line


def _stays_whole(file: _File, node: _Node) -> bool:
    if not node.children:
        return True
    limit = SMALL_CONTAINER_CHARS if node.unit.is_container else MAX_CHARS
    return file.size(node.first_line, node.unit.end_line) <= limit


def _runs(file: _File, siblings: list[_Node]) -> Iterator[list[_Node]]:
    """Siblings one by one, small neighbours together."""
    run: list[_Node] = []
    for node in siblings:
        size = file.size(node.first_line, node.unit.end_line)
        small = size <= SMALL_UNIT_CHARS and not (node.children and node.unit.is_container)
        if run and not (
            small
            and node.unit.kind == run[0].unit.kind
            and file.size(run[0].first_line, node.unit.end_line) <= JOINED_CHARS
            and _is_blank(file, run[-1].unit.end_line + 1, node.first_line - 1)
        ):
            yield run
            run = []
        if small:
            run.append(node)
        else:
            yield [node]
    if run:
        yield run


def _is_blank(file: _File, first: int, last: int) -> bool:
    return not any(line.strip() for line in file.lines[first - 1 : last])


def _names(nodes: list[_Node], with_members: bool = False) -> Iterator[str]:
    """Names of nodes and of all below them."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node.unit.name
        if with_members:
            yield from (name for _, name in node.unit.members)
        waiting.extend(reversed(node.children))


def _documentation(file: _File, node: _Node, language: Language) -> str:
    above = file.lines[node.first_line - 1 : node.unit.start_line - 1]
    leading = comments.without_markers(above, language) if above else ""
    return "\n".join(filter(None, (leading, node.unit.documentation)))


def _joined(file: _File, run: list[_Node], language: Language) -> Chunk:
    """One chunk for small neighbours: it has the first one's name and defines them all."""
    first, last = run[0], run[-1]
    span = (first.first_line, last.unit.end_line)
    return file.chunk(
        span,
        "\n".join(file.lines[span[0] - 1 : span[1]]),
        kind=first.unit.kind,
        name=first.unit.name,
        qualified_name=first.qualified_name,
        signature=first.unit.signature,
        documentation="\n".join(filter(None, (_documentation(file, node, language) for node in run))),
        defines=_names(run, with_members=True),
    )


def _whole(file: _File, node: _Node, language: Language) -> Iterator[Chunk]:
    first, last = node.first_line, node.unit.end_line
    numbers = range(first, last + 1)
    yield from _parts(
        file, node, list(numbers), file.lines[first - 1 : last], language, _names(node.children, with_members=True)
    )


def _condensed(file: _File, node: _Node, language: Language) -> Iterator[Chunk]:
    """A container without its members' lines but with their signatures, if these leave room for the rest."""
    budget = TARGET_CHARS if sum(len(child.unit.signature) for child in node.children) <= TARGET_CHARS else 0
    numbers, texts = _residue(file, (node.first_line, node.unit.end_line), node.children, bool(budget))
    yield from _parts(file, node, numbers, texts, language, _names(node.children))


def _residue(
    file: _File, span: tuple[int, int], children: list[_Node], with_signatures: bool
) -> tuple[list[int], list[str]]:
    """Numbers and texts of the lines in a span that no child covers, with a child's signature at its place."""
    numbers: list[int] = []
    texts: list[str] = []
    line = span[0]
    for child in children:
        numbers.extend(range(line, child.first_line))
        texts.extend(file.lines[line - 1 : child.first_line - 1])
        if with_signatures and child.unit.signature:
            source = file.lines[child.unit.start_line - 1]
            numbers.append(child.unit.start_line)
            texts.append(source[: len(source) - len(source.lstrip())] + child.unit.signature)
        line = max(line, child.unit.end_line + 1)
    numbers.extend(range(line, span[1] + 1))
    texts.extend(file.lines[line - 1 : span[1]])
    return numbers, texts


def _parts(
    file: _File,
    node: _Node,
    numbers: list[int],
    texts: list[str],
    language: Language,
    member_names: Iterable[str],
) -> Iterator[Chunk]:
    """A unit's chunk, or several where its text is too long; all carry its signature, the first its names."""
    whole = sum(map(len, texts)) + len(texts) <= MAX_CHARS
    ranges = [(0, len(texts))] if whole else windows.cut(texts, TARGET_CHARS)
    for begin, end in ranges:
        is_first = begin == 0
        text = "\n".join(texts[begin:end])
        if not text.strip():
            continue
        yield file.chunk(
            (node.first_line, node.unit.end_line) if whole else (numbers[begin], numbers[end - 1]),
            text,
            kind=node.unit.kind,
            name=node.unit.name,
            qualified_name=node.qualified_name,
            signature=node.unit.signature,
            documentation=_documentation(file, node, language) if is_first else "",
            defines=(
                node.unit.name,
                *(name for line, name in node.unit.members if numbers[begin] <= line <= numbers[end - 1]),
                *(member_names if is_first else ()),
            ),
        )


def _file_chunks(
    file: _File, top: list[_Node], namespaces: list[str], outline: Outline, language: Language
) -> Iterator[Chunk]:
    """What belongs to no unit. The first chunk stands for the file, with an outline of what it defines."""
    numbers, texts = _residue(file, (1, len(file.lines)), top, with_signatures=False)
    documentation = outline.documentation or _header_documentation(file, top, language)
    kind = "file"
    for begin, end in windows.cut(texts, TARGET_CHARS):
        while begin < end and not texts[begin].strip():
            begin += 1
        while begin < end and not texts[end - 1].strip():
            end -= 1
        if begin == end:
            continue
        yield file.chunk(
            (numbers[begin], numbers[end - 1]),
            "\n".join(texts[begin:end]),
            kind=kind,
            name=PurePosixPath(file.path).name if kind == "file" else "",
            documentation=documentation if kind == "file" else "",
            defines=(
                *(name for line, name in outline.members if numbers[begin] <= line <= numbers[end - 1]),
                *((*namespaces, *_names(top)) if kind == "file" else ()),
            ),
        )
        kind = "block"


def _header_documentation(file: _File, top: list[_Node], language: Language) -> str:
    """The comments that open the file, unless they are the first unit's."""
    before = file.lines[: top[0].first_line - 1] if top else file.lines
    return comments.without_markers(before[: comments.file_header(before, language)], language)
