"""Jupyter notebooks: the source of their cells, with the lines of the file where it is stored.

Outputs, attachments and embedded data are skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from codesearch.chunking import syntax
from codesearch.chunking.chunk import Chunk, Definition
from codesearch.chunking.embedded import Region
from codesearch.chunking.hooks import markdown
from codesearch.chunking.json_offsets import elements, items, value
from codesearch.chunking.source import Source
from codesearch.languages.detect import detect
from codesearch.languages.registry import Language, by_name, resolve

LANGUAGE = "Jupyter Notebook"
_DATA_URI = re.compile(r"(;base64,)[A-Za-z0-9+/=]{100,}")
_VERSION = re.compile(r"[-\d.]+$")
_CELL_MAGIC = re.compile(r"\s*(?:%%|#!)(\w+)[ \t]*([^\n]*)")
"""`%%bash`, and `#!csharp` of .NET Interactive."""
_LANGUAGE_KEYS = (
    ("language_info", "name"),
    ("kernelspec", "language"),
    ("vscode", "languageId"),
    ("polyglot_notebook", "kernelName"),
    ("dotnet_interactive", "language"),
)
_TIMING_MAGICS = frozenset("capture prun time timeit".split())
_FILE_MAGICS = frozenset(("file", "writefile"))
_LINE_MAGIC = re.compile(r"^([ \t]*)(?:%{1,2}[A-Za-z]|!)[^\n]*", re.MULTILINE)


@dataclass(slots=True)
class Notebook:
    """The lines of a notebook's cells, with a blank line between cells."""

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """For each line, the number of the line in the file that contains it; 1-based."""
    prose: list[str] = field(default_factory=list)
    """The lines of Markdown cells; other lines are blank."""
    regions: list[Region] = field(default_factory=list)
    """The code cells."""
    outputs: int = 0
    """Number of outputs, which are skipped."""


