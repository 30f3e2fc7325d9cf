"""What is found in FORTRAN and Julia: heads of every form, preprocessor lines, documentation."""

from __future__ import annotations

import importlib
import textwrap

import pytest

from codesearch.chunking import syntax
from codesearch.chunking.chunk import Unit
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve
from tests.support.defined import outline


def units_of(text: str, language: str) -> list[Unit]:
    """What the grammar finds, before chunks are made of it."""
    known = resolve(language)
    hooks = importlib.import_module(f"codesearch.chunking.hooks.{known.hooks}")
    units = syntax.outline(hooks.prepare(text) if hasattr(hooks, "prepare") else text, known, "file").units
    return list(hooks.refine(units, text.split("\n"))) if hasattr(hooks, "refine") else units


def test_fortran_submodules_and_what_an_interface_declares() -> None:
    text = (
        "submodule (shop:cart) Pricing\ncontains\nmodule subroutine Add_Tax(x)\n  real :: x\nend subroutine\n"
        "module procedure total\n  total = 1\nend procedure\nend submodule\nmodule cart\nabstract interface\n"
        "function rule(x)\n  real :: x\nend function\nend interface\ninterface\nmodule subroutine Add_Tax(x)\n"
        "  real :: x\n"
        "end subroutine\nend interface\nend module\nblock data init\n  common /a/ x\nend block data\n"
    )
    units = {(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in units_of(text, "FORTRAN")}
    assert units == {
        ("module", "Pricing", 1, 9),
        ("function", "Add_Tax", 3, 5),
        ("function", "total", 6, 8),
        ("module", "cart", 10, 21),
        ("interface", "rule", 12, 14),
        ("declaration", "Add_Tax", 17, 19),
        ("module", "init", 22, 24),
    }


def test_fortran_members_are_what_types_enumerations_and_entries_name() -> None:
    text = (
        "module m\n  enum, bind(c)\n    enumerator :: red = 1, blue\n  end enum\n  type t\n    real :: a(3), b = 1\n"
        "  contains\n"
        "    procedure, private :: add => t_add, total\n    generic :: operator(+) => add\n  end type\ncontains\n"
        "  subroutine s\n    entry other(x)\n  end\nend\n"
    )
    units = units_of(text, "FORTRAN")
    members = {member.name for unit in units for member in unit.members}
    assert members == {"red", "blue", "a", "b", "add", "total", "operator(+)", "other"}


def test_fortran_preprocessor_lines_in_heads_and_calls_lose_nothing() -> None:
    text = (
        "module m\ncontains\n#ifdef A\nsubroutine one(a, &\n#else\nsubroutine one(a, b, &\n#endif\n#if (CHEM == 1)\n"
        "  chem, &\n"
        "#endif\n  c)\n  call two(a, &\n#ifdef B\n    b, &\n#endif\n    c)\nend subroutine\n#ifdef C\nfunction f()\n"
        "end function\n"
        "#elif defined(D)\nfunction g()\nend function\n#endif\nend module\n"
    )
    units = {(unit.name, unit.start_line, unit.end_line) for unit in units_of(text, "FORTRAN")}
    assert units == {("m", 1, 25), ("one", 4, 17), ("f", 19, 20), ("g", 22, 23)}


def test_fortran_cards_are_numbered_in_their_last_columns() -> None:
    text = "C     Adds.\n" + "".join(
        f"{line:72}{number:08}\n"
        for number, line in enumerate(
            ["      REAL FUNCTION ADD(A)", "      ADD = A", "      END", "      SUBROUTINE TWO", "      END"]
        )
    )
    add, two = units_of(text, "FORTRAN")
    assert (add.name, add.signature, add.end_line, two.name) == ("ADD", "REAL FUNCTION ADD(A)", 4, "TWO")


@pytest.mark.parametrize("fixed_form", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "integer, intent(in :: y",
        "if (x > 1) then",
        "do i = 1, 10",
        "select case (x)",
        "This breaks the build.",
        "call f(1, 'a",
        "end if",
    ],
)
def test_fortran_statements_that_cannot_be_read_hide_no_procedures(statement: str, fixed_form: bool) -> None:
    text = (
        "module a\ntype b\ninteger :: c = 1\nend type\ncontains\nsubroutine d(x)\nreal, intent(in) :: x\n"
        f"{statement}\nprint *, x\nend subroutine d\npure integer function e(x)\nend function\n"
        "subroutine f\nend\nend module a\nc\n"
    )
    if fixed_form:
        text = textwrap.indent(text, "      ").replace("      c\n", "c\n")
    assert outline(text, "FORTRAN") == [
        "module a 1-15",
        "struct a::b 2-4",
        "field a::b::c 3",
        "function a::d 6-10",
        "function a::e 11-12",
        "function a::f 13-14",
    ]


def test_fortran_definitions_are_found_in_a_text_that_cannot_be_read() -> None:
    text = (
        "module a\nabstract interface\nfunction g(x)\nend function\nend interface\ninterface operator(+)\n"
        "module procedure add\nend interface\nenum, bind(c)\nenumerator :: red = 1\nend enum\n"
        "type, abstract :: shape\nprocedure(g), pointer :: p\ninteger :: side\ncontains\nprocedure(g), &\n"
        "  deferred :: area\nend type\n"
        "character(len=3), &\n  parameter :: unit = 'm'\ncontains\ndouble precision function h(x) &\n  result(y)\n"
        "This breaks the build.\nselect type (x)\ntype is (shape)\ny = 1\nend select\nend\nend module\n"
    )
    assert {one.rpartition(" ")[0] for one in outline(text, "FORTRAN")} == {
        "module a",
        "interface a::g",
        "interface a::operator(+)",
        "operator a::operator(+)::+",
        "enumerator a::red",
        "struct a::shape",
        "field a::shape::p",
        "field a::shape::side",
        "method a::shape::area",
        "variable a::unit",
        "function a::h",
    }


