"""What is read out of a question."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.index.letters import fold
from codesearch.search.question import (
    MAX_NAMES,
    MAX_QUESTION_LENGTH,
    MAX_TERMS,
    Location,
    QuestionKind,
    parse_question,
)


@pytest.mark.parametrize(
    "text",
    [
        "HandlerStack",
        "get_http_response",
        "Foo::bar",
        "flask.Flask",
        "_private",
        "parseJSON()",
        "Session",
    ],
)
def test_bare_symbols(text: str) -> None:
    question = parse_question(text)
    assert question.kind is QuestionKind.IDENTIFIER
    assert question.identifiers == (text.removesuffix("()"),)


@pytest.mark.parametrize(
    ("text", "identifiers"),
    [
        ("where does HandlerStack push middleware", ("HandlerStack",)),
        ("what calls get_http_response on retry", ("get_http_response",)),
        ("how is `open` wrapped", ("open",)),
        ("why does connect() hang", ("connect",)),
        ("members of Foo::Bar", ("Foo::Bar",)),
    ],
)
def test_symbols_inside_prose(text: str, identifiers: tuple[str, ...]) -> None:
    question = parse_question(text)
    assert question.kind is QuestionKind.MIXED
    assert question.identifiers == identifiers


@pytest.mark.parametrize("text", ["ПолучитьЦену", "получить_цену", "Größe", "größeÄndern", "Модуль.ПолучитьЦену", "λ1"])
def test_bare_symbols_of_other_letters(text: str) -> None:
    assert parse_question(text).identifiers == (text,)
    assert parse_question(text).kind is QuestionKind.IDENTIFIER


def test_symbols_of_other_letters_inside_prose() -> None:
    assert parse_question("где ПолучитьЦену вызывается").identifiers == ("ПолучитьЦену",)
    assert parse_question("如何使用HTTP协议传输").kind is QuestionKind.PROSE
    assert parse_question("顧客の割引率を計算する").terms[:3] == ("顧客", "客の", "の割")


def test_a_question_is_the_same_however_its_letters_are_composed() -> None:
    text = "wo wird die Größe in naïveBayes geprüft"
    assert parse_question(unicodedata.normalize("NFD", text)) == parse_question(text)


@pytest.mark.parametrize("text", ["how are sessions signed", "session", "Where is the JSON parsed?", "a b c"])
def test_prose(text: str) -> None:
    assert parse_question(text).kind is QuestionKind.PROSE


def test_stop_words_are_no_terms_unless_nothing_else_is_left() -> None:
    assert parse_question("how is the cache invalidated").terms == ("cache", "invalidated")
    assert parse_question("how to do it").terms == ("how", "to", "do", "it")


@pytest.mark.parametrize(
    ("text", "locations"),
    [
        ('File "src/app.py", line 12, in main', (Location("src/app.py", 12),)),
        ("at Object.run (lib/index.js:40:7)", (Location("lib/index.js", 40),)),
        ("panic in server/main.go:88", (Location("server/main.go", 88),)),
        ("utils.py", (Location("utils.py"),)),
        ("helpers in src/net/", (Location("src/net"),)),
        ("version 1.2 of the API e.g. this", ()),
        ("src/a.c:7:5: error: expected ';'", (Location("src/a.c", 7),)),
        ("src/A.cs(7,12): error CS1002: ; expected", (Location("src/A.cs", 7),)),
        ("src/A.hs:(7,1)-(9,4): Non-exhaustive patterns", (Location("src/A.hs", 7),)),
        ("e: src/A.kt: (7, 1): Unresolved reference", (Location("src/A.kt", 7),)),
        ("  --> src/a.rs:7:5", (Location("src/a.rs", 7),)),
        ("at com.shop.Cart.total(Cart.java:7)", (Location("Cart.java", 7),)),
        ("at Shop.Cart.Total() in C:\\shop\\Cart.cs:line 7", (Location("C:/shop/Cart.cs", 7),)),
        ("at async file:///shop/cart.mjs:7:3", (Location("/shop/cart.mjs", 7),)),
        ("total@http://localhost:8000/js/cart.js:7:3", (Location("/js/cart.js", 7),)),
        ("Uncaught Exception in /shop/Cart.php on line 7", (Location("/shop/Cart.php", 7),)),
        ("died at cart.pl line 7.", (Location("cart.pl", 7),)),
        ("./run.sh: line 7: foo: command not found", (Location("run.sh", 7),)),
        ("src/a.go#L7", (Location("src/a.go", 7),)),
        ('[{file,"src/a.erl"},{line,7}]', (Location("src/a.erl", 7),)),
        ("src/Makefile:7: *** missing separator", (Location("src/Makefile", 7),)),
        ("Makefile:7: *** missing separator", (Location("Makefile", 7),)),
        ("see https://example.com/guide/index.html", ()),
        ("localhost:8000 is in use", ()),
    ],
)
def test_places(text: str, locations: tuple[Location, ...]) -> None:
    assert parse_question(text).locations == locations


def _at(path: str, *lines: int) -> tuple[Location, ...]:
    return tuple(Location(path, line) for line in lines)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("/shop/cart.js\n  7:5  error  'x' is defined but never used\n  9:1  error  y", _at("/shop/cart.js", 7, 9)),
        ("src/a.py\n7:  text\n8-  text\n9:  text\n\nb.py\n3:x", (*_at("src/a.py", 7, 9), Location("b.py", 3))),
        ("src/a.py\n7-  text\n8=def f():", _at("src/a.py", 7, 8)),
        ("FILE: /shop/Cart.php\n  7 | ERROR | Missing comment", _at("/shop/Cart.php", 7)),
        ("src/a.py-7-  text", _at("src/a.py", 7)),
        ("Makefile-7-\ttext", _at("Makefile", 7)),
        ("src/a.py-7-  text\nsrc/a.py:8:  text\nsrc/a.py-9-  text", _at("src/a.py", 8)),
        ("--- a/a.py\n+++ b/a.py\n@@ -7,3 +8,4 @@ def f():\n x\n\n+y\n@@ -20 +22 @@", _at("a.py", 8, 22)),
        ("diff --git a/a.py b/a.py\n@@ -7,3 +8,4 @@", _at("a.py", 8)),
        ("--- a/a.py\n+++ /dev/null\n@@ -1,3 +0,0 @@", ()),
        ("line 7 of src/a.py.", _at("src/a.py", 7)),
        ("lines 7-9 in file 'a.py'", _at("a.py", 7)),
        ("a.py at line 7", _at("a.py", 7)),
        ("a.py, lines 7-9", _at("a.py", 7)),
        ("src/a.py in Cart.total at line 7:5", _at("src/a.py", 7)),
        ("src/a.py|7 col 5| foo", _at("src/a.py", 7)),
        ("a.py|7| foo", _at("a.py", 7)),
        ("::error file=src/a.js,line=7,col=5::Missing semicolon", _at("src/a.js", 7)),
        ("::error file=src/a.js,col=5,line=7::Missing semicolon", _at("src/a.js", 7)),
        ("##vso[task.logissue type=error;sourcepath=src/a.js;linenumber=7]x", _at("src/a.js", 7)),
        ("vim +7 src/a.py", _at("src/a.py", 7)),
        ("src/a.py L7", _at("src/a.py", 7)),
        ("a.py L7-L9", _at("a.py", 7)),
        ("a.py L2 norm", ()),
        ("a.py L10n", ()),
        ("foo.py-3.11", ()),
        ("error in a.py 3 times", ()),
        ("one of the a.py-like-7-day lists", ()),
        ("a table a.py|7 of 9", ()),
        ("line 7 of the file", ()),
        ("well-known\n7: text", ()),
    ],
)
def test_lines_of_files_as_other_programs_list_them(text: str, places: tuple[Location, ...]) -> None:
    assert tuple(location for location in parse_question(text).locations if location.line) == places


@given(st.text(max_size=200))
def test_any_text_is_a_question(text: str) -> None:
    question = parse_question(text)
    assert all(term == fold(term) for term in question.terms)


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None), max_size=200))
def test_control_characters_and_lone_surrogates_are_not_read(text: str) -> None:
    question = parse_question(text)
    read = " ".join((question.text, *question.terms, *question.identifiers, *question.operators.phrases))
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", read)
    read.encode("utf-8")


@pytest.mark.parametrize(
    "unit",
    [
        "a.c in ",
        "a.c,x=",
        "+1 a/",
        "line 1 of a",
        "1:\n",
        "a.c-1-",
        "a.c\n1:\n",
        "+a\n",
        "a.c L1",
        "a",
        "aA",
        "A_",
        "a+",
        "a/",
        "a.",
        "a::",
        "\\a",
        "~",
        '"',
        "`a",
        "-a ",
        "1",
        "é_",
        "(a",
        " ",
    ],
)
def test_whatever_is_long_is_read_in_bounds(unit: str) -> None:
    for text in (unit * 100_000, unit * 30_000 + "-", " ".join([unit * 200 + "/"] * 80)):
        question = parse_question(text)
        assert len(question.text) <= MAX_QUESTION_LENGTH
        assert len(question.terms) <= MAX_TERMS
        assert len(question.identifiers) <= MAX_NAMES
        assert len(question.locations) <= MAX_NAMES


def test_a_pasted_function_has_no_operators_and_its_first_names_count() -> None:
    code = "\n".join(f'    value{n} = readValue{n}("key {n}", -flag, {n})' for n in range(300))
    question = parse_question("def load(): " + code)
    assert not question.operators
    assert question.kind is QuestionKind.MIXED
    assert question.identifiers[:2] == ("load", "readValue0")
    assert len(question.identifiers) == MAX_NAMES
    assert len(question.terms) == MAX_TERMS


def test_operators_are_no_part_of_what_is_asked() -> None:
    question = parse_question('hash "salt and pepper" -md5')
    assert question.text == "hash salt and pepper"
    assert question.terms == ("hash", "salt", "pepper")
    assert question.operators.phrases == ("salt and pepper",)


def test_a_file_in_quotes_is_a_place_and_no_phrase() -> None:
    question = parse_question('what is in "src/app.py"')
    assert question.locations == (Location("src/app.py"),)
    assert not question.operators


def test_places_of_a_pasted_stack_trace() -> None:
    trace = "".join(f'  File "src/module{n}.py", line {n + 1}, in run\n    run()\n' for n in range(100))
    question = parse_question("Traceback (most recent call last):\n" + trace + "ValueError: no value")
    assert question.locations[:2] == (Location("src/module0.py", 1), Location("src/module1.py", 2))
    assert "valueerror" in question.terms
    assert parse_question("main.go:" + "9" * 300).locations == (Location("main.go", 999_999_999),)


def test_the_quotes_and_dashes_of_a_stack_trace_are_text() -> None:
    trace = 'Exception in thread "main" java.lang.IllegalStateException at com.x.Parser.parse(Parser.java:75) -foo'
    question = parse_question(trace)
    assert not question.operators
    assert "main" in question.text


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("core.py", Location("core.py")),
        ("`src/core.py`", Location("src/core.py")),
        ('"src/core.py"', Location("src/core.py")),
        ("./src/core.py:7:5", Location("src/core.py", 7)),
        ("src\\core.py(7)", Location("src/core.py", 7)),
        ("config/secrets.yml.enc", Location("config/secrets.yml.enc")),
        ("app.all", Location("app.all")),
        ("Makefile", Location("Makefile")),
        (".gitignore", Location(".gitignore")),
        ("[slug].tsx", Location("[slug].tsx")),
        ("Foo::bar", None),
        ("session", None),
        ("MAX_TERMS", None),
        ("...", None),
        ("where is core.py", None),
    ],
)
def test_a_word_that_may_be_a_file(text: str, file: Location | None) -> None:
    assert parse_question(text).file == file


@pytest.mark.parametrize("text", ["lib/router.js", "src/t_zset.c", "config/secrets.yml.enc"])
def test_a_path_is_no_symbol(text: str) -> None:
    assert parse_question(text).symbol is None


@pytest.mark.parametrize("text", ["app.all", "Enum.map/2", "App\\Cart", "c.JSON"])
def test_what_may_be_a_file_may_be_a_symbol(text: str) -> None:
    assert parse_question(text).symbol


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("+    total = add(a)", "total = add(a)"),
        ("-\treturn add(a);", "return add(a);"),
        ("+    return add(a)\n+    return b", "return add(a) return b"),
        ("@@ -7,2 +7,2 @@ def f():\n def f():\n-    return add(a)\n+    return add(b)\n", "def f(): return add(b)"),
        ("702:    total = add(a)", "total = add(a)"),
        ("702:total = add(a)", "total = add(a)"),
        ("702:5:total = add(a)", "total = add(a)"),
        ("702-    total = add(a)", "total = add(a)"),
        ("702|    total = add(a)", "total = add(a)"),
        ("   702\u2502 total = add(a)", "total = add(a)"),
        ("> 702 |   total = add(a)\n      |           ^^^", "total = add(a)"),
        ("  702 total = add(a)", "total = add(a)"),
        ("   702\ttotal = add(a)", "total = add(a)"),
        ("702  a = 1;\n703  b = 2;", "a = 1; b = 2;"),
        ("7:a = 1;\n8-b = 2;\n--\n19:c = 3;", "a = 1; b = 2; c = 3;"),
        ("7: a = 1;\n3: b = 2;", "7: a = 1; 3: b = 2;"),
        ("a = b\n    - c;", "a = b - c;"),
        ("-> add(a)", "-> add(a)"),
        ("  3 == add(a)", "3 == add(a)"),
        ("404: Not Found (page)", "404: Not Found (page)"),
        ("3-way merge (git)", "3-way merge (git)"),
        ("- an item (of a list)", "- an item (of a list)"),
        ("12:30:05 add(a)", "12:30:05 add(a)"),
    ],
)
def test_what_a_diff_or_an_editor_puts_before_lines_is_no_code(text: str, code: str) -> None:
    assert parse_question(text).code == code


def test_what_is_put_before_a_line_of_code_is_not_asked_for() -> None:
    for text in ("+def total(cart):", "702:def total(cart):", "   702  def total(cart):"):
        assert parse_question(text) == parse_question("def total(cart):")
    assert parse_question("404: not found").terms == ("404", "not", "found")
