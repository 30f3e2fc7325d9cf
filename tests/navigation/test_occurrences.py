"""Where texts contain a name as code, and how it is classified, in all languages."""

from __future__ import annotations

import importlib.util

import pytest

from codesearch.languages.registry import resolve
from codesearch.navigation.occurrence import Form, Occurrence
from codesearch.navigation.occurrences import find_occurrences


def found(language: str, text: str, name: str) -> list[Occurrence]:
    """The occurrences of a name; skips the test if the grammar is not installed."""
    grammar = resolve(language).grammar.partition(":")[0]
    if grammar and importlib.util.find_spec(grammar) is None:
        pytest.skip(f"{grammar} is not installed")
    return list(find_occurrences("file", text, resolve(language), name))


CALLS = {
    "Batchfile": "call :store\n",
    "C": "int main(void) { return store(1); }\n",
    "C#": "class A { void F() { a.store(1); } }\n",
    "C++": "int main() { return shop::store<int>(1); }\n",
    "Elixir": "defmodule A do\n  def f, do: Shop.store(1)\nend\n",
    "FORTRAN": "subroutine f(x)\n  call store(x)\nend subroutine\n",
    "Go": "package a\n\nfunc f() { b.store(1) }\n",
    "Haskell": "f x = store x\n",
    "Java": "class A { void f() { a.store(1); } }\n",
    "JavaScript": "a.b?.store(1)\n",
    "Julia": "f(x) = A.store(x)\n",
    "Kotlin": "fun f() { a.store(1) }\n",
    "Lua": "a:store(1)\n",
    "PHP": "<?php $a->store(1);\n",
    "Perl": "$a->store(1);\n",
    "PowerShell": "store -Path 1\n",
    "Python": "a.store(1)\n",
    "Ruby": "a.store 1\n",
    "Rust": "fn f() { a::store::<u8>(1); }\n",
    "Scala": "object A { def f = a.store(1) }\n",
    "Shell": "f() { store 1; }\n",
    "Swift": "func f() { a.store(1) }\n",
    "TypeScript": "store<number>(1)\n",
    "Zig": "fn f() void { a.store(1); }\n",
}


@pytest.mark.parametrize("language", CALLS)
def test_a_call(language: str) -> None:
    (call,) = found(language, CALLS[language], "store")
    assert call.kind == "call"
    assert call.text.startswith("store", call.column - 1)


NEW = {
    "C#": "class A { object b = new Store(1); }\n",
    "C++": "auto a = new Store(1);\n",
    "Java": "class A { Object b = new Store(1); }\n",
    "JavaScript": "const a = new Store(1)\n",
    "PHP": "<?php $a = new Store(1);\n",
    "Rust": "fn f() { Store!(1); }\n",
    "Scala": "object A { val a = new Store(1) }\n",
    "TypeScript": "const a = new Store<T>(1)\n",
}


@pytest.mark.parametrize("language", NEW)
def test_a_constructor_or_macro_is_called(language: str) -> None:
    assert [one.kind for one in found(language, NEW[language], "Store")] == ["call"]


IMPORTS = {
    "C#": ("using Shop.Store;\n", "Shop"),
    "C++": ("using shop::Store;\n", "shop"),
    "Elixir": ("defmodule A do\n  alias Shop.Store\nend\n", "Shop"),
    "FORTRAN": ("program p\n  use shop, only: cart, &\n    Store\nend program\n", "shop"),
    "Haskell": ("module A where\nimport Shop (Store)\n", "Shop"),
    "Java": ("import shop.Store;\n", "shop"),
    "JavaScript": ("const { Store } = require('./shop')\n", "./shop"),
    "Kotlin": ("import shop.Store\n", "shop"),
    "Lua": ("local Store = require('shop')\n", "shop"),
    "PHP": ("<?php use Shop\\Store;\n", "Shop"),
    "Python": ("from shop import (\n    Cart,\n    Store as S,\n)\n", "shop"),
    "Rust": ("use crate::shop::{\n    cart::{self, Cart},\n    Store,\n};\n", "crate.shop"),
    "Scala": ("import shop.Store\n", "shop"),
    "TypeScript": ("import {\n  type Cart,\n  Store,\n} from './shop'\n", "./shop"),
    "Zig": ('const Store = @import("shop.zig").Store;\n', "shop.zig"),
}


