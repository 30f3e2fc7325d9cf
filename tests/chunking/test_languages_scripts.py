"""Chunks of Scala, Haskell, Julia, Lua, shell, Perl, PowerShell and FORTRAN: names, lines, documentation."""

from __future__ import annotations

import pytest

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve
from tests.support.defined import definitions, outline
from tests.support.places import SAMPLES


def chunks_of(text: str, language: str, path: str = "file") -> list[Chunk]:
    chunked = chunk_text(path, text, resolve(language))
    assert not chunked.fallback
    return list(chunked.chunks)


def sample(name: str, language: str) -> dict[str, Chunk]:
    return {chunk.qualified_name: chunk for chunk in chunks_of((SAMPLES / name).read_text("utf-8"), language, name)}


def defined(text: str, language: str) -> set[str]:
    return {name for chunk in chunks_of(text, language) for name in chunk.defines}


def places(text: str, language: str) -> set[tuple[str, int, int]]:
    """Qualified name, first line and last line of each definition."""
    found = [one for chunk in chunks_of(text, language) for one in chunk.definitions]
    return {(one.qualified_name, one.start_line, one.end_line) for one in found}


def padded(lines: int, sign: str) -> str:
    """Comment lines inside a body, so that it is too long to be joined with its neighbours."""
    return "".join(f"{sign} a line of padding, number {number}, long enough to count\n" for number in range(lines))


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("sample.scala", "Scala", {"demo.Shape": "trait", "demo.Circle": "object", "demo.intOrd": "object"}),
        ("sample.hs", "Haskell", {"Data.Demo.area": "function", "Data.Demo.Functor Parser": "instance"}),
        ("sample.jl", "Julia", {"Demo": "module", "Demo.Point": "struct", "Demo.sayhello": "macro"}),
        ("sample.lua", "Lua", {"M.add": "function", "M.method": "method"}),
        ("sample.pl", "Perl", {"Acme::Demo::add": "function", "Acme::Demo::with_sig": "function"}),
        ("sample.ps1", "PowerShell", {"Get-Thing": "function", "Animal": "class", "Color": "enum"}),
        ("sample.f90", "FORTRAN", {"geometry": "module", "geometry::shape": "struct", "geometry::norm_r": "function"}),
        ("fixed.f", "FORTRAN", {"SUMUP": "function", "DOTP": "function"}),
    ],
)
def test_samples_are_cut_by_name_and_kind(name: str, language: str, expected: dict[str, str]) -> None:
    chunks = sample(name, language)
    assert {qualified: chunks[qualified].kind for qualified in expected} == expected


def test_scala_members_are_defined_by_their_types() -> None:
    assert {"Red", "rgb", "shout", "compare", "ord", "r"} <= defined(
        (SAMPLES / "sample.scala").read_text("utf-8"), "Scala"
    )


def test_haskell_signature_and_equations_are_one_function() -> None:
    text = "module A where\n\n-- | Counts down.\ncount :: Int -> Int\n"
    text += "".join(f"count {number} = {number}  -- the case of {number}, spelled out\n" for number in range(9))
    (count,) = (chunk for chunk in chunks_of(text, "Haskell") if chunk.name == "count")
    assert (count.start_line, count.end_line) == (3, 13)
    assert count.signature == "count :: Int -> Int"
    assert count.documentation == "Counts down."


def test_haskell_constructors_and_fields_are_defined() -> None:
    assert {"Circle", "radius", "runParser", "IntE"} <= defined((SAMPLES / "sample.hs").read_text("utf-8"), "Haskell")


def test_julia_docstrings_stand_before_what_they_document() -> None:
    area = sample("sample.jl", "Julia")["Demo.area"]
    assert "Compute the area." in area.documentation
    assert area.start_line == 24
    assert area.signature.startswith("function area(s::Shape")
    assert "Point" in defined("struct Point{T}\n  x::T\n  Point{T}(x) where T = new{T}(x)\nend\n", "Julia")


def test_lua_functions_by_assignment_and_through_calls() -> None:
    text = (
        "local M = {}\nM.wrapped = memoize(function(a)\n  return a\nend)\nM.table = { run = function() return 1 end }\n"
        "M['key'] = function() end\nM.once = (function() return 1 end)()\n"
    )
    assert {"wrapped", "run", "once", "M"} <= defined(text, "Lua")


