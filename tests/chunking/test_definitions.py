"""Definitions: which there are in a text, whatever chunk they lie in, and that a name brings them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.chunking.chunk import Chunk, Definition
from codesearch.chunking.chunker import chunk_text
from codesearch.index.work import chunk_rows, definition_rows
from codesearch.languages.registry import LANGUAGES, resolve
from codesearch.search.hit import Filters, Hit

NEIGHBOURS = '''"""Errors of the cart."""


class CartError(Exception): ...


class EmptyCart(CartError): ...


class UnknownItem(CartError):
    """The item is not for sale."""


MOST_ITEMS = 50
"""In one cart."""

ITEM_PRICES = {
    "apple": 1,
    "pear": 2,
}
'''


def chunks(language: str, text: str, path: str = "a.file") -> list[Chunk]:
    return list(chunk_text(path, text, resolve(language)).chunks)


def definitions(language: str, text: str) -> dict[str, Definition]:
    return {one.qualified_name: one for chunk in chunks(language, text) for one in chunk.definitions}


def test_neighbours_in_one_chunk_are_definitions_with_lines_of_their_own() -> None:
    found = definitions("Python", NEIGHBOURS)
    assert {name: (one.kind, one.start_line, one.end_line) for name, one in found.items()} == {
        "CartError": ("class", 4, 4),
        "EmptyCart": ("class", 7, 7),
        "UnknownItem": ("class", 10, 11),
        "MOST_ITEMS": ("variable", 14, 14),
        "ITEM_PRICES": ("variable", 17, 20),
    }
    assert found["UnknownItem"].documentation == "The item is not for sale."
    assert found["ITEM_PRICES"].signature == "ITEM_PRICES"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("C", "#define LIMIT 3\nenum e { RED,\n BLUE };\n", {"LIMIT": "macro", "RED": "enumerator"}),
        ("Go", "package a\n\nconst Limit = 3\n\nvar pool = 1\n", {"Limit": "constant", "pool": "variable"}),
        ("TypeScript", "export type Id = string\nexport const LIMIT = 3\n", {"Id": "type", "LIMIT": "constant"}),
        ("Java", "class A {\n  static final int MAX = 3;\n  enum B { X, Y }\n}\n", {"MAX": "field", "X": "enumerator"}),
        (
            "Rust",
            "const MAX: u8 = 3;\nenum B { X, Y }\nmod c;\n",
            {"MAX": "constant", "X": "enumerator", "c": "module"},
        ),
        ("PHP", "<?php\nconst MAX = 3;\nclass A { const MIN = 1; }\n", {"MAX": "constant", "MIN": "constant"}),
        ("C#", "enum B { X, Y }\nclass A { int size = 3; }\n", {"X": "enumerator", "size": "field"}),
        ("C++", "namespace shop {\nenum class B { X };\n}\n", {"shop": "namespace", "X": "enumerator"}),
    ],
)
def test_constants_and_fields_have_the_kind_that_the_language_gives_them(
    language: str, text: str, expected: dict[str, str]
) -> None:
    found = {one.name: one.kind for one in definitions(language, text).values()}
    assert expected.items() <= found.items()


@pytest.mark.parametrize(
    ("language", "text", "name", "documentation"),
    [
        ("Go", "package a\n\nconst (\n\tA = 1\n\t// Most carts.\n\tB = 2\n)\n", "B", "Most carts."),
        ("C", "int f(void);\n\n/* Size of the ring. */\n#define RING 64\n", "RING", "Size of the ring."),
        ("TypeScript", "interface A {\n  a: number;\n  /** How often. */\n  n: number;\n}\n", "A.n", "How often."),
        ("Java", "class A {\n    /** Most items. */\n    int n = 1;\n    int m;\n}\n", "A.n", "Most items."),
        ("Rust", "enum E {\n    /// Nothing there.\n    None,\n    Some,\n}\n", "E::None", "Nothing there."),
        ("Rust", "enum E {\n    /// Nothing there.\n    None,\n    Some,\n}\n", "E::Some", ""),
        ("Python", "import a\n\n# Most items.\nMOST = 1\n", "MOST", "Most items."),
    ],
)
def test_constants_and_fields_are_documented_by_the_comments_above(
    language: str, text: str, name: str, documentation: str
) -> None:
    assert definitions(language, text)[name].documentation == documentation


def test_a_constant_whose_value_is_a_function_is_that_function_alone() -> None:
    (handler,) = (
        one for chunk in chunks("TypeScript", "export const run = () => {\n  work()\n}\n") for one in chunk.definitions
    )
    assert (handler.kind, handler.name, handler.end_line) == ("function", "run", 3)


TYPEDEFS = """\
typedef struct node_s {
  int x;
} node_t, *node_ref;
typedef struct {
  int a;
} anon_t;
struct config {
  int depth;
} settings;
"""


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("C", TYPEDEFS, "node_s node_t node_s.x node_ref anon_t anon_t.a config config.depth settings"),
        ("C++", TYPEDEFS, "node_s node_t node_s::x anon_t anon_t::a config config::depth settings"),
        ("C++", "struct A { using T = int; int x; };\n", "A A::T A::x"),
        (
            "C++",
            "namespace shop { struct Cart { int n; }; void open(); }\n",
            "shop shop::Cart shop::Cart::n shop::open",
        ),
        ("TypeScript", "export namespace Api { export function call() {} }\n", "Api Api.call"),
        ("Rust", 'extern "C" { fn read(a: u8) -> u8; }\n', "read"),
        ("Rust", "trait Tr { const C: u8; fn run(&self); type T; }\n", "Tr Tr::C Tr::run Tr::T"),
        ("Rust", "pub fn r#match() {}\n", "match"),
        ("Java", "interface Shape { int SIDES = 4; double area(); }\n", "Shape Shape.SIDES Shape.area"),
        ("C#", "record Person(string First) { public string Full => First; }\n", "Person Person.First Person.Full"),
        (
            "C++",
            "template <class T> Box<T>::Iter& Box<T>::Iter::operator++() { return *this; }\n",
            "Box::Iter::operator++",
        ),
        ("Ruby", "class A\n  def_delegators :@b, :[], :size\nend\n", "A A.[] A.size"),
        ("C#", "class A { ~A() {} public int this[int i] => 1; }\n", "A A.~A A.this"),
    ],
)
def test_what_shares_its_lines_with_others_has_its_own_owner(language: str, text: str, names: str) -> None:
    assert set(definitions(language, text)) == set(names.split())


def test_a_long_definition_lies_in_the_part_with_its_head() -> None:
    comment = "".join(
        f"// Line {n} of a long explanation of what the class is for and how it is used.\n" for n in range(60)
    )
    fields = "".join(f"  int field{n} = {n}; // and what it is for, at some length\n" for n in range(60))
    found = chunks("Java", f"{comment}class Long {{\n{fields}}}\n")
    (holder,) = (chunk for chunk in found if any(one.name == "Long" for one in chunk.definitions))
    assert holder.start_line <= 61 <= holder.end_line
    assert {chunk.qualified_name for chunk in found if chunk.kind == "class"} == {"Long"}
    rows = chunk_rows(found)
    assert {row.head for row in rows if row.kind == "class"} == {found.index(holder)}


@given(
    language=st.sampled_from(LANGUAGES), pieces=st.lists(st.sampled_from([*NEIGHBOURS.split("\n"), "{", "}", "end"]))
)
def test_each_definition_is_in_one_chunk_and_within_the_text(language: object, pieces: list[str]) -> None:
    text = "\n".join(pieces)
    found = chunk_text("a.py", text, resolve("Python")).chunks
    held = [one for chunk in found for one in chunk.definitions]
    assert len({id(one) for one in held}) == len(held)
    assert all(1 <= one.start_line <= one.end_line <= len(pieces) for one in held)
    rows = definition_rows(found)
    assert [row.place for row in rows] == [place for chunk in found for place in range(len(chunk.definitions))]


FILES = {
    "src/cart.py": NEIGHBOURS,
    "src/checkout.py": '''from cart import CartError, EmptyCart


class Checkout:
    def open(self, cart):
        """Open the checkout of a cart; raises EmptyCart."""
        if not cart:
            raise EmptyCart
        return cart

    def total(self, cart):
        return sum(cart)


class Till:
    def open(self):
        """Open the drawer."""
        return self.drawer
''',
    "tests/test_cart.py": '''class EmptyCart:
    """A stand-in."""


def test_empty_cart():
    assert EmptyCart()
''',
    "src/api.h": "typedef struct api api;\n\nstruct api {\n\tint fd;\n};\n",
    "src/cart.h": "struct cart;\nint cart_total(struct cart *c);\n",
    "src/cart.c": '#include "cart.h"\n\nint cart_total(struct cart *c)\n{\n\treturn c->total;\n}\n',
    "src/com/shop/Vault.java": "package com.shop;\n\npublic class Vault {\n    class Key {}\n}\n",
    "src/bank/vault.rb": "module Shop\n  class Vault\n    def <=>(other) = 0\n  end\nend\n",
    "src/ledger.cs": "interface ILedger { void Book(int n); }\n\nclass Ledger\n{\n    public void Book(int n) {}\n}\n",
    "lib/gate.rb": "class Gate\n  def open?\n    @open\n  end\n\n  def open!\n    @open = true\n  end\nend\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = tmp_path_factory.mktemp("symbols")
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    with Index.create(root) as index:
        index.update()
        yield index


def first(index: Index, question: str, filters: Filters | None = None) -> Hit:
    return index.search(question, 5, filters).hits[0]


@pytest.mark.parametrize(
    ("question", "path", "lines", "name"),
    [
        ("EmptyCart", "src/cart.py", (7, 7), "EmptyCart"),
        ("class EmptyCart", "src/cart.py", (7, 7), "EmptyCart"),
        ("UnknownItem", "src/cart.py", (10, 11), "UnknownItem"),
        ("MOST_ITEMS", "src/cart.py", (14, 14), "MOST_ITEMS"),
        ("ITEM_PRICES", "src/cart.py", (17, 20), "ITEM_PRICES"),
        ("Till.open", "src/checkout.py", (16, 18), "Till.open"),
        ("Checkout#open", "src/checkout.py", (5, 9), "Checkout.open"),
        ("Checkout::open", "src/checkout.py", (5, 9), "Checkout.open"),
        ("Checkout.open()", "src/checkout.py", (5, 9), "Checkout.open"),
        ("open/1", "src/checkout.py", None, "open"),
        ("api", "src/api.h", (3, 5), "api"),
        ("cart_total", "src/cart.c", (3, 6), "cart_total"),
        ("open!", "lib/gate.rb", (6, 8), "open!"),
        ("open?", "lib/gate.rb", (2, 4), "open?"),
        ("def total(self, cart):", "src/checkout.py", (11, 12), "Checkout.total"),
        ("int cart_total(struct cart *c)", "src/cart.c", (3, 6), "cart_total"),
        ("com.shop.Vault", "src/com/shop/Vault.java", (3, 5), "Vault"),
        ("Vault$Key", "src/com/shop/Vault.java", (4, 4), "Vault.Key"),
        ("Vault#<=>", "src/bank/vault.rb", (3, 3), "<=>"),
        ("Ledger.Book", "src/ledger.cs", (5, 5), "Ledger.Book"),
    ],
)
def test_a_symbol_brings_its_definition_under_its_own_name(
    index: Index, question: str, path: str, lines: tuple[int, int] | None, name: str
) -> None:
    hit = first(index, question)
    assert hit.path == path
    assert hit.qualified_name.endswith(name)
    if lines:
        assert (hit.start_line, hit.end_line) == lines
        assert hit.snippet == "\n".join(FILES[path].split("\n")[lines[0] - 1 : lines[1]])


def test_definitions_of_one_name_come_together_those_in_tests_last(index: Index) -> None:
    names = [(hit.path, hit.name) for hit in index.search("EmptyCart", 5).hits]
    assert names[:2] == [("src/cart.py", "EmptyCart"), ("tests/test_cart.py", "EmptyCart")]
    scores = [hit.score for hit in index.search("EmptyCart", 5).hits]
    assert min(scores[:2]) >= 0.5 >= max(scores[2:])


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(kinds=("class",), names=("UnknownItem",)), {"UnknownItem"}),
        (Filters(names=("unknownitem",)), {"UnknownItem"}),
        (Filters(kinds=("variable",), paths=("src/**",)), {"MOST_ITEMS", "ITEM_PRICES"}),
        (Filters(names=("*_ITEMS",)), {"MOST_ITEMS"}),
        (Filters(names=("Till.open",)), {"open"}),
        (Filters(names=("Till#open",)), {"open"}),
        (Filters(names=("Vault::*",), paths=("*.rb",)), {"<=>"}),
        (Filters(names=("Till::*",)), {"open"}),
        (Filters(kinds=("class",), paths=("src/cart.py",)), {"CartError", "EmptyCart", "UnknownItem"}),
        (Filters(kinds=("variable",), names=("EmptyCart",)), set()),
        (Filters(kinds=("file",), names=("cart.py",)), {"cart.py"}),
    ],
)
def test_filters_by_kind_and_name_show_the_definition_that_they_let_through(
    index: Index, filters: Filters, names: set[str]
) -> None:
    found = {hit.name for hit in index.search("what a cart may hold", 10, filters).hits}
    assert found == names


def test_of_a_list_the_one_that_answers_comes_first(index: Index) -> None:
    assert first(index, "what do the items cost, the prices", Filters(kinds=("variable",))).name == "ITEM_PRICES"
    assert first(index, "how many items at most", Filters(kinds=("variable",))).name == "MOST_ITEMS"


def test_one_of_several_copies_is_shown_and_names_the_others(tmp_path: Path) -> None:
    text = "def fold_cart(cart):\n    return sorted(cart.items)\n"
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "fold.py").write_text(text, encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        hits = [hit for hit in index.search("fold_cart", 10).hits if hit.name == "fold_cart"]
    (hit,) = hits
    places = {(hit.path, 1, 2), *((copy.path, copy.start_line, copy.end_line) for copy in hit.copies)}
    assert places == {("a/fold.py", 1, 2), ("b/fold.py", 1, 2), ("c/fold.py", 1, 2)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("Rust", "pub fn x() {} pub fn y() {}\n", {"x", "y"}),
        ("Rust", "mod a { fn b() {} struct C { d: u8 } }\n", {"a", "a::b", "a::C", "a::C::d"}),
        ("Rust", "type A = u8; const B: A = 1; const _: () = ();\n", {"A", "B"}),
        ("JavaScript", "const a = () => 1, b = () => 2\n", {"a", "b"}),
        ("TypeScript", "namespace A { export const b = () => 1 }\n", {"A", "A.b"}),
        ("C++", "namespace a { namespace b { class C { void m() {} }; } }\n", {"a", "a::b", "a::b::C", "a::b::C::m"}),
        ("C++", 'namespace a {\nextern "C" { void f() {} }\n}\n', {"a", "a::f"}),
        ("C", "struct a { int b; }; struct c { int d; };\n", {"a", "a.b", "c", "c.d"}),
        ("C", "typedef struct a { int b; } A, *B;\n", {"a", "a.b", "A", "B"}),
        ("C", "typedef struct a {\n\tstruct { int x; } b;\n} A;\n", {"a", "a.x", "a.b", "A"}),
        ("C", "typedef enum {\n\tB,\n} A;\n", {"A", "A.B"}),
        ("C", "typedef int (*a)(void), b;\n", {"a", "b"}),
        ("C", "typedef struct a {\n" + "\tint f; // " + "x" * 600 + "\n} A;\n", {"a", "a.f", "A"}),
        ("Go", "package a\nvar _ Reader = (*File)(nil)\nvar b = 1\nconst (\n\t_ = iota\n\tC\n)\n", {"b", "C"}),
    ],
)
def test_what_shares_a_line_is_named_after_what_holds_it(language: str, text: str, expected: set[str]) -> None:
    found = [one.qualified_name for chunk in chunks(language, text) for one in chunk.definitions]
    assert sorted(found) == sorted(expected)


def test_methods_of_scala_end_before_the_next_one() -> None:
    found = definitions("Scala", "object A:\n  def b =\n    1\n\n  def c =\n    2\n  extension (s: X)\n    def d = 3\n")
    assert {name: (one.start_line, one.end_line) for name, one in found.items()} == {
        "A": (1, 8),
        "A.b": (2, 3),
        "A.c": (5, 6),
        "A.X": (7, 8),
        "A.X.d": (8, 8),
    }


def test_a_struct_and_its_typedef_have_all_of_its_lines() -> None:
    found = definitions("C", "typedef struct point {\n\tint x;\n} Point;\n")
    assert {name: (one.kind, one.start_line, one.end_line) for name, one in found.items()} == {
        "point": ("struct", 1, 3),
        "Point": ("type", 1, 3),
        "point.x": ("field", 2, 2),
    }