@pytest.mark.parametrize("language", IMPORTS)
def test_an_import_and_its_module(language: str) -> None:
    text, module = IMPORTS[language]
    imports = found(language, text, "Store")
    assert {(one.kind.value, one.module) for one in imports} == {("import", module)}


QUIET = {
    "C": '/* store */ char *a = "store"; // store\n',
    "Java": '/** {@link store} */ class A { String a = "store"; }\n',
    "JavaScript": "// store\nconst a = 'store' + `store` + /store/\n",
    "Python": '"""store"""\na = f"store {b}"  # store\n',
    "Ruby": '# store\na = "store"\nb = <<~X\n  store\nX\n',
    "Rust": '/// store\nconst A: &str = "store";\n',
    "SQL": "-- store\nselect 'store';\n",
    "Shell": "# store\na='store'\n",
    "CMake": '# store\nset(a "store")\n',
}


@pytest.mark.parametrize("language", QUIET)
def test_comments_and_strings_contain_no_occurrence(language: str) -> None:
    assert not found(language, QUIET[language], "store")


def test_code_in_a_string_counts() -> None:
    assert [one.kind for one in found("Python", 'a = f"{store(1)}"\n', "store")] == ["call"]
    assert [one.kind for one in found("JavaScript", "a = `${store(1)}`\n", "store")] == ["call"]


LOCALS = {
    "C": "void f(int store) { g(store); }\n",
    "C++": "void f() { for (auto store : a) g(store); }\n",
    "FORTRAN": "subroutine f(x)\n  integer, intent(in) :: x, store\n  call g(store)\nend subroutine\n",
    "Go": "package a\n\nfunc f() { store, b := g(); h(store) }\n",
    "Java": "class A { void f() { int store = 1; g(store); h(i -> store); } }\n",
    "JavaScript": "function f({ store }) { g(store) }\n",
    "Kotlin": "fun f() { val store = 1; g(store) }\n",
    "Lua": "local function f() local store = 1; g(store) end\n",
    "Python": "def f():\n    with a() as store:\n        g(store)\n",
    "Ruby": "def f\n  a.each { |store| g(store) }\nend\n",
    "Rust": "fn f() { if let Some(store) = a { g(store) } }\n",
    "Scala": "object A { def f(store: Int) = g(store) }\n",
    "Swift": "func f(store: Int) { g(store) }\n",
    "TypeScript": "const f = (store: T) => g(store)\n",
    "Zig": "fn f(store: u8) void { g(store); }\n",
}


@pytest.mark.parametrize("language", LOCALS)
def test_variables_of_a_function_hide_the_name_in_it(language: str) -> None:
    assert {one.form for one in found(language, LOCALS[language], "store")} == {Form.LOCAL}


TYPED = {
    "C#": "class A { void F() { try { G(); } catch (Store e) { } } void H(params Store[] a) { } }\n",
    "C++": "void f() { try { g(); } catch (const Store& e) { } catch (Store e) { } }\n",
    "Java": "class A { void f(Store... a) { try { g(); } catch (Store e) { } catch (B | Store e) { } } }\n",
    "Kotlin": "fun f(vararg a: Store) { try { g() } catch (e: Store) { } }\n",
    "PHP": "<?php try { g(); } catch (Store $e) { } catch (B | Store $e) { }\n",
    "TypeScript": "function f(...a: Store[]) { try { g() } catch (e: Store) { } }\n",
}


@pytest.mark.parametrize("language", TYPED)
def test_the_type_of_a_variable_is_not_the_variable(language: str) -> None:
    forms = [one.form for one in found(language, TYPED[language], "Store")]
    assert forms == [Form.BARE] * TYPED[language].count("Store")


