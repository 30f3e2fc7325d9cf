"""Notebooks: the source of their cells, on the lines of the file; outputs are left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.chunking import notebook
from codesearch.chunking.chunk import Chunk, Definition
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.syntax import Unparsable
from codesearch.discovery.source import SourceText, read_source
from codesearch.languages.detect import detect, is_candidate

IMAGE = "iVBORw0KGgo" * 5_000
FUNCTION = "def area(width, height):\n    # in metres\n    return width * height\n"


def cell(kind: str, source: str, lines: bool = True, **more: Any) -> dict[str, Any]:
    written = source.splitlines(keepends=True) if lines else source
    return {"cell_type": kind, "metadata": {}, **more, "source": written}


def image() -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"image/png": IMAGE, "text/plain": ["def ghost():\n"]}}


def notebook_of(*cells: dict[str, Any], language: str = "python", indent: int | None = 1) -> str:
    metadata = {"kernelspec": {"name": "x", "language": language}}
    return json.dumps({"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=indent)


def chunks_of(text: str) -> list[Chunk]:
    chunked = chunk_text("a.ipynb", text, detect("a.ipynb", text))
    assert not chunked.fallback
    return list(chunked.chunks)


def named(chunks: list[Chunk], name: str) -> Definition:
    (definition,) = (definition for chunk in chunks for definition in chunk.definitions if definition.name == name)
    return definition


def text_of(chunks: list[Chunk]) -> str:
    return "\n".join(chunk.text for chunk in chunks)


def line_of(text: str, piece: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if piece in line)


def test_cells_are_source_with_the_lines_of_the_file() -> None:
    text = notebook_of(
        cell("markdown", "# Floors\n\nHow *large* a floor is"),
        cell("code", "import math\n" + FUNCTION, outputs=[image()], execution_count=1),
        cell("markdown", "## Rooms"),
        cell("code", "%matplotlib inline\n!pip install rooms\nclass Room:\n    size = 1\n", outputs=[]),
        cell("raw", "a raw cell"),
    )
    chunks = chunks_of(text)
    area = named(chunks, "area")
    assert (area.kind, area.qualified_name) == ("function", "area")
    assert (area.start_line, area.end_line) == (line_of(text, "def area"), line_of(text, "return width"))
    assert named(chunks, "Floors").start_line == line_of(text, "# Floors")
    rooms = named(chunks, "Rooms")
    assert rooms.qualified_name == "Floors > Rooms"
    assert rooms.end_line == line_of(text, "a raw cell")
    assert named(chunks, "Room").start_line == line_of(text, "class Room")
    assert named(chunks, "size").qualified_name == "Room.size"
    for piece in ("How *large* a floor is\n", "\nimport math\n" + FUNCTION, "pip install rooms", "a raw cell"):
        assert piece in text_of(chunks)
    assert "ghost" not in text_of(chunks)
    assert IMAGE[:50] not in text_of(chunks)


def test_chunks_are_of_the_file_whose_lines_they_name() -> None:
    code = FUNCTION + "    # and on\n" * 60
    text = notebook_of(cell("markdown", "# Größe"), cell("code", code), cell("markdown", "After " * 200))
    chunk = next(chunk for chunk in chunks_of(text) if chunk.name == "area")
    assert (chunk.path, chunk.language, chunk.kind) == ("a.ipynb", "Jupyter Notebook", "function")
    assert (chunk.start_line, chunk.text.split("\n")[0]) == (line_of(text, "def area"), "def area(width, height):")
    there = text.encode()[chunk.start_byte : chunk.end_byte].decode()
    assert there == "\n".join(text.split("\n")[chunk.start_line - 1 : chunk.end_line])


def test_parts_of_a_long_section_share_its_definition() -> None:
    code = [cell("code", "print(1)\n" * 60)] * 20
    parts = [chunk for chunk in chunks_of(notebook_of(cell("markdown", "# Floors"), *code)) if chunk.name == "Floors"]
    assert len(parts) > 2
    assert all(part.definition is parts[0].definitions[0] for part in parts)


def test_sources_as_one_string_and_whole_notebooks_on_one_line() -> None:
    text = notebook_of(cell("markdown", "# Floors", lines=False), cell("code", "x = 1\n\n" + FUNCTION, lines=False))
    area = named(chunks_of(text), "area")
    assert area.start_line == area.end_line == line_of(text, "def area")
    assert FUNCTION in text_of(chunks_of(text)) + "\n"
    text = notebook_of(cell("markdown", "# Floors"), cell("code", FUNCTION, outputs=[image()]), indent=None)
    area = named(chunks_of(text), "area")
    assert (area.kind, area.start_line, area.end_line) == ("function", 1, 1)


def test_strings_that_hold_parts_of_lines_or_several() -> None:
    text = notebook_of({"cell_type": "code", "source": ["def a", "rea():\n  return 1\n", "\n", "y = 2\r\nz = 3"]})
    read = notebook.read(text)
    assert read.lines == ["def area():", "  return 1", "", "y = 2", "z = 3"]
    assert [number - read.numbers[0] for number in read.numbers] == [0, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("language", "source", "names"),
    [
        ("julia", "area(a, b) = a * b\n", {"area"}),
        ("javascript", "function area() {\n return 1\n}\n", {"area"}),
        ("C++17", "int area() {\n return 1;\n}\n", {"area"}),
        ("python", "%%bash -e\narea() {\n  echo 1\n}\n", {"area"}),
        ("python", "%%time\ndef area():\n  pass\n", {"area"}),
        ("python", "%%writefile src/area.js\nfunction area() {\n return 1\n}\n", {"area"}),
        ("python", "if x:\n    !ls\ndef area():\n  %cd ..\n", {"area"}),
        ("python", "%%unheard\nfunction area() {}\n", set()),
        ("R", "area <- function(a) {\n  # Not a heading\n  a\n}\n", set()),
    ],
)
def test_code_is_in_the_language_of_the_kernel_or_of_a_magic_command(
    language: str, source: str, names: set[str]
) -> None:
    chunks = chunks_of(notebook_of(cell("code", source), language=language))
    assert {name for chunk in chunks for name in chunk.defines if name} - {"a.ipynb"} == names
    assert source.split("\n")[-2] in chunks[-1].text


def test_a_comment_of_code_is_no_heading_and_documents_what_is_below_it() -> None:
    chunks = chunks_of(notebook_of(cell("markdown", "# Floors"), cell("code", "# Computes\n# the area\n" + FUNCTION)))
    assert named(chunks, "area").documentation == "Computes\nthe area"


def test_the_formats_before_the_fourth() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": [FUNCTION], "language": "python", "outputs": []}]}
    assert named(chunks_of(json.dumps({"worksheets": [sheet], "nbformat": 3}, indent=1)), "area")


def test_embedded_pictures_are_left_out_of_prose() -> None:
    (chunk,) = chunks_of(notebook_of(cell("markdown", f"See ![a](data:image/png;base64,{IMAGE}) there")))
    assert chunk.text == "See ![a](data:image/png;base64,) there"


@pytest.mark.parametrize(
    "text", ["{", "[1]", "{}", '{"cells": 1}', '{"cells": [{}]}', "[" * 100_000, '{"cells": [' * 9, "<<<<<<< HEAD\n{"]
)
def test_what_is_no_notebook_is_cut_by_lines(text: str) -> None:
    with pytest.raises(Unparsable):
        notebook.read(text)
    chunked = chunk_text("a.ipynb", text, detect("a.ipynb", text))
    assert chunked.fallback == "the file is not a notebook"
    assert chunked.chunks


def test_a_notebook_without_source_has_no_chunks() -> None:
    assert chunks_of(notebook_of()) == chunks_of(notebook_of(cell("code", ""), cell("code", " \n"))) == []


def test_outputs_are_counted() -> None:
    text = notebook_of(cell("code", "1", outputs=[image(), image()]), cell("code", "2", outputs=[image()]))
    assert notebook.read(text).outputs == 3


def test_notebooks_are_read_although_their_outputs_are_large_and_long(tmp_path: Path) -> None:
    assert is_candidate("a.ipynb")
    chart = {"output_type": "display_data", "data": {"text/html": ["<script>" + "var a=1;" * 50_000 + "</script>"]}}
    cells = [cell("code", FUNCTION, outputs=[image(), chart]) for _ in range(5)]
    for indent, reason in ((1, ""), (None, "minified")):
        (tmp_path / "a.ipynb").write_text(notebook_of(*cells, indent=indent), encoding="utf-8")
        source = read_source(tmp_path, "a.ipynb")
        assert isinstance(source, SourceText)
        assert source.skip_reason == reason


@given(
    cells=st.lists(st.tuples(st.sampled_from(["code", "markdown", "raw"]), st.text(max_size=60), st.booleans())),
    indent=st.sampled_from([None, 0, 1, 2]),
)
@settings(deadline=None, max_examples=100)
def test_every_line_of_source_is_in_a_chunk_around_it(cells: list[tuple[str, str, bool]], indent: int | None) -> None:
    text = notebook_of(*(cell(kind, source, lines) for kind, source, lines in cells), indent=indent)
    read = notebook.read(text)
    held = {
        (number, line)
        for chunk in chunks_of(text)
        for number in range(chunk.start_line, chunk.end_line + 1)
        for line in chunk.text.split("\n")
    }
    written = {(number, line) for number, line in zip(read.numbers, read.lines, strict=True) if line.strip()}
    assert written <= held


def test_cells_of_dotnet_interactive_name_their_language() -> None:
    text = notebook_of(
        cell("code", "#!pwsh\nfunction Get-Cart { 1 }\n"),
        cell("code", "interface Cart { x: number }\n")
        | {"metadata": {"polyglot_notebook": {"kernelName": "typescript"}}},
        language="C#",
    )
    assert {one.name for chunk in chunks_of(text) for one in chunk.definitions} == {"Get-Cart", "Cart", "x"}


def test_the_lines_that_a_reader_sees_are_those_of_the_cells() -> None:
    text = notebook_of(cell("markdown", "# Areas\nof shapes"), cell("code", FUNCTION, outputs=[image()]))
    lines = notebook.cell_lines(text)
    assert len(lines) == len(text.split("\n"))
    assert [line for line in lines if line] == ["# Areas", "of shapes", *FUNCTION.splitlines()]
    for number, line in enumerate(text.split("\n")):
        assert not lines[number] or lines[number].strip().replace('"', '\\"') in line


def test_a_line_of_several_cells_stays_as_it_is() -> None:
    text = notebook_of(cell("code", FUNCTION), indent=None)
    assert notebook.cell_lines(text) == [text]
