"""Outlines as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codesearch.quantities import count
from codesearch.render.budget import fitting
from codesearch.render.records import Record
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.navigation.outline import FileOutline, OutlinedDefinition

_INDENT = "  "
_MAX_SIGNATURE = 120
"""Characters."""


def outline_lines(outlines: Sequence[FileOutline], max_tokens: int | None = None) -> Iterator[str]:
    """A path and, below it, a line per definition.

    With `max_tokens` as many as fit, and then how many files are missing.
    """
    lines = [line for outline in outlines for line in _file_lines(outline)]
    files = [number for number, outline in enumerate(outlines) for _ in range(1 + len(outline.definitions))]
    return fitting(lines, max_tokens, lambda shown: _more(len(outlines) - (files[shown - 1] if shown else 0)))


def outline_record(outline: FileOutline) -> Record:
    """An outline as JSON."""
    return {
        "path": outline.path,
        "language": outline.language,
        "definitions": [
            {
                "kind": definition.kind,
                "name": definition.name,
                "qualified_name": definition.qualified_name,
                "signature": definition.signature,
                "start_line": definition.start_line,
                "end_line": definition.end_line,
                "depth": definition.depth,
                "references": definition.references,
            }
            for definition in outline.definitions
        ],
    }


def _file_lines(outline: FileOutline) -> Iterator[str]:
    width = max((len(_span(definition)) for definition in outline.definitions), default=0)
    yield printable(outline.path)
    yield from (_line(definition, width) for definition in outline.definitions)


def _line(definition: OutlinedDefinition, width: int) -> str:
    signature = " ".join(definition.signature.split())
    if len(signature) > _MAX_SIGNATURE:
        signature = signature[: _MAX_SIGNATURE - 1] + "…"
    text = signature if definition.name in signature else f"{definition.kind} {definition.name} {signature}".rstrip()
    if not definition.depth and definition.qualified_name != definition.name:
        text = f"{definition.qualified_name}  {text}"
    return printable(f"{_INDENT}{_span(definition):>{width}}  {_INDENT * definition.depth}{text}")


def _span(definition: OutlinedDefinition) -> str:
    if definition.start_line == definition.end_line:
        return str(definition.start_line)
    return f"{definition.start_line}-{definition.end_line}"


def _more(files: int) -> str:
    return f"… {count(files, 'file')} not shown in full; narrow the path or allow more tokens"