TYPES = {
    "Elixir": "@spec f(a) :: store\n",
    "FORTRAN": "subroutine f()\n  real, external :: store\n  call g(store(1))\nend subroutine\n",
    "Haskell": "f::store\n",
    "Julia": "f(a::store) = 1\n",
}


@pytest.mark.parametrize("language", TYPES)
def test_a_double_colon_before_a_type_is_no_path(language: str) -> None:
    assert {one.form for one in found(language, TYPES[language], "store")} == {Form.BARE}


def test_what_a_loop_of_zig_goes_through_is_used() -> None:
    text = "fn f() void {\n  for (store) |item| g(item);\n  if (store) |item| g(item);\n}\n"
    assert {one.form for one in found("Zig", text, "store")} == {Form.BARE}
    assert {one.form for one in found("Zig", text, "item")} == {Form.LOCAL}


def test_a_parameter_of_a_type_hides_the_name() -> None:
    (parameter, use) = found("Java", "class A { <Store> void f(Store a) { } }\n", "Store")
    assert (parameter.form, use.form) == (Form.LOCAL, Form.LOCAL)


def test_a_variable_is_hidden_only_where_it_is_known() -> None:
    text = "def f(store):\n    return store\n\n\ndef g():\n    return store\n"
    assert [one.form for one in found("Python", text, "store")] == [Form.LOCAL, Form.LOCAL, Form.BARE]
    text = "void f() { { int store = 1; } g(store); }\n"
    assert [one.form for one in found("C", text, "store")] == [Form.LOCAL, Form.BARE]


def test_a_longer_name_is_another() -> None:
    assert not found("Python", "a.store_all()\nmy_store = 1\nüstore()\n", "store")
    assert not found("Ruby", "a.store!\na.store?\n", "store")
    assert [one.column for one in found("Ruby", "a.store!\n", "store!")] == [3]


def test_receivers() -> None:
    text = "self.store\na.b.store()\nf().store\nstore\n"
    assert [(one.form.value, one.receiver) for one in found("Python", text, "store")] == [
        ("member", "self"),
        ("member", "b"),
        ("member", ")"),
        ("bare", ""),
    ]
    text = "program p\n  call a%store(1)\n  store%b = a(1) % store\nend program\n"
    assert [(one.kind.value, one.form.value, one.receiver) for one in found("FORTRAN", text, "store")] == [
        ("call", "member", "a"),
        ("mention", "bare", ""),
        ("mention", "member", ")"),
    ]
    assert [one.form for one in found("Python", "a % store\n", "store")] == [Form.BARE]
    assert [one.form for one in found("Rust", "fn f() { for i in 0..store {} }\n", "store")] == [Form.BARE]


def test_arguments_and_fields_that_are_set() -> None:
    assert [one.form for one in found("Python", "f(store=1)\n", "store")] == [Form.KEY]
    assert [one.form for one in found("Go", "package a\n\nvar b = T{store: 1}\n", "store")] == [Form.KEY]
    assert [one.form for one in found("JavaScript", "a = { store: 1 }\n", "store")] == [Form.KEY]


COMPUTED_KEYS = {
    "Elixir": "a = %{Store => 1}\n",
    "Go": "package a\n\nvar b = map[int]T{Store: {}}\nvar c = [...]T{Store: {}}\n",
    "JavaScript": "a = { [Store]: 1 }\n",
    "PHP": "<?php $a = [Store => 1];\n",
    "Python": "a = {Store: 1}\n",
    "Ruby": "a = { Store => 1 }\nf(Store => 1)\n",
}


@pytest.mark.parametrize("language", COMPUTED_KEYS)
def test_keys_that_are_computed_are_names_that_are_used(language: str) -> None:
    assert {one.form for one in found(language, COMPUTED_KEYS[language], "Store")} == {Form.BARE}