def test_shell_functions_that_the_grammar_loses_are_found() -> None:
    text = (
        '# lists\nfunction list {\n  for x (${(f)"$(ls)"}) {\n    print -- ${x:t:r}\n  }\n}\n\n'
        "one() { [[ ${(k)map[(r)$1]} ]] }\ncat <<EOF\nnot_a_function() {\n}\nEOF\n"
    )
    names = defined(text, "Shell")
    assert {"list", "one"} <= names
    assert "not_a_function" not in names


def test_perl_pod_documents_the_sub_it_names() -> None:
    text = (
        "package A::B;\nuse strict;\n\nsub first {\n" + padded(9, "  #") + "}\n\n"
        "=head2 second\n\nStands above.\n\n=cut\n\nsub second {\n" + padded(9, "  #") + "}\n1;\n\n"
        "=head1 METHODS\n\n=head2 C<first>\n\n  $x->first(1)\n\nDoes the first thing.\n\n=cut\n"
    )
    chunks = {chunk.qualified_name: chunk for chunk in chunks_of(text, "Perl")}
    assert "Does the first thing." in chunks["A::B::first"].documentation
    assert "Stands above." in chunks["A::B::second"].documentation
    assert "A::B" in {name for chunk in chunks.values() for name in chunk.defines}


def test_perl_variables_are_declared_by_assignments_and_no_other_operators() -> None:
    text = "our $one ||= 1;\nmy @two = (2);\nour $help and usage;\nour $quiet or $one;\n"
    assert defined(text, "Perl") == {"one", "two"}


def test_perl_attributes_of_moose_in_lists() -> None:
    text = (
        "package P;\nhas [qw(a b)] => (is => 'ro');\nhas [qw(\n  c\n  d\n)] => (is => 'rw');\n"
        "has ['e', \"f\"], is => 'ro';\nhas(['g'], is => 'ro');\nhas '+h' => (default => 1);\nhas i => (is => 'ro');\n"
    )
    assert outline(text, "Perl") == [
        "package P 1",
        "field a 2",
        "field b 2",
        "field c 4",
        "field d 5",
        "field e 7",
        "field f 7",
        "field g 8",
        "field h 9",
        "field i 10",
    ]


@pytest.mark.parametrize(
    ("glob", "name"),
    [
        ('*{"Foo::Bar::dyn"}', "Foo::Bar::dyn"),
        ("*{$class . '::dyn'}", "P::dyn"),
        ('*{"${class}::dyn"}', "P::dyn"),
        ('*{"$class\\::dyn"}', "P::dyn"),
        ('*{__PACKAGE__ . "::dyn"}', "P::dyn"),
        ('*{"dyn"}', "P::dyn"),
        ("*dyn", "P::dyn"),
    ],
)
def test_perl_functions_that_are_assigned_to_a_name_in_a_string(glob: str, name: str) -> None:
    assert outline(f"package P;\n{glob} = sub {{ 1 }};\n", "Perl")[1] == f"function {name} 2"
    assert outline(f"package P;\n{glob} = \\&other;\n", "Perl")[1] == "function dyn 2"


def test_perl_classes_with_versions_and_bases() -> None:
    text = (
        "class A 1.0 :isa(B);\nfield $x :param //= 0;\nfield @y;\nmethod x { $x }\nclass C :isa(A);\nmethod z { 1 }\n"
        "class D v1.2.3;\nclass E 1.0 { field $v; method w { } }\npackage F 1.2;\nsub f { }\n"
    )
    assert outline(text, "Perl") == [
        "class A 1",
        "field x 2",
        "field y 3",
        "method A::x 4",
        "class C 5",
        "method C::z 6",
        "class D 7",
        "class E 8",
        "field E::v 8",
        "method E::w 8",
        "package F 9",
        "function F::f 10",
    ]


def test_perl_text_that_made_the_parser_hang_is_parsed() -> None:
    assert chunks_of("<<D\n$V", "Perl")


def test_shell_text_that_made_the_parser_hang_is_parsed() -> None:
    assert chunks_of("\0" * 20_000, "Shell")


