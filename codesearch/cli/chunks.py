"""`codesearch chunks FILE…`: what the chunker makes of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.cli.exits import ERROR, HITS, NO_HITS, note
from codesearch.cli.formats import JSON, JSONL, only_one
from codesearch.cli.options import JsonArray, JsonLines, complete_language
from codesearch.cli.output import results

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Chunk
    from codesearch.languages.registry import Language

EPILOG = """\
Examples:

\b
  codesearch chunks src/server.go
  codesearch chunks --lang c++ include/vector.h
  codesearch chunks --json src/*.py | jq -r '.[] | "\\(.kind) \\(.qualified_name)"'
"""


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files to split.")],
    language: Annotated[
        str,
        typer.Option(
            "--lang",
            metavar="NAME",
            help="Treat the files as this language.",
            autocompletion=complete_language,
        ),
    ] = "",
    as_json: JsonArray = False,
    as_jsonl: JsonLines = False,
) -> None:
    """Show how files are split into chunks."""
    from codesearch.languages.registry import resolve
    from codesearch.render.listings import chunk_lines
    from codesearch.render.records import chunk_record, json_document, json_line

    only_one({JSON: as_json, JSONL: as_jsonl})
    forced = resolve(language) if language else None
    chunked: list[tuple[Path, Chunk]] = []
    is_complete = True
    for file in files:
        chunks = _chunks(file, forced)
        is_complete = is_complete and chunks is not None
        chunked += [(file, chunk) for chunk in chunks or ()]
    records = (chunk_record(chunk, str(file)) for file, chunk in chunked)
    with results():
        if as_json:
            print(json_document(records))
        elif as_jsonl:
            for record in records:
                print(json_line(record))
        else:
            for file, chunk in chunked:
                print(*chunk_lines(chunk, str(file)), sep="\n")
    raise typer.Exit(ERROR if not is_complete else HITS if chunked else NO_HITS)


def _chunks(file: Path, language: Language | None) -> tuple[Chunk, ...] | None:
    """The chunks of one file; None, with the reason on stderr, if it can't be chunked."""
    from codesearch.discovery.source import SkippedFile, read_source
    from codesearch.index import guarded
    from codesearch.languages.detect import detect

    if not file.exists():
        note(f"{file} does not exist")
        return None
    source = read_source(file.parent, file.name)
    if isinstance(source, SkippedFile):
        note(f"{file}: {source.reason}")
        return None
    result = guarded.chunk_text(file.as_posix(), source.text, language or detect(file.name, source.text))
    if result.fallback:
        note(f"{file}: split by lines: {result.fallback}")
    return result.chunks
