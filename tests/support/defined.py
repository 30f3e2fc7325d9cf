"""What a text defines, as a test can state it."""

from __future__ import annotations

from codesearch.chunking.chunk import Definition
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve


def definitions(text: str, language: str, path: str = "file") -> list[Definition]:
    """The definitions of a text that can be parsed, ordered by line."""
    chunked = chunk_text(path, text, resolve(language))
    assert not chunked.fallback
    found = (definition for chunk in chunked.chunks for definition in chunk.definitions)
    return sorted(found, key=lambda definition: (definition.start_line, -definition.end_line))


def outline(text: str, language: str, path: str = "file") -> list[str]:
    """Its definitions as kind, qualified name and lines: `method Cart.add 3-7`."""
    return [f"{one.kind} {one.qualified_name} {_lines(one)}" for one in definitions(text, language, path)]


def _lines(definition: Definition) -> str:
    first, last = definition.start_line, definition.end_line
    return f"{first}-{last}" if first < last else f"{first}"
