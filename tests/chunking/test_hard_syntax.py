"""Small files in hard syntax, with the definitions that each must and must not give (tests/data/cases)."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from codesearch.chunking.chunker import chunk_text
from codesearch.languages.detect import detect
from codesearch.render.records import Record, chunk_record
from tests.support.places import TESTS

CASES = TESTS / "data" / "cases"
EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


def definitions(name: str) -> list[Record]:
    """What `codesearch chunks --json` lists of a file: its chunks but for the file's own, and their definitions."""
    text = (CASES / name).read_text(encoding="utf-8")
    chunks = [chunk_record(chunk, name) for chunk in chunk_text(name, text, detect(name, text)).chunks]
    return [chunk for chunk in chunks if chunk["kind"] != "file"] + [
        d for chunk in chunks for d in chunk["definitions"]
    ]


def fits(found: Record, wanted: dict[str, Any]) -> bool:
    documentation = wanted.get("documentation")
    if documentation == "" and found["documentation"]:
        return False
    return (documentation or "") in found["documentation"] and all(
        found[key] == value for key, value in wanted.items() if key != "documentation"
    )


@pytest.mark.parametrize(("name", "wanted"), [(name, one) for name, some in EXPECTED.items() for one in some], ids=str)
def test_definitions_of_hard_syntax(name: str, wanted: dict[str, Any]) -> None:
    found = definitions(name)
    if "absent" in wanted:
        assert all(one["name"] != wanted["absent"] for one in found)
    elif "any" in wanted:
        assert any(wanted["any"] in f"{one['name']} {one['signature']}" for one in found)
    else:
        assert any(fits(one, wanted) for one in found), [(one["qualified_name"], one["start_line"]) for one in found]


SMALL = {
    "class A\n// It copies.\ninternal constructor(a: Int) : B {\n  fun c() = 1\n}\n": ("a.kt", "A A.c"),
    "class A {\n  fun b() {\n    val c = d()\n    get(c)\n  }\n  fun e() = 1\n}\n": ("b.kt", "A A.b A.e"),
    "class A {\n  fun <T> get(b: T): T = b\n}\n": ("d.kt", "A A.get"),
    'class A {\n  val b\n    @C("d")\n    get() = 1\n  fun e() = 1\n}\n': ("e.kt", "A A.b A.e"),
    "class A {\n  val b: Int\n    get() = 1\n  fun c() = 1\n}\n": ("c.kt", "A A.b A.c"),
    "public closed record A(int B);\nclosed abstract class C { void D() {} }\n": ("a.cs", "A A.B C C.D"),
    "struct A {\n  static func ... (b: A, c: A) -> A { b }\n  func d() {}\n}\n": ("a.swift", "A A.... A.d"),
    "func ..< <T>(a: T, b: T) -> T { a }\nfunc c() {}\n": ("b.swift", "..< c"),
    "class A\n  def self(b)\n  end\n  def self.c\n  end\nend\n": ("a.rb", "A A.self A.c"),
    "Dim a, b\nConst C = 1\n\nSub D()\n  Dim e\nEnd Sub\nPublic F\n": ("a.vbs", "a b C F D"),
}
"""Texts with their file names and all qualified names that they define."""


@pytest.mark.parametrize("text", SMALL)
def test_definitions_of_small_texts(text: str) -> None:
    path, names = SMALL[text]
    chunks = chunk_text(path, text, detect(path, text)).chunks
    assert [one.qualified_name for chunk in chunks for one in chunk.definitions] == names.split()


