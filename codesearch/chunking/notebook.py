"""Jupyter notebooks: what was written in their cells, and on which lines of the file it stands.

Outputs, attachments and embedded data are left out.
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
from codesearch.chunking.json_places import elements, items, value
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
    """The cells of a notebook, one after another with a blank line between."""

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    """For each of the lines, the line of the file that holds it; 1-based."""
    prose: list[str] = field(default_factory=list)
    """The lines, blank where they are not Markdown."""
    regions: list[Region] = field(default_factory=list)
    """The code."""
    outputs: int = 0
    """How many were left out."""


def read(text: str) -> Notebook:
    """Raises `Unparsable` where a text is no notebook."""
    try:
        return _read(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise syntax.Unparsable("the file is not a notebook") from error


def lines_as_written(text: str) -> list[str]:
    """For each line of a notebook's file, the line of a cell that it holds, or nothing.

    A line that holds several stays as it is. Raises `Unparsable`.
    """
    notebook = read(text)
    held: dict[int, list[str]] = {}
    for number, line in zip(notebook.numbers, notebook.lines, strict=True):
        if line:
            held.setdefault(number, []).append(line)
    found = [held.get(number, [""]) for number in range(1, text.count("\n") + 2)]
    return [one[0] if len(one) == 1 else line for one, line in zip(found, text.split("\n"), strict=True)]


def outline(notebook: Notebook, language: Language, path: str) -> syntax.Outline:
    """The sections that headings begin, each with the code below it. Raises `Unparsable`."""
    found = syntax.outline("\n".join(notebook.prose), language, path)
    return replace(found, units=markdown.refine(found.units, notebook.lines))


def placed(chunks: Iterable[Chunk], notebook: Notebook, file: Source) -> Iterator[Chunk]:
    """Chunks of the notebook's lines, with the lines and bytes of the file; what shares a definition goes on to."""
    moved: dict[int, Definition] = {}

    def there(definition: Definition) -> Definition:
        if id(definition) not in moved:
            first, last = notebook.numbers[definition.start_line - 1], notebook.numbers[definition.end_line - 1]
            moved[id(definition)] = replace(definition, start_line=first, end_line=last)
        return moved[id(definition)]

    for chunk in chunks:
        yield file.chunk(
            (notebook.numbers[chunk.start_line - 1], notebook.numbers[chunk.end_line - 1]),
            chunk.text,
            kind=chunk.kind,
            documentation=chunk.documentation,
            defines=chunk.defines,
            definition=chunk.definition and there(chunk.definition),
            definitions=map(there, chunk.definitions),
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
            numbers=[bisect_right(line_ends, place) + 1 for place, _ in source],
            kernel=_language(_part(text, cell, "metadata", {})) or kernel,
        )
    return notebook


def _cells(text: str, top: dict[str, int]) -> Iterator[dict[str, int]]:
    """The cells, each as its keys and where their values begin; before format 4 they lay in worksheets."""
    if "cells" in top:
        arrays = [top["cells"]]
    else:
        arrays = [dict(items(text, sheet))["cells"] for sheet in elements(text, top["worksheets"])]
    for array in arrays:
        for cell in elements(text, array):
            yield dict(items(text, cell))


def _part(text: str, places: dict[str, int], key: str, default: Any) -> Any:
    """The value of a key, or the default where it has none of that type."""
    found = value(text, places[key]) if key in places else default
    return found if isinstance(found, type(default)) else default


def _source(text: str, start: int) -> list[tuple[int, str]]:
    """The lines of a cell, with where in the file the strings begin that they begin in."""
    places = list(elements(text, start)) if text[start] == "[" else [start]
    strings = [value(text, place).replace("\r\n", "\n").replace("\r", "\n") for place in places]
    begins = list(accumulate(map(len, strings[:-1]), initial=0))
    lines: list[tuple[int, str]] = []
    begin = 0
    for line in "".join(strings).split("\n") if places else ():
        lines.append((places[bisect_right(begins, begin) - 1], _DATA_URI.sub(r"\1", line)))
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
    """The code of a cell in its language: the kernel's unless a magic command (`%%bash`) names another."""
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
    """The language that a notebook or a cell names, or nothing."""
    for key, name in _LANGUAGE_KEYS:
        part = metadata.get(key)
        named = part.get(name) if isinstance(part, dict) else None
        if named and isinstance(named, str):
            return named if by_name(named) else _VERSION.sub("", named)
    return ""