def read(text: str) -> Notebook:
    """Read a notebook's JSON. Raises `Unparsable` if the text is not a notebook."""
    try:
        return _read(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise syntax.Unparsable("the file is not a notebook") from error


def cell_lines(text: str) -> list[str]:
    """For each line of a notebook's file, the line of a cell that it contains, or "".

    A line of the file that contains several is returned unchanged. Raises `Unparsable`.
    """
    notebook = read(text)
    lines_by_number: dict[int, list[str]] = {}
    for number, line in zip(notebook.numbers, notebook.lines, strict=True):
        if line:
            lines_by_number.setdefault(number, []).append(line)
    contents = [lines_by_number.get(number, [""]) for number in range(1, text.count("\n") + 2)]
    return [content[0] if len(content) == 1 else line for content, line in zip(contents, text.split("\n"), strict=True)]


def outline(notebook: Notebook, language: Language, path: str) -> syntax.Outline:
    """The sections of a notebook: from each heading to the next, code included. Raises `Unparsable`."""
    prose = syntax.outline("\n".join(notebook.prose), language, path)
    return replace(prose, units=markdown.refine(prose.units, notebook.lines))


def map_to_file(chunks: Iterable[Chunk], notebook: Notebook, file: Source) -> Iterator[Chunk]:
    """Map chunks of a notebook's lines to lines and bytes of the file. Chunks that share a definition still do."""
    mapped: dict[int, Definition] = {}

    def map_definition(definition: Definition) -> Definition:
        if id(definition) not in mapped:
            first, last = notebook.numbers[definition.start_line - 1], notebook.numbers[definition.end_line - 1]
            mapped[id(definition)] = definition._replace(start_line=first, end_line=last)
        return mapped[id(definition)]

    for chunk in chunks:
        yield file.chunk(
            (notebook.numbers[chunk.start_line - 1], notebook.numbers[chunk.end_line - 1]),
            chunk.text,
            kind=chunk.kind,
            documentation=chunk.documentation,
            defines=chunk.defines,
            definition=chunk.definition and map_definition(chunk.definition),
            definitions=map(map_definition, chunk.definitions),
        )


def _read(text: str) -> Notebook:
    notebook = Notebook()
    line_ends = [match.start() for match in re.finditer("\n", text)]
    top = dict(items(text, len(text) - len(text.lstrip())))
    kernel = _language(_part(text, top, "metadata", {}))
    for cell in _cells(text, top):
        source = _source(text, cell["source" if "source" in cell else "input"])
        notebook.outputs += len(_part(text, cell, "outputs", []))
        _append(
            notebook,
            kind=value(text, cell["cell_type"]),
            lines=[line for _, line in source],
            numbers=[bisect_right(line_ends, offset) + 1 for offset, _ in source],
            kernel=_language(_part(text, cell, "metadata", {})) or kernel,
        )
    return notebook


def _cells(text: str, top: dict[str, int]) -> Iterator[dict[str, int]]:
    """The cells as keys with the offsets of their values. Before format 4, cells were in worksheets."""
    if "cells" in top:
        arrays = [top["cells"]]
    else:
        arrays = [dict(items(text, sheet))["cells"] for sheet in elements(text, top["worksheets"])]
    for array in arrays:
        for cell in elements(text, array):
            yield dict(items(text, cell))


def _part(text: str, offsets: dict[str, int], key: str, default: Any) -> Any:
    """The value of a key, or the default if it is missing or of another type."""
    part = value(text, offsets[key]) if key in offsets else default
    return part if isinstance(part, type(default)) else default


def _source(text: str, start: int) -> list[tuple[int, str]]:
    """The lines of a cell, each with the offset in the file of the JSON string in which it begins."""
    offsets = list(elements(text, start)) if text[start] == "[" else [start]
    strings = [value(text, offset).replace("\r\n", "\n").replace("\r", "\n") for offset in offsets]
    begins = list(accumulate(map(len, strings[:-1]), initial=0))
    lines: list[tuple[int, str]] = []
    begin = 0
    for line in "".join(strings).split("\n") if offsets else ():
        lines.append((offsets[bisect_right(begins, begin) - 1], _DATA_URI.sub(r"\1", line)))
        begin += len(line) + 1
    return lines


def _append(notebook: Notebook, kind: str, lines: list[str], numbers: list[int], kernel: str) -> None:
    if not any(line.strip() for line in lines):
        return
    if notebook.lines:
        notebook.lines.append("")
        notebook.prose.append("")
        notebook.numbers.append(notebook.numbers[-1])
    if kind == "code" and (region := _region("\n".join(lines), len(notebook.lines) + 1, kernel)):
        notebook.regions.append(region)
    notebook.lines += lines
    notebook.numbers += numbers
    notebook.prose += lines if kind == "markdown" else [""] * len(lines)


def _region(code: str, first_line: int, kernel: str) -> Region | None:
    """The code of a cell in its language: the kernel's, or that of a cell magic (`%%bash`). None if it is unknown."""
    language = by_name(kernel or "Python")
    magic = _CELL_MAGIC.match(code)
    if magic and magic[1] in _FILE_MAGICS:
        language = detect(magic[2].strip(), "")
    elif magic and magic[1] not in _TIMING_MAGICS:
        language = by_name(magic[1])
    if language is None:
        return None
    if magic:
        code = code[: magic.start(1) - 2] + code[magic.end() :]
    if language is resolve("Python"):
        code = _LINE_MAGIC.sub(r"\1pass", code)
    return Region(language, first_line, code)


def _language(metadata: dict[str, Any]) -> str:
    """The language that the metadata of a notebook or cell specifies, or ""."""
    for key, name in _LANGUAGE_KEYS:
        part = metadata.get(key)
        declared = part.get(name) if isinstance(part, dict) else None
        if declared and isinstance(declared, str):
            return declared if by_name(declared) else _VERSION.sub("", declared)
    return ""