def test_fortran_documentation_stands_above_or_below_a_head() -> None:
    text = "module m\n!! About carts.\ncontains\n!> Adds.\nsubroutine add(x)\n  !! To a cart.\n  real :: x\nend\nend\n"
    documented = {unit.name: unit.documentation for unit in units_of(text, "FORTRAN")}
    assert documented == {"m": "About carts.", "add": "To a cart."}
    add = next(chunk for chunk in chunk_text("a.f90", text[text.index("!>") :], resolve("FORTRAN")).chunks)
    assert (add.start_line, add.documentation) == (1, "Adds.\nTo a cart.")


@pytest.mark.parametrize(
    ("text", "kind", "name", "qualifier"),
    [
        ("function (s::Scaler)(x)\n  x\nend\n", "function", "Scaler", ""),
        ("(s::Scaler{T})(x::T)::Int where {T<:Real} = x\n", "function", "Scaler", ""),
        ("(::Scaler)() = 0\n", "function", "Scaler", ""),
        ("(::Scaler{typeof(sin)})(x) = 0\n", "function", "Scaler", ""),
        ("(f::typeof(sin))(x) = 0\n", "function", "sin", ""),
        ("(m::Shop.Scaler)(x) = 0\n", "function", "Scaler", "Shop"),
        ("(::Type{Scaler})(x) = 0\n", "function", "Scaler", ""),
        ("Base.:+(a::Cart, b::Cart) = 1\n", "function", "+", "Base"),
        ("function Base.:(==)(a::Cart, b::Cart)\nend\n", "function", "==", "Base"),
        ("(+)(a, b) = 1\n", "function", "+", ""),
        ("-(a::Cart) = 1\n", "function", "-", ""),
        ("a ⊗ b = kron(a, b)\n", "function", "⊗", ""),
        ("Base.show(io::IO, c::Cart) = 1\n", "function", "show", "Base"),
        ("f(x::T)::T where T<:Real where S = x\n", "function", "f", ""),
        ("Scaler{T}(x) where {T} = new{T}(x)\n", "function", "Scaler", ""),
        ("const double = x -> 2x\n", "function", "double", ""),
        ("module A\nend\n", "module", "A", ""),
        ("@inline @propagate_inbounds function two(x)\nend\n", "function", "two", ""),
        ("@memoize Dict slow(x) = x\n", "function", "slow", ""),
        ("macro shop(x)\nend\n", "macro", "shop", ""),
        ("Base.@kwdef mutable struct Options{T<:Real} <: A.B\n  a::T = 1\nend\n", "struct", "Options", ""),
        ("abstract type Animal{T}<:Any end\n", "type", "Animal", ""),
        ("primitive type Small 8 end\n", "type", "Small", ""),
        ("@enum Kind::UInt8 a=1 b\n", "enum", "Kind", ""),
        ('@testset verbose=true "adds up" begin\n  @test 1 == 1\nend\n', "test", "adds up", ""),
        ('@testset "adds $i" for i in 1:2\nend\n', "test", "adds $i", ""),
    ],
)
def test_julia_definitions_of_every_kind(text: str, kind: str, name: str, qualifier: str) -> None:
    (unit,) = units_of(text, "Julia")
    assert (unit.kind, unit.name, unit.qualifier) == (kind, name, qualifier)
    assert (unit.start_line, unit.end_line) == (1, text.count("\n"))


def test_julia_docstrings_stand_before_macros_too_and_those_of_fields_are_not_their_types() -> None:
    text = (
        '"Options of a shop."\nBase.@kwdef struct Options\n  "how many"\n  a::Int = 1\nend\n\n'
        '"Adds."\n@inline function add(x)\nend\n'
        '\nraw"""\nSubtracts \\alpha.\n"""\nsub(x) = 1\n\n"A limit."\nconst LIMIT = 1\n'
    )
    documented = {unit.name: (unit.start_line, unit.documentation) for unit in units_of(text, "Julia")}
    assert documented == {"Options": (1, "Options of a shop."), "add": (7, "Adds."), "sub": (11, "Subtracts \\alpha.")}


def test_julia_members_are_fields_constructors_and_values() -> None:
    text = (
        "@kwdef mutable struct Cart\n  a\n  b::Int = 1\n  const c::Int\n  Cart(a) = new(a)\n  function Cart()\n"
        "    new()\n  end\nend\n"
        "@enum Fruit begin\n  apple\n  pear = 2\nend\nfor op in (:x, :y)\n  @eval $op(a) = 1\nend\n"
    )
    cart, *constructors, fruit = units_of(text, "Julia")
    assert [member.name for member in (*cart.members, *fruit.members)] == ["a", "b", "c", "apple", "pear"]
    assert [(unit.name, unit.start_line, unit.end_line) for unit in constructors] == [("Cart", 5, 5), ("Cart", 6, 8)]


def test_julia_values_after_one_with_a_number() -> None:
    text = "@enum Colour red=1 green blue = 0x3 grey black=-1 white\n"
    (colour,) = units_of(text, "Julia")
    assert [member.name for member in colour.members] == ["black", "blue", "green", "grey", "red", "white"]
