"""A file's text → its chunks, by grammar, scanner or, if neither works, line windows."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from codesearch.chunking import notebook, swallowing, syntax, unfinished
from codesearch.chunking.assemble import assemble
from codesearch.chunking.chunk import ChunkedFile, Member, Unit
from codesearch.chunking.conflicts import without_theirs
from codesearch.chunking.embedded import Region
from codesearch.chunking.ownership import assign_members
from codesearch.chunking.source import Source
from codesearch.languages.registry import Language, resolve


def chunk_text(path: str, text: str, language: Language | None) -> ChunkedFile:
    """Chunk a text whose newlines are `\\n`. Without a language, it is split into line windows.

    Never raises because of the text's content: if it can't be parsed, it is split into line windows too, and `fallback`
    says why. Every non-blank line is in at least one chunk.
    """
    if not text.strip():
        return ChunkedFile(())
    language = language or resolve("Text")
    outline, fallback = syntax.Outline([]), ""
    try:
        if language.name == notebook.LANGUAGE:
            return _notebook(path, text, language)
        outline = _outline(path, text, language)
    except syntax.Unparsable as error:
        fallback = str(error)
    return ChunkedFile(tuple(assemble(path, text, language, outline)), fallback)


def _notebook(path: str, text: str, language: Language) -> ChunkedFile:
    """Chunk the source of a notebook's cells. Raises `Unparsable` if the text is not a notebook."""
    cells = notebook.read(text)
    outline = _with_embedded(notebook.outline(cells, language, path), cells.regions, path)
    chunks = assemble(path, "\n".join(cells.lines), language, outline) if cells.lines else []
    file = Source(path, text, language.name)
    return ChunkedFile(tuple(notebook.map_to_file(chunks, cells, file)), outputs=cells.outputs)


def _outline(path: str, text: str, language: Language) -> syntax.Outline:
    hooks: Any = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}") if language.hooks else None
    text = without_theirs(text)
    outline = syntax.Outline([])
    if language.scanner:
        scanner: Any = importlib.import_module(f"codesearch.chunking.scanners.{language.scanner}")
        members = scanner.members_outside(text) if hasattr(scanner, "members_outside") else ()
        outline = syntax.Outline(scanner.scan(text), members=members)
    elif language.grammar:
        prepared = hooks.prepare(text) if hasattr(hooks, "prepare") else text
        outline = _outline_by_grammar(prepared, language, path, hooks)
        if hasattr(hooks, "INSERTED") and hooks.INSERTED in prepared:
            outline = outline.without(hooks.INSERTED)
        if hasattr(hooks, "refine"):
            outline = replace(outline, units=hooks.refine(outline.units, text.split("\n")))
        if hasattr(hooks, "refine_outline"):
            outline = hooks.refine_outline(outline, text.split("\n"))
    if hasattr(hooks, "embedded"):
        outline = _with_embedded(outline, hooks.embedded(text), path)
    return outline


def _outline_by_grammar(text: str, language: Language, path: str, hooks: Any) -> syntax.Outline:
    """The outline of a text or, if it is unfinished and more is found so, of the text as it is repaired."""
    keeps: Callable[[Unit], bool] | None = getattr(hooks, "keeps", None)
    best = syntax.outline(text, language, path, keeps)
    if best.has_errors or swallowing.may_hide_code(text, language):
        for repaired in _repaired(text, language, hooks):
            outline = syntax.outline(repaired, language, path, keeps)
            best = max(best, outline, key=_extent)
            if best is outline and not best.has_errors:
                break
    return best


def _repaired(text: str, language: Language, hooks: Any) -> Iterator[str]:
    yield from unfinished.repaired(text, language)
    if hasattr(hooks, "skeleton"):
        yield hooks.skeleton(text)


def _extent(outline: syntax.Outline) -> tuple[bool, int, int, int]:
    """How much of a text was read: whether all was, the number of units and members, and how little units run on."""
    members = len(outline.members) + sum(len(unit.members) for unit in outline.units)
    lines = sum(unit.end_line - unit.start_line for unit in outline.units)
    return not outline.has_errors, len(outline.units), members, -lines


def _with_embedded(outline: syntax.Outline, regions: Iterable[Region], path: str) -> syntax.Outline:
    """Add the units and members of regions; regions that can't be parsed are ignored."""
    units: list[Unit] = []
    members: list[Member] = []
    for region in regions:
        try:
            outline_of_region = _outline(path + region.ending, region.text, region.language)
        except syntax.Unparsable:
            continue
        offset = region.first_line - 1
        units += (_shifted(unit, offset, region.language) for unit in outline_of_region.units)
        members += (_shifted_member(member, offset, region.language) for member in outline_of_region.members)
    if not units and not members:
        return outline
    outside = assign_members(outline.units, members)
    units = sorted([*outline.units, *units], key=lambda unit: (unit.start_line, -unit.end_line))
    return replace(outline, units=units, members=tuple(sorted((*outline.members, *outside))))


def _shifted(unit: Unit, lines: int, language: Language) -> Unit:
    """A unit of a region with the line numbers of the file, `lines` further down."""
    return replace(
        unit,
        start_line=unit.start_line + lines,
        end_line=unit.end_line + lines,
        header_end=unit.header_end + lines,
        members=tuple(_shifted_member(member, lines, language) for member in unit.members),
        language=unit.language or language,
    )


def _shifted_member(member: Member, lines: int, language: Language) -> Member:
    return replace(
        member,
        line=member.line + lines,
        end_line=member.end_line and member.end_line + lines,
        language=member.language or language,
    )
