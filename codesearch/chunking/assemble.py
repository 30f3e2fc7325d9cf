"""Units → chunks: attach comments, resolve nesting, split long units and join small neighbours.

A chunk's `text` is encoded and searched; its lines `start_line` to `end_line` are displayed. They differ for containers
(types, modules): the lines span the whole container, while the text omits the bodies of members and keeps their
signatures. If that is still too long, it is split, and each part spans its own lines. Every non-blank line is in the
text of at least one chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from codesearch.chunking import windows
from codesearch.chunking.chunk import Chunk, Definition, Unit
from codesearch.chunking.kinds import STANDALONE_KINDS
from codesearch.chunking.remainder import loose_definitions, remainder_chunks
from codesearch.chunking.source import Source
from codesearch.chunking.syntax import Outline
from codesearch.chunking.tree import (
    Node,
    definitions,
    gaps,
    member_definition,
    members_between,
    names,
    nest,
    with_documentation,
)
from codesearch.chunking.windows import TARGET_CHARS
from codesearch.languages.registry import Language

# Sizes are in characters, as everywhere in this package.
MAX_CHARS = 4000
SMALL_CONTAINER_CHARS = 600
"""Containers up to this size are one chunk, members included."""
STAGE_CHARS = 1000
"""Longer stages of a Dockerfile are split …"""
STEPS_CHARS = 500
"""… into parts of about this size: a stage is a list of steps, and a question is about one."""
SMALL_UNIT_CHARS = 200
"""Neighbours of the same kind up to this size (one-line declarations, CSS rules) are joined …"""
JOINED_CHARS = 800
"""… into chunks of up to this size."""


def assemble(path: str, text: str, language: Language, outline: Outline) -> list[Chunk]:
    """The chunks of a file, in order of their first line."""
    source = Source(path, text, language.name)
    outline = replace(outline, members=with_documentation(outline.members, source.lines, language))
    top, namespaces = nest(outline.units, source.lines, language)
    loose = loose_definitions(outline, namespaces)
    for node in top:
        for line in {node.unit.start_line, node.unit.end_line}:
            node.adjacent += loose.pop(line, ())
    chunks = list(remainder_chunks(source, top, namespaces, outline, loose, language))
    stack = [top]
    while stack:
        siblings = stack.pop()
        for run in _runs(source, siblings):
            if len(run) > 1:
                chunks.append(_joined(source, run))
                continue
            (node,) = run
            if _stays_whole(source, node):
                chunks.extend(_whole(source, node))
            else:
                chunks.extend(_condensed(source, node))
                stack.append(node.children)
    chunks.sort(key=lambda chunk: (chunk.start_line, -chunk.end_line))
    return chunks


def _stays_whole(source: Source, node: Node) -> bool:
    if not node.children:
        return True
    limit = SMALL_CONTAINER_CHARS if node.unit.is_container else MAX_CHARS
    return source.size(node.first_line, node.unit.end_line) <= limit


def _runs(source: Source, siblings: list[Node]) -> Iterator[list[Node]]:
    """Group siblings: small neighbours together, others alone."""
    run: list[Node] = []
    for node in siblings:
        size = source.size(node.first_line, node.unit.end_line)
        small = size <= SMALL_UNIT_CHARS and not (node.children and node.unit.is_container) and not _is_routine(node)
        if run and not (
            small
            and node.unit.kind == run[0].unit.kind
            and source.size(run[0].first_line, node.unit.end_line) <= JOINED_CHARS
            and _is_blank(source, run[-1].unit.end_line + 1, node.first_line - 1)
        ):
            yield run
            run = []
        if small:
            run.append(node)
        else:
            yield [node]
    if run:
        yield run


def _is_routine(node: Node) -> bool:
    """Whether a node is a function of more than two lines, which is never joined with others."""
    return node.unit.kind in STANDALONE_KINDS and node.unit.end_line - node.unit.start_line >= 2


def _is_blank(source: Source, first: int, last: int) -> bool:
    return not any(line.strip() for line in source.lines[first - 1 : last])


def _joined(source: Source, run: list[Node]) -> Chunk:
    """One chunk for small neighbours; it is named after the first and can be found by the names of all."""
    first, last = run[0], run[-1]
    span = (first.first_line, last.unit.end_line)
    contained = definitions(run)
    return source.chunk(
        span,
        "\n".join(source.lines[span[0] - 1 : span[1]]),
        kind=first.unit.kind,
        documentation="\n".join(filter(None, (node.documentation for node in run))),
        defines=names(run, with_members=True),
        definition=contained[0],
        definitions=contained,
    )


def _whole(source: Source, node: Node) -> Iterator[Chunk]:
    first, last = node.first_line, node.unit.end_line
    lines = source.lines[first - 1 : last]
    names_below = names(node.children, with_members=True)
    yield from _parts(source, node, range(first, last + 1), lines, names_below, definitions(node.children))


def _condensed(source: Source, node: Node) -> Iterator[Chunk]:
    """A container with its members replaced by their signatures, or omitted if the signatures are too long."""
    lines = [
        (line, source.lines[line - 1])
        for first, last in gaps(node.first_line, node.unit.end_line, node.children)
        for line in range(first, last + 1)
    ]
    if sum(len(child.unit.signature) for child in node.children) <= TARGET_CHARS:
        lines.extend(_signature(source, child.unit) for child in node.children if child.unit.signature)
        lines.sort(key=lambda line: line[0])
    numbers, texts = [number for number, _ in lines], [text for _, text in lines]
    yield from _parts(source, node, numbers, texts, names(node.children))


def _signature(source: Source, unit: Unit) -> tuple[int, str]:
    """The number of a unit's first line, and its signature with that line's indentation."""
    line = source.lines[unit.start_line - 1]
    return unit.start_line, line[: len(line) - len(line.lstrip())] + unit.signature


def _parts(
    source: Source,
    node: Node,
    numbers: Sequence[int],
    texts: list[str],
    names_below: Iterable[str],
    definitions_below: Sequence[Definition] = (),
) -> Iterator[Chunk]:
    """The chunks of a unit, several if its text is long: all are named after it, the one with its header defines it."""
    longest, target = (STAGE_CHARS, STEPS_CHARS) if node.unit.kind == "stage" else (MAX_CHARS, TARGET_CHARS)
    fits = sum(map(len, texts)) + len(texts) <= longest
    ranges = [(0, len(texts))] if fits else windows.split(texts, target)
    definition = node.definition
    is_first, has_own_definition = True, False
    for begin, end in ranges:
        text = "\n".join(texts[begin:end])
        if not text.strip():
            continue
        members = members_between(node.unit.members, numbers[begin], numbers[end - 1])
        contained = [member_definition(member, node) for member in members]
        if not has_own_definition and numbers[end - 1] >= node.unit.start_line:
            contained = [
                definition,
                *sorted([*contained, *node.adjacent, *definitions_below], key=lambda definition: definition.start_line),
            ]
            has_own_definition = True
        yield source.chunk(
            (node.first_line, node.unit.end_line) if fits else (numbers[begin], numbers[end - 1]),
            text,
            kind=node.unit.kind,
            documentation=node.documentation if is_first else "",
            defines=(
                node.unit.name,
                *(member.name for member in members),
                *(neighbour.name for neighbour in node.adjacent if is_first),
                *(names_below if is_first else ()),
            ),
            definition=definition,
            definitions=contained,
        )
        is_first = False