def test_keys_that_are_written_like_fields() -> None:
    assert [one.form for one in found("Ruby", "a = { store: 1, :store => 2 }\n", "store")] == [Form.KEY, Form.KEY]
    text = "package a\n\nvar b = map[int]T{A: {store: 1}}\nvar c = []T{{store: 1}}\n"
    assert [one.form for one in found("Go", text, "store")] == [Form.KEY, Form.KEY]


def test_a_constant_in_a_block_of_ruby_is_no_variable() -> None:
    text = "describe 'a' do\n  STORE = 1\n  store = 2\nend\n"
    assert [one.form for one in found("Ruby", text, "STORE")] == [Form.BARE]
    assert [one.form for one in found("Ruby", text, "store")] == [Form.LOCAL]


def test_embedded_code_and_notebooks_have_the_lines_of_the_file() -> None:
    vue = "<template>\n  <p>store</p>\n</template>\n<script setup>\nstore(1)\n</script>\n"
    assert [(one.kind, one.line) for one in found("Vue", vue, "store")] == [("call", 5)]
    code = '{"cell_type": "code", "metadata": {}, "outputs": [], "source": [\n"import a\\n",\n"a.store(1)"]}'
    metadata = '"metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5'
    notebook = f'{{"cells": [\n{code}\n], {metadata}}}\n'
    (one,) = found("Jupyter Notebook", notebook, "store")
    assert (one.kind, one.line) == ("call", 4)


def test_without_a_grammar_words_count_and_in_prose_those_that_look_like_code() -> None:
    assert [one.line for one in found("CMake", "store(a)\nadd(store)\n", "store")] == [1, 2]
    prose = "The store is closed.\n\nCall `store` or `a.store(1)`.\n"
    assert [(one.line, one.form) for one in found("Markdown", prose, "store")] == [(3, Form.RAW), (3, Form.RAW)]


@pytest.mark.parametrize(
    ("prose", "columns"),
    [
        ("Run `shop store --all`, then go to the store.", [11]),
        ("That is the store: it sells.", []),
        ("See :func:`~shop.store` and store::open, \\store{}", [18, 29, 43]),
        ("```\nstore all\n```\nthe store", [1]),
        ("store_all the store", []),
    ],
)
def test_in_prose_code_spans_and_fenced_blocks_are_code_and_full_stops_are_none(prose: str, columns: list[int]) -> None:
    assert [one.column for one in found("Markdown", prose + "\n", "store")] == columns


def test_operators_are_not_looked_for_in_prose() -> None:
    assert not found("Markdown", "* `a == b`\n", "==")


def test_text_around_letters_of_several_bytes_and_in_long_lines() -> None:
    (one,) = found("Python", "a = 'ü€😀'; store(1)\n", "store")
    assert one.column == 12
    (one,) = found("JavaScript", "a = 1;" * 10_000 + "store(1)\n", "store")
    assert "store(1)" in one.text
    assert len(one.text) <= 1_000


def test_parameters_of_templates_hide_the_name_in_the_template_only() -> None:
    text = "template <typename Store> struct A : B<Store> {\n  Store s;\n};\n"
    text += "template <class T> void Store(T t);\nStore x;\n"
    forms = [(one.line, one.form) for one in found("C++", text, "Store")]
    assert forms == [(1, Form.LOCAL), (1, Form.LOCAL), (2, Form.LOCAL), (4, Form.BARE), (5, Form.BARE)]


def test_an_argument_of_a_macro_before_a_block_may_be_part_of_a_name() -> None:
    text = "TEST(store, Opens) {\n  store();\n}\nA::A(store s) {}\n"
    assert [one.form for one in found("C++", text, "store")] == [Form.RAW, Form.BARE, Form.BARE]


def test_a_call_after_a_condition_with_a_macro_is_no_variable() -> None:
    text = "struct A {\n  void f() {\n    if MAYBE (need<T>::value)\n      store(a.b<T>(1));\n    else\n"
    text += "      store(c(d));\n    store2 e(1);\n  }\n};\n"
    assert {one.form for one in found("C++", text, "store")} == {Form.BARE}
    assert [one.form for one in found("C++", text, "e")] == [Form.LOCAL]
