"""Plain listings of languages, and of a file's chunks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codesearch.render.records import Record
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Chunk
    from codesearch.languages.registry import Language

_WIDTH = 96


def language_records(languages: Sequence[Language]) -> list[Record]:
    """Languages as JSON records."""
    return [
        {
            "name": language.name,
            "aliases": list(language.aliases),
            "extensions": list(language.extensions),
            "filenames": list(language.filenames),
            "interpreters": list(language.interpreters),
            "cut_by": chunked_by(language),
            "extra": language.extra,
        }
        for language in languages
    ]


def chunked_by(language: Language) -> str:
    """How files of the language are chunked: by a `grammar`, a `scanner`, or into windows of `lines`."""
    return "grammar" if language.grammar or language.hooks else "scanner" if language.scanner else "lines"


def language_table(languages: Sequence[Language]) -> str:
    """One line per language, wrapped if it has many extensions."""
    width = max(len(language.name) for language in languages)
    rows = []
    for language in languages:
        about = f"{language.name:<{width}}  {chunked_by(language):<7}  "
        files = " ".join([*language.extensions, *language.filenames])
        extra = f" (with the extra '{language.extra}')" if language.extra else ""
        rows.append(
            textwrap.fill(files + extra, _WIDTH, initial_indent=about, subsequent_indent=" " * len(about)).rstrip()
        )
    return "\n".join(rows)


def chunk_lines(chunk: Chunk, path: str) -> Iterator[str]:
    """A heading, then the signature, the first line of the documentation and the other definitions in the chunk."""
    location = f"{printable(path)}:{chunk.start_line}-{chunk.end_line}"
    yield f"{location}  {chunk.kind} {printable(chunk.qualified_name)}".rstrip()
    if chunk.signature:
        yield f"    {printable(' '.join(chunk.signature.split()))}"
    if chunk.documentation.strip():
        yield f"    {printable(chunk.documentation.strip().splitlines()[0])}"
    for definition in chunk.definitions:
        if definition is not chunk.definition:
            name = printable(definition.qualified_name)
            yield f"    {definition.start_line}-{definition.end_line}  {definition.kind} {name}".rstrip()
