"""The line scanners for languages without a sound grammar."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.chunking.chunk import Unit
from codesearch.chunking.kinds import KINDS
from codesearch.chunking.scanners import assembly, cmake, tex, visual_basic

SAMPLES = Path(__file__).parent / "data" / "languages"
SCANNERS = ("assembly", "cmake", "sql", "tex", "visual_basic")


def found(units: list[Unit]) -> set[tuple[str, str, int, int]]:
    return {(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in units}


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nasm.asm", {("macro", "print", 4, 10), ("label", "factorial", 25, 41), ("label", "_start", 43, 50)}),
        ("gas.s", {("macro", "save_regs", 26, 29)}),
        ("masm.asm", {("struct", "POINT", 7, 10), ("function", "AddTwo", 15, 20)}),
        ("arm.S", {("label", "reset_handler", 6, 13), ("function", "memcpy_fast", 17, 22)}),
    ],
)
def test_assembly_of_each_dialect(name: str, expected: set[tuple[str, str, int, int]]) -> None:
    units = found(assembly.scan(sample(name)))
    assert expected <= units


def test_local_labels_are_members_of_their_function() -> None:
    text = "copy:\n    mov ecx, 4\n.loop:\n    dec ecx\n    jnz .loop\n    ret\n\n; next\n\nlast:\n    ret\n"
    first, second = assembly.scan(text)
    assert (first.name, first.start_line, first.end_line, first.members) == ("copy", 1, 6, ((3, "loop"),))
    assert (second.name, second.start_line) == ("last", 10)


def test_directives_above_a_label_belong_to_it_and_macros_nest_with_loops() -> None:
    text = (
        ".globl f\n.type f, @function\nf:\n  ret\nfill MACRO n\n  REPT n\n  nop\n  ENDM\nENDM\n"
        "g PROC\nagain:\n  ret\ng ENDP\n"
    )
    units = found(assembly.scan(text))
    assert units == {("label", "f", 1, 4), ("macro", "fill", 5, 9), ("function", "g", 10, 13)}


def test_a_macro_that_never_ends_swallows_nothing() -> None:
    assert ("label", "main", 3, 4) in found(assembly.scan("%macro broken 0\n  nop\nmain:\n  ret\n"))


def test_cmake_blocks_and_targets() -> None:
    units = found(cmake.scan(sample("CMakeLists.txt")))
    assert {
        ("function", "demo_add_library", 14, 24),
        ("macro", "demo_log", 26, 28),
        ("target", "demo", 40, 40),
    } <= units


def test_cmake_steps_over_brackets_and_strings() -> None:
    text = (
        "#[[ function(no)\n]]\nset(X [=[\nfunction(no_either)\n]=])\n"
        'add_library(core\n  "a(b.c"\n  c.c # :)\n)\nadd_custom_target(\n  docs\n  ALL)\n'
    )
    assert found(cmake.scan(text)) == {("target", "core", 6, 9), ("target", "docs", 10, 12)}


def test_cmake_targets_within_a_function_are_its_members() -> None:
    (make,) = cmake.scan("function(make)\n  add_library(core a.c)\n  add_custom_target(\n    docs)\nendfunction()\n")
    assert make.members == ((2, "core"), (3, "docs"))


def test_tex_sections_nest_by_level() -> None:
    units = {unit.name: unit for unit in tex.scan(sample("sample.tex"))}
    assert (units["Introduction"].start_line, units["Introduction"].end_line) == (16, 28)
    assert units["Introduction"].is_container
    assert units["Background"].end_line <= units["Introduction"].end_line
    assert units["vect"].kind == "macro"
    assert "not a section" not in units, "it stands in a listing"


def test_tex_definitions_over_lines_and_labelled_environments() -> None:
    text = (
        "\\newcommand{\\wide}[2]{%\n  #1 \\{ % } no\n  #2\n}\n"
        "\\begin{figure}\n  \\caption{A}\n  \\label{fig:a}\n\\end{figure}\n\\def\\short#1{x}\n"
    )
    assert found(tex.scan(text)) == {
        ("macro", "wide", 1, 4),
        ("environment", "fig:a", 5, 8),
        ("macro", "short", 9, 9),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("module.bas", {("struct", "TPoint", 5, 8), ("enum", "eKind", 9, 12), ("function", "GetTick", 3, 3)}),
        ("klass.cls", {("event", "Changed", 9, 9)}),
        ("form.frm", {("function", "Command1_Click", 16, 19)}),
        ("sample.vb", {("interface", "IShape", 7, 10), ("class", "Circle", 27, 80), ("module", "Program", 82, 87)}),
    ],
)
def test_visual_basic_of_each_dialect(name: str, expected: set[tuple[str, str, int, int]]) -> None:
    assert expected <= found(visual_basic.scan(sample(name)))


def test_visual_basic_heads_go_on_over_lines_and_missing_ends_do_no_harm() -> None:
    text = (
        "Public Function Add(ByVal a As Long, _\n    ByVal b As Long) As Long\n  Add = a + b\nEnd Function\n"
        "Class Broken\n  Sub One()\n    x = 1\nEnd Class\nSub Two\nEnd Sub\n"
    )
    units = {(unit.name, unit.start_line, unit.end_line) for unit in visual_basic.scan(text)}
    assert {("Add", 1, 4), ("Broken", 5, 8), ("Two", 9, 10)} <= units


def test_visual_basic_routines_do_not_nest_and_files_have_names() -> None:
    text = (
        'VERSION 1.0 CLASS\nAttribute VB_Name = "Stack"\nPublic Enum Way\n  wayUp = 1\n  [wayDown]\nEnd Enum\n'
        "Sub Open_()\n  x = 1\n\nFunction Pop()\nEnd Function\n"
    )
    units = visual_basic.scan(text)
    assert found(units) == {
        ("class", "Stack", 2, 11),
        ("enum", "Way", 3, 6),
        ("function", "Open_", 7, 9),
        ("function", "Pop", 10, 11),
    }
    assert [name for unit in units for _, name in unit.members] == ["wayUp", "wayDown"]


@pytest.mark.parametrize("name", SCANNERS)
@given(text=st.text(st.sampled_from("\n\n\n  ()[]{}\\%#';:\"-/$._abEND") | st.characters(codec="utf-8"), max_size=400))
def test_units_lie_within_any_text(name: str, text: str) -> None:
    count = len(text.split("\n"))
    for unit in import_module(f"codesearch.chunking.scanners.{name}").scan(text):
        assert 1 <= unit.start_line <= unit.header_end <= unit.end_line <= count
        assert unit.kind in KINDS


@pytest.mark.parametrize("name", SCANNERS)
@pytest.mark.parametrize(
    "bad",
    [
        *"'\"[({\n<", "\t\n", "/*", "$$", "[[", "BEGIN ", "CREATE FUNCTION ", "DELIMITER ;;\n", "create table a (\n",
        "\\begin{figure}\n", "\\section{\n", "\\def\\a{\n", "function(\n", "add_library(a\n", "Sub a\n", "Class a\n",
        "Public ", "Property a\n", "x _\n", "macro a\n", "a:\n", ".a:\n", "a PROC\n",
    ],
)  # fmt: skip
def test_what_never_closes_costs_linear_time(name: str, bad: str) -> None:
    scan = import_module(f"codesearch.chunking.scanners.{name}").scan
    started = time.process_time()
    scan(bad * (100_000 // len(bad)))
    assert time.process_time() - started < 3
