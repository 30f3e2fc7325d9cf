"""What the queries find in each language: kinds, names, owners, signatures, documentation."""

import tracemalloc

import pytest

from codesearch.chunking import syntax
from codesearch.chunking.chunk import Unit
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.hooks import c_family, cpp
from codesearch.languages.registry import resolve


def units(language: str, text: str, path: str = "a.file") -> list[Unit]:
    return syntax.outline(text, resolve(language), path).units


def found(language: str, text: str, path: str = "a.file") -> set[tuple[str, str]]:
    return {(unit.kind, ".".join(filter(None, (unit.qualifier, unit.name)))) for unit in units(language, text, path)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "Python",
            "async def f(): pass\nclass A: pass\nx = lambda: 1\ntype T[U] = list[U]\n",
            {("function", "f"), ("class", "A"), ("function", "x"), ("type", "T")},
        ),
        (
            "JavaScript",
            "export const f = async () => 1\nmodule.exports.g = function () {}\nconst o = { m() {}, n: () => 1 }\n",
            {("function", "f"), ("function", "module.exports.g"), ("object", "o"), ("method", "m"), ("method", "n")},
        ),
        (
            "TypeScript",
            "abstract class A<T> { private x = () => 1; get y() { return 1 } }\ninterface I { m(): void }\n"
            "type T = string\nenum E { A }\nnamespace N { export function f() {} }\n",
            {
                ("class", "A"),
                ("method", "x"),
                ("method", "y"),
                ("interface", "I"),
                ("type", "T"),
                ("enum", "E"),
                ("namespace", "N"),
                ("function", "f"),
            },
        ),
        (
            "Go",
            "package a\nfunc (s *Server[T]) Run() {}\nfunc F() {}\n"
            "type (\n\tA struct{}\n\tB interface{}\n)\ntype C = int\n",
            {("method", "Server.Run"), ("function", "F"), ("struct", "A"), ("interface", "B"), ("type", "C")},
        ),
        (
            "Rust",
            "impl<T> Display for Vec<T> { fn fmt(&self) {} }\ntrait A { fn b(); }\nmacro_rules! m { () => {} }\n",
            {("impl", "Vec"), ("function", "fmt"), ("trait", "A"), ("function", "b"), ("macro", "m")},
        ),
        (
            "Java",
            "@A class B { B() {} <T> void m() {} enum E { X } record R(int x) {} @interface N {} }\n",
            {("class", "B"), ("constructor", "B"), ("method", "m"), ("enum", "E"), ("record", "R"), ("interface", "N")},
        ),
        (
            "C",
            "static int *f(void) { return 0; }\nstruct s { int a; };\n"
            "#define MAX(a, b) a\ntypedef struct { int x; } t;\n",
            {("function", "f"), ("struct", "s"), ("macro", "MAX"), ("type", "t")},
        ),
        (
            "C",
            "TEST_IMPL(open_file) { return 0; }\nSYSCALL_DEFINE1(close, unsigned int, fd)\n{\n\treturn 0;\n}\n",
            {("function", "open_file"), ("function", "close")},
        ),
        (
            "C++",
            "int ns::A<T>::f() const { return 1; }\nbool operator==(A a, A b) { return true; }\nconcept C = true;\n",
            {("function", "ns::A.f"), ("function", "operator==")},
        ),
        ("C++", "TEST_F(StackTest, Pushes) {}\n", {("test", "StackTest.Pushes")}),
        (
            "C#",
            "namespace A.B;\nclass C { int P { get; set; } void M() {} C() {} }\n",
            {("class", "A.B.C"), ("property", "P"), ("method", "M"), ("constructor", "C")},
        ),
        (
            "Ruby",
            "module A\n  class << self\n    def b; end\n  end\n  def self.c; end\n"
            "  attr_reader :d\nend\ndescribe 'x' do\nend\n",
            {("module", "A"), ("namespace", ""), ("method", "b"), ("method", "c"), ("suite", "x")},
        ),
        (
            "PHP",
            "<?php\nnamespace A\\B;\ntrait T { function f() {} }\nenum E { case X; }\n$g = fn() => 1;\n",
            {("trait", "A\\B.T"), ("method", "f"), ("enum", "A\\B.E"), ("function", "A\\B.$g")},
        ),
    ],
)
def test_units_of_a_language(language: str, text: str, expected: set[tuple[str, str]]) -> None:
    assert expected <= found(language, text)


def test_tsx_has_its_own_grammar() -> None:
    text = "export const App = (p: Props) => <div>{p.x as string}</div>\n"
    assert found("TypeScript", text, "App.tsx") == {("function", "App")}


def test_a_unit_begins_at_its_decorators_and_its_signature_leaves_them_out() -> None:
    (unit,) = units("Python", "import a\n\n@a.b\n@c(\n    1,\n)\ndef f(x,\n      y) -> int:\n    return 1\n")
    assert (unit.start_line, unit.header_end, unit.end_line) == (3, 8, 9)
    assert unit.signature == "def f(x, y) -> int"


