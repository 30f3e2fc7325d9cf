"""A file's text → its chunks, by grammar, scanner or, where neither takes it, line windows."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from codesearch.chunking import notebook, syntax
from codesearch.chunking.assemble import assemble
from codesearch.chunking.chunk import ChunkedFile, Member, Unit
from codesearch.chunking.embedded import Region
from codesearch.chunking.holders import give_members
from codesearch.chunking.source import Source
from codesearch.languages.registry import Language, resolve


def chunk_text(path: str, text: str, language: Language | None) -> ChunkedFile:
    """Chunks of a text whose newlines are `\\n`. A file of no known language is cut into line windows.

    Never raises for what the text holds: a text that the grammar can't take is cut into line windows too,
    and `fallback` says why. Every line that is not blank is in at least one chunk.
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
    """Chunks of what was written in a notebook's cells. Raises `Unparsable` where it is none."""
    written = notebook.read(text)
    outline = _with_embedded(notebook.outline(written, language, path), written.regions, path)
    chunks = assemble(path, "\n".join(written.lines), language, outline) if written.lines else []
    file = Source(path, text, language.name)
    return ChunkedFile(tuple(notebook.placed(chunks, written, file)), outputs=written.outputs)


def _outline(path: str, text: str, language: Language) -> syntax.Outline:
    hooks: Any = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}") if language.hooks else None
    outline = syntax.Outline([])
    if language.scanner:
        scanner = importlib.import_module(f"codesearch.chunking.scanners.{language.scanner}")
        outline = syntax.Outline(scanner.scan(text))
    elif language.grammar:
        prepared = hooks.prepare(text) if hasattr(hooks, "prepare") else text
        outline = syntax.outline(prepared, language, path)
        if hasattr(hooks, "refine"):
            outline = replace(outline, units=hooks.refine(outline.units, text.split("\n")))
    if hasattr(hooks, "embedded"):
        outline = _with_embedded(outline, hooks.embedded(text), path)
    return outline


def _with_embedded(outline: syntax.Outline, regions: Iterable[Region], path: str) -> syntax.Outline:
    """The outline with what the regions define; one that its grammar can't take costs only itself."""
    units: list[Unit] = []
    members: list[Member] = []
    for region in regions:
        try:
            found = _outline(path + region.ending, region.text, region.language)
        except syntax.Unparsable:
            continue
        above = region.first_line - 1
        units += (_moved(unit, above, region.language) for unit in found.units)
        members += (_moved_member(member, above, region.language) for member in found.members)
    if not units and not members:
        return outline
    outside = give_members(outline.units, members)
    units = sorted([*outline.units, *units], key=lambda unit: (unit.start_line, -unit.end_line))
    return replace(outline, units=units, members=tuple(sorted((*outline.members, *outside))))


def _moved(unit: Unit, lines: int, language: Language) -> Unit:
    """A unit of a region as one of its file."""
    return replace(
        unit,
        start_line=unit.start_line + lines,
        end_line=unit.end_line + lines,
        header_end=unit.header_end + lines,
        members=tuple(_moved_member(member, lines, language) for member in unit.members),
        language=unit.language or language,
    )


def _moved_member(member: Member, lines: int, language: Language) -> Member:
    return replace(
        member,
        line=member.line + lines,
        end_line=member.end_line and member.end_line + lines,
        language=member.language or language,
    )