def test_powershell_enumerations_with_a_type_and_attributes() -> None:
    text = (
        "[Flags()]\nenum A : uint32 { B = 1; C = 2 }\nenum D : byte\n{\n  E\n}\n[Flags()] enum F { G }\n"
        "[Flags()]\n[X(1)] enum H:System.Int32 {\n  I\n}\nfunction J { }\n"
    )
    assert outline(text, "PowerShell") == [
        "enum A 1-2",
        "enumerator A.B 2",
        "enumerator A.C 2",
        "enum D 3-6",
        "enumerator D.E 5",
        "enum F 7",
        "enumerator F.G 7",
        "enum H 8-11",
        "enumerator H.I 10",
        "function J 12",
    ]
    signatures = [one.signature for one in definitions(text, "PowerShell") if one.kind == "enum"]
    assert signatures == ["enum A : uint32", "enum D : byte", "enum F", "enum H:System.Int32"]


def test_powershell_help_inside_a_function_is_its_documentation() -> None:
    text = "function Global:Get-It {\n  <#\n  .SYNOPSIS\n  Gets it.\n  #>\n  param($a)\n" + padded(9, "  #") + "}\n"
    (get,) = (chunk for chunk in chunks_of(text, "PowerShell") if chunk.name == "Get-It")
    assert get.documentation == "Gets it."
    assert get.kind == "function"


def test_fixed_form_fortran_with_continuations_and_old_comments() -> None:
    text = (
        "C     Sums two vectors.\n      SUBROUTINE ADD(A,\n     +  B, N) ! to be continued\n      INTEGER N\n"
        "*     star comment\n      REAL A(N),\n     1     B(N)\nc\n" + padded(9, "C") + "      END\n"
        "      REAL FUNCTION ONE()\n      ONE = 1\n      END\n"
    )
    add = next(chunk for chunk in chunks_of(text, "FORTRAN") if chunk.name == "ADD")
    assert (add.start_line, add.end_line) == (1, 18)
    assert add.signature == "SUBROUTINE ADD(A, B, N)"
    assert "Sums two vectors." in add.documentation
    assert "ONE" in defined(text, "FORTRAN")


def test_free_form_fortran_is_left_alone() -> None:
    text = "module m\ncontains\n  subroutine s(a, &\n      b)\n    call c()\n  end subroutine\nend module\n"
    assert {"m", "s"} <= defined(text, "FORTRAN")


def test_literate_haskell_is_code_within_prose() -> None:
    text = (
        "Prose = no code {- at all.\n\n> module A where\n>\n> -- | Doubles.\n> b :: Int -> Int\n> b c = 2 * c\n\n"
        "Prose: d :: e.\n\n> data F = G\n>   | H\n\n\\begin{code}\ni = 1\n\\end{code}\nj = no code\n"
    )
    assert places(text, "Haskell") == {
        ("A", 3, 3),
        ("A.b", 5, 7),
        ("A.F", 11, 12),
        ("A.F.G", 11, 11),
        ("A.F.H", 12, 12),
        ("A.i", 15, 15),
    }
    documentation = {one.name: one.documentation for chunk in chunks_of(text, "Haskell") for one in chunk.definitions}
    assert documentation["b"] == "Doubles."


def test_haskell_with_marked_examples_in_comments_is_not_literate() -> None:
    text = (
        "{- An example:\n\n> a = 1\n\n{- or -}\n> b = 2\n\n\\begin{code}\nc = 3\n\\end{code}\n-}\n"
        "module D where\ne = 1\n"
    )
    assert places(text, "Haskell") == {("D", 12, 12), ("D.e", 13, 13)}


def test_shell_functions_whose_body_is_a_compound_command() -> None:
    text = (
        "loop() for x in 1 2; do echo $x; done\nread_all() while read -r l; do\n  echo $l\ndone < file\n"
        "choose() case $1 in\n  a) echo ;;\nesac\nfunction pick select x in 1; do y; done\n"
        "below()\n  until x; do\n    y\n  done\ntest_it() [[ -n $x ]]\nafter() { :; }\n"
    )
    assert outline(text, "Shell") == [
        "function loop 1",
        "function read_all 2-4",
        "function choose 5-7",
        "function pick 8",
        "function below 9-12",
        "function test_it 13",
        "function after 14",
    ]


def test_several_here_documents_that_begin_in_a_shell_line() -> None:
    text = 'multi() {\n  cat <<"A" - <<-B\nx() {\nA\ny() {\n\tB\n  echo $((1 << 2 << n))\n}\nnext() { :; }\n'
    assert outline(text, "Shell") == [
        "function multi 1-8",
        "function next 9",
    ]