REPETITIVE = {
    "a.ps1": "[A()]\n" + "[a]" * 60 + "\nparam()\nfunction Get-It { 1 }\n",
    "a.fypp": "! " + "${" * 30_000 + "\n" + "subroutine get_it()\nend subroutine get_it\n",
    "a.hs": "#if A\n#else\n" * 8_000 + "#endif\n" * 8_000 + "getIt :: Int\ngetIt = 1\n",
    "a.sql": "DO $$ BEGIN " + "CREATE TABLE a(b int); " * 8_000 + "END $$;\nCREATE TABLE get_it (a int);\n",
    "a.ts": ("type X = {\n" + ">" * 3_900 + "=>\n  <T>(a: T): T\n}\n") * 20 + "function getIt() { return 1 }\n",
    "a.swift": "where a,\n" * 20_000 + "where\n" * 20_000 + ", " * 20_000 + "\nfunc getIt() {}\n",
    "c.swift": "init " + "where " * 50_000 + "\nfunc getIt() {}\n",
    "b.swift": "init where" + " a,\n" * 20_000 + "where a," + " " * 20_000 + "b\nfunc getIt() {}\n",
    "a.kt": "constructor "
    + "class A\n/* *\n" * 8_000
    + "class B\n"
    + "private " * 9_000
    + "@a(" * 9_000
    + "\nfun getIt() = 1\n",
    "b.sql": "CREATE FUNCTION f() AS $$ "
    + "/* CREATE TABLE a(b int); ' " * 8_000
    + "$$;\nCREATE TABLE get_it (a int);\n",
    "c.sql": "CREATE FUNCTION f() AS $$ " + "\n \n'CREATE '' " * 8_001 + "$$;\nCREATE TABLE get_it (a int);\n",
    "d.sql": "CREATE TABLE a (b int,"
    + " " * 20_000
    + "c int"
    + ", d int" * 20_000
    + ");\nCREATE TABLE get_it (a int);\n",
    "a.sh": "cat <<A <<B\n" * 8_000 + "f() for " * 8_000 + "\nget_it() { :; }\n",
    "a.rs": "macro a(" * 20_000 + "pub trait A = " * 20_000 + "\nfn get_it() {}\n",
    "b.rs": "macro a(b) {\n" * 8_000 + "\nfn get_it() {}\n",
    "a.js": "// @flow\n" + "opaque type A: " * 8_000 + "component A(" * 8_000 + ") renders\nfunction getIt() {}\n",
    "a.cmake": "set(a " + '\\"' * 50_000 + ")\nfunction(get_it)\nendfunction()\n",
    "a.bas": 'Attribute VB_Name = "A"\nPrivate a' + "(" * 50_000 + ", b" * 50_000 + "\nSub get_it()\nEnd Sub\n",
    "b.bas": 'Attribute VB_Name = "A"\nPrivate a' + ", b" * 50_000 + "\nSub get_it()\nEnd Sub\n",
    "a.luau": "local a: " + "(" * 40_000 + "\ntype A = " + "| B<" * 20_000 + "\n" + "`{" * 20_000 + "\nget_it = 1\n",
    "b.lua": "function " * 30_000 + "a: " * 20_000 + "`" * 20_000 + "\nget_it = 1\n",
    "b.kt": "class A\n// b\n" * 9_000 + "// b\n" * 30_000 + "class A\n" + "//" * 30_000 + "\nfun getIt() = 1\n",
    "a.cs": "closed abstract " * 20_000 + "closed " + "partial " * 20_000 + "\nclass A { void getIt() {} }\n",
    "a.pyx": "cdef "
    + "*" * 40_000
    + "\n"
    + "cdef a"
    + "[:" * 30_000
    + "\n"
    + "class A"
    + ": " * 30_000
    + "(\ndef get_it(): pass\n",
    "a.jl": ":" * 50_000 + "for outer " * 10_000 + "\nget_it() = 1\n",
    "a.java": "@A " * 30_000 + "..." * 10_000 + "\nclass A { void getIt() {} }\n",
    "a.jsx": " class=" * 40_000 + "['a']" * 10_000 + "\nfunction getIt() {}\n",
    "a.php": "<?php " + "const " * 40_000 + "\nfunction get_it() {}\n",
}
"""Texts that patterns with nested repetitions would read for minutes, or without end."""


@pytest.mark.parametrize("name", REPETITIVE)
def test_repetitive_text_is_prepared_with_its_lines(name: str) -> None:
    text = REPETITIVE[name]
    language = detect(name, text)
    assert language is not None
    if language.hooks:
        prepared = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}").prepare(text)
        assert prepared.count("\n") == text.count("\n")
        assert prepared.splitlines()[-1] == text.splitlines()[-1]
    else:
        scanned = importlib.import_module(f"codesearch.chunking.scanners.{language.scanner}").scan(text)
        assert "get_it" in [unit.name for unit in scanned]
