"""Lines outside all units: a chunk for the file itself, more for long stretches of code, and one for a licence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from codesearch.chunking import comments, windows
from codesearch.chunking.chunk import Chunk, Definition
from codesearch.chunking.source import Source
from codesearch.chunking.syntax import Outline
from codesearch.chunking.tree import Node, gaps, member_definition, members_between, names
from codesearch.languages.registry import Language

STRETCH_CHARS = 200
"""Shorter stretches between units (a constant, a closing brace) belong to the file's chunk."""
LICENSE_LINES = 4
"""Licences of at least this many lines are a separate chunk, or they would dominate the file's chunk."""


def remainder_chunks(
    source: Source,
    top: list[Node],
    namespaces: list[Node],
    outline: Outline,
    loose: dict[int, list[Definition]],
    language: Language,
) -> Iterator[Chunk]:
    """Chunks of the lines outside all units; `loose` has the definitions on these lines.

    The first chunk has kind `file` and lists everything that the file defines in `defines`.
    """
    license_end, documentation = _header(source, top, language)
    if license_end:
        yield source.chunk((1, license_end), "\n".join(source.lines[:license_end]), kind="license")
    kind = "file"
    for stretch in _stretches(source, list(gaps(license_end + 1, len(source.lines), top))):
        numbers = list(chain.from_iterable(range(first, last + 1) for first, last in stretch))
        texts = list(chain.from_iterable(source.lines[first - 1 : last] for first, last in stretch))
        for begin, end in windows.split(texts, windows.TARGET_CHARS):
            while begin < end and not texts[begin].strip():
                begin += 1
            while begin < end and not texts[end - 1].strip():
                end -= 1
            if begin == end:
                continue
            span = (numbers[begin], numbers[end - 1])
            members = [member.name for member in members_between(outline.members, *span)]
            is_file = kind == "file"
            yield source.chunk(
                span,
                "\n".join(texts[begin:end]),
                kind=kind,
                documentation=(outline.documentation or documentation) if is_file else "",
                defines=(*members, *(node.unit.name for node in namespaces), *names(top)) if is_file else members,
                definitions=chain.from_iterable(loose.get(number, ()) for number in numbers[begin:end]),
            )
            kind = "block"


def loose_definitions(outline: Outline, namespaces: list[Node]) -> dict[int, list[Definition]]:
    """Definitions outside all units by first line: namespaces, their members and those of the file."""
    definitions = [member_definition(member) for member in outline.members]
    for node in namespaces:
        if node.unit.name:
            definitions.append(node.definition._replace(start_line=node.unit.start_line))
        definitions += (member_definition(member, node) for member in node.unit.members)
    by_line: dict[int, list[Definition]] = {}
    for definition in definitions:
        by_line.setdefault(definition.start_line, []).append(definition)
    return by_line


def _header(source: Source, top: list[Node], language: Language) -> tuple[int, str]:
    """Last line of the licence at the top of the file (0 if none), and the text of the other header comments."""
    before = source.lines[: top[0].first_line - 1] if top else source.lines
    license_end = 0
    other_lines: list[str] = []
    for first, last in comments.header_blocks(before, language):
        text = comments.without_markers(before[first - 1 : last], language)
        if not other_lines and comments.is_license(text) and last - first + 1 >= LICENSE_LINES:
            license_end = last
        for paragraph in text.split("\n\n"):
            if not comments.is_license(paragraph):
                other_lines.extend(line for line in paragraph.split("\n") if "copyright" not in line.lower())
    return license_end, "\n".join(other_lines)


def _stretches(source: Source, between: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Groups of spans: first the one at the top of the file with all short ones, then each long one by itself."""
    is_long = [index > 0 and source.size(*span) > STRETCH_CHARS for index, span in enumerate(between)]
    yield [span for span, long in zip(between, is_long, strict=True) if not long]
    yield from ([span] for span, long in zip(between, is_long, strict=True) if long)