def test_a_prefix_belongs_to_the_unit_right_behind_it_only() -> None:
    first, second = units("C++", "template <typename T> struct A { int a; };\nvoid f() {}\n")
    assert (first.start_line, second.start_line) == (1, 2)


def test_rust_attributes_and_exported_decorators_are_prefixes() -> None:
    (rust,) = units("Rust", "#[derive(Debug)]\n#[serde(rename)]\npub struct A { a: u8 }\n")
    (typescript,) = units("TypeScript", "@Component({\n  a: 1,\n})\nexport default class A {}\n")
    assert (rust.start_line, typescript.start_line) == (1, 1)


def test_docstrings_go_to_the_innermost_unit_and_the_first_outside_to_the_file() -> None:
    method = '    def f(self):\n        """Of the method.\n\n        More.\n        """\n'
    text = f'"""Of the file."""\n\nclass A:\n    """Of the class."""\n\n{method}'
    outline = syntax.outline(text, resolve("Python"), "a.py")
    assert outline.documentation == "Of the file."
    assert [unit.documentation for unit in outline.units] == ["Of the class.", "Of the method.\n\nMore."]


def test_members_are_named_with_their_lines() -> None:
    outline = syntax.outline("#define LIMIT 3\nenum e {\n\tRED,\n\tBLUE\n};\n", resolve("C"), "a.c")
    (limit,) = outline.members
    assert (limit.line, limit.name, limit.kind, limit.signature) == (1, "LIMIT", "macro", "#define LIMIT 3")
    assert [(m.line, m.name, m.kind) for m in outline.units[0].members] == [
        (3, "RED", "enumerator"),
        (4, "BLUE", "enumerator"),
    ]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("f", ("", "f")),
        ("A::B::f", ("A::B", "f")),
        ("A<T, U<V>>::f", ("A", "f")),
        ("A::~A", ("A", "~A")),
        ("A::operator==", ("A", "operator==")),
        ("operator bool() const", ("", "operator bool")),
        ("operator()", ("", "operator()")),
        ("M.a:b", ("M.a", "b")),
        ("Foo.prototype.bar", ("Foo.prototype", "bar")),
    ],
)
def test_qualified_names_are_split_at_the_last_separator(name: str, parts: tuple[str, str]) -> None:
    assert syntax.split_qualified(name) == parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "class API_EXPORT A : public B {\n public:\n  int f() { return 1; }\n};\n",
            {("class", "A"), ("function", "f")},
        ),
        ("\nAPI_INLINE\ntemplate <class T> struct A { int a; };\n", {("struct", "A")}),
        ("\nAPI_CONSTEXPR auto ns::f(int a) -> int { return a; }\n", {("function", "ns.f")}),
        ("\nint f() const API_GUARDED(mutex()) { return 1; }\n", {("function", "f")}),
        (
            '#ifdef __cplusplus\nextern "C" {\n#endif\nint f() { return 1; }\n#ifdef __cplusplus\n}\n#endif\n',
            {("function", "f")},
        ),
    ],
)
def test_macros_that_hide_a_definition_are_seen_through(text: str, expected: set[tuple[str, str]]) -> None:
    prepared = cpp.prepare(text)
    assert prepared.count("\n") == text.count("\n")
    assert expected == found("C++", prepared)


def test_attributes_of_linux_are_no_names() -> None:
    text = "static enum flags __init_memblock choose(void)\n{\n\treturn 1;\n}\n"
    assert found("C", c_family.prepare(text)) == {("function", "choose")}


def test_an_installed_grammar_of_the_extra_is_used() -> None:
    pytest.importorskip("tree_sitter_elixir")
    text = 'defmodule A.B do\n  @doc "Adds."\n  @spec add(integer) :: integer\n  def add(x) when x > 0, do: x\nend\n'
    module, function = units("Elixir", text)
    assert (module.kind, module.name) == ("module", "B")
    assert (function.name, function.start_line, function.documentation) == ("add", 2, "Adds.")


def test_a_primary_constructor_on_a_line_of_its_own_may_have_modifiers() -> None:
    pytest.importorskip("tree_sitter_kotlin")
    head = "class Result<out T>\n@Published internal constructor(val held: Any?) {\n"
    text = f"{head}  fun isSet() = true\n}}\n\nfun after() = 3\n"
    found = {
        one.qualified_name: (one.start_line, one.end_line)
        for chunk in chunk_text("a.kt", text, resolve("Kotlin")).chunks
        for one in chunk.definitions
    }
    assert found == {"Result": (1, 4), "Result.held": (2, 2), "Result.isSet": (3, 3), "after": (6, 6)}


def test_parsing_leaves_nothing_behind() -> None:
    """Perl's grammar asks for its text at nearly every token, and py-tree-sitter 0.26 kept all that it was given."""
    text = 'my $x = "a" . f(1);\n' * 1_000
    units("Perl", text)
    tracemalloc.start()
    try:
        units("Perl", text)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left < 20 * len(text)
