"""A file's text → its chunks, by grammar, scanner or, where neither takes it, line windows."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

from codesearch.chunking import syntax
from codesearch.chunking.assemble import assemble
from codesearch.chunking.chunk import ChunkedFile
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
        outline = _outline(path, text, language)
    except syntax.Unparsable as error:
        fallback = str(error)
    return ChunkedFile(tuple(assemble(path, text, language, outline)), fallback)


def _outline(path: str, text: str, language: Language) -> syntax.Outline:
    if language.scanner:
        scanner = importlib.import_module(f"codesearch.chunking.scanners.{language.scanner}")
        return syntax.Outline(scanner.scan(text))
    if not language.grammar:
        return syntax.Outline([])
    hooks: Any = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}") if language.hooks else None
    prepared = hooks.prepare(text) if hasattr(hooks, "prepare") else text
    outline = syntax.outline(prepared, language, path)
    if hasattr(hooks, "refine"):
        outline = replace(outline, units=hooks.refine(outline.units, text.split("\n")))
    return outline
