"""Units become chunks: comments attached, members apart, long units split, small neighbours joined."""

import pytest

from codesearch.chunking import windows
from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve

METHOD = (
    '    def {name}(self, value):\n        """What {name} does."""\n'
    + "        value += self.compute(value)\n" * 12
    + "        return value\n\n"
)


def chunks(language: str, text: str, path: str = "a.file") -> list[Chunk]:
    return list(chunk_text(path, text, resolve(language)).chunks)


def named(found: list[Chunk], qualified_name: str) -> Chunk:
    (chunk,) = [chunk for chunk in found if chunk.qualified_name == qualified_name and chunk.kind != "file"]
    return chunk


def test_leading_comments_belong_to_the_unit_and_become_its_documentation() -> None:
    comment = "/**\n * Adds two numbers.\n *\n * @return the sum\n */\n"
    text = f"int x;\n\n{comment}static int add(int a, int b)\n{{\n\treturn a + b;\n}}\n"
    add = named(chunks("C", text), "add")
    assert (add.start_line, add.end_line) == (3, 11)
    assert add.documentation == "Adds two numbers.\n\n@return the sum"
    assert add.signature == "static int add(int a, int b)"
    assert add.text.startswith("/**")


@pytest.mark.parametrize(
    ("language", "above", "documentation"),
    [
        ("Rust", "/// Adds.\n/// More.\n#[inline]\nfn f() {}\n", "Adds.\nMore."),
        ("Go", "package a\n\nvar b int // not of f\n// F adds.\nfunc F() {}\n", "F adds."),
        ("Python", "x = 1\n# Adds.\n@cached\ndef f(): pass\n", "Adds."),
        ("Ruby", "A = 1\n# Adds.\n# More.\ndef f; end\n", "Adds.\nMore."),
        ("JavaScript", "let a = 1 /* not of f */\nfunction f() {}\n", ""),
        ("C", "int a; /* not of f\n */\nint f(void) { return 0; }\n", ""),
        ("PHP", "<?php\n$a = 1;\n\n# far\n\n// Adds.\nfunction f() {}\n", "Adds."),
    ],
)
def test_comments_right_above_are_told_from_others(language: str, above: str, documentation: str) -> None:
    (unit,) = [chunk for chunk in chunks(language, above) if chunk.kind == "function"]
    assert unit.documentation == documentation


def test_a_type_is_its_header_fields_and_signatures_and_its_methods_are_apart() -> None:
    text = 'class Stack(Base):\n    """Last in, first out."""\n\n    limit = 3\n\n' + "".join(
        METHOD.format(name=n) for n in ("push", "pop")
    )
    found = chunks("Python", text)
    stack, push = named(found, "Stack"), named(found, "Stack.push")
    assert stack.documentation == "Last in, first out."
    assert stack.defines == ("Stack", "limit", "push", "pop")
    assert "limit = 3" in stack.text and "    def push(self, value)" in stack.text
    assert "self.compute" not in stack.text
    assert (stack.start_line, stack.end_line) == (1, len(text.rstrip().split("\n")))
    assert push.kind == "method" and push.documentation == "What push does."


def test_functions_in_types_are_methods_and_others_are_not() -> None:
    text = (
        "class A\n"
        + "".join(f"  def m{n}\n" + "    work(1)\n" * 40 + "  end\n" for n in range(2))
        + "end\ndef f; end\n"
    )
    kinds = {chunk.qualified_name: chunk.kind for chunk in chunks("Ruby", text)}
    assert kinds["A.m0"] == "method" and kinds["f"] == "function"


def test_a_short_type_is_one_chunk_with_its_members() -> None:
    (point,) = chunks("Java", "class Point {\n  int x;\n  int getX() {\n    return x;\n  }\n}\n")
    assert (point.kind, point.defines) == ("class", ("Point", "x", "getX"))


def test_names_are_qualified_by_what_is_around() -> None:
    text = "namespace a::b {\nclass C {\n  void f();\n};\nvoid C::f() { g(); }\n}\n"
    names = {chunk.qualified_name for chunk in chunks("C++", text)}
    assert {"a::b::C", "a::b::C::f"} <= names


def test_a_long_function_is_split_and_each_part_carries_its_signature() -> None:
    body = "".join(f"    if value > {n}:\n        total += transform(value, {n})\n\n" for n in range(200))
    text = f"def long(value):\n{body}    return total\n"
    parts = [chunk for chunk in chunks("Python", text) if chunk.name == "long"]
    assert len(parts) > 3
    assert {part.signature for part in parts} == {"def long(value)"}
    assert all(len(part.text) <= 2 * windows.TARGET_CHARS for part in parts)
    assert all(part.text.startswith("    if ") for part in parts[1:]), "cut at statements"
    assert [part.end_line + 1 for part in parts[:-1]] == [part.start_line for part in parts[1:]]


def test_functions_inside_one_that_is_too_long_are_chunks_of_their_own() -> None:
    inner = "".join(f"  function inner{n}() {{\n" + "    work(1)\n" * 40 + "  }\n" for n in range(12))
    found = chunks("JavaScript", f"function outer() {{\n{inner}}}\n")
    assert {f"outer.inner{n}" for n in range(12)} <= {chunk.qualified_name for chunk in found}


def test_small_neighbours_of_one_kind_are_joined_and_all_named() -> None:
    text = "".join(f"type T{n} = string\n" for n in range(10)) + "interface I { a: string }\n"
    joined, interface = chunks("TypeScript", text)
    assert joined.defines == tuple(f"T{n}" for n in range(10))
    assert (joined.start_line, joined.end_line, joined.kind) == (1, 10, "type")
    assert interface.kind == "interface"


def test_the_file_chunk_has_what_belongs_to_no_unit_and_an_outline() -> None:
    text = (
        '"""About the file."""\nimport os\n\nLIMIT = 3\n\n\ndef first():\n'
        + "    work()\n" * 40
        + '\n\nif __name__ == "__main__":\n    first()\n'
    )
    file = chunks("Python", text, "pkg/tool.py")[0]
    assert (file.kind, file.name, file.documentation) == ("file", "tool.py", "About the file.")
    assert file.defines == ("LIMIT", "first")
    assert "import os" in file.text and "__main__" in file.text and "work()" not in file.text


def test_long_stretches_between_units_are_blocks_with_their_own_lines() -> None:
    calls = "".join(f"register({n}, 'a rather long argument')\n" for n in range(20))
    text = f"import os\n\n\ndef f():\n    pass\n\n\n{calls}\n\ndef g():\n    pass\n"
    file, _, block, _ = chunks("Python", text)
    assert (file.kind, file.start_line, file.end_line) == ("file", 1, 1)
    assert (block.kind, block.start_line, block.end_line) == ("block", 8, 27)


def test_a_licence_is_apart_from_what_the_file_says_of_itself() -> None:
    terms = "// Copyright A\n//\n// Licensed under the Apache License, Version 2.0.\n// You may not.\n"
    licence, file, _ = chunks("Go", f"{terms}\n// Package a counts.\npackage a\n\nfunc f() {{\n\twork()\n}}\n")
    assert (licence.kind, licence.start_line, licence.end_line) == ("license", 1, 4)
    assert (file.kind, file.documentation) == ("file", "Package a counts.")
    assert "Licensed" not in file.text


def test_a_documentation_comment_may_stand_one_blank_line_above() -> None:
    text = "var a = 1;\n\n/**\n * Adds.\n */\n\nexports.add = function () {\n  return 1;\n};\n"
    assert named(chunks("JavaScript", text), "exports.add").documentation == "Adds."


def test_a_file_of_one_function_has_no_file_chunk() -> None:
    assert [chunk.kind for chunk in chunks("Go", "func f() {\n\twork()\n}\n")] == ["function"]


def test_a_definition_that_begins_on_the_last_line_of_another_is_its_neighbour() -> None:
    text = "x = {\n  a: function () {\n    one()\n  }, b: function () {\n    two()\n  }\n}\n"
    assert {"a", "b"} <= {name for chunk in chunks("JavaScript", text) for name in chunk.defines}


def test_bytes_count_in_utf_8() -> None:
    text = "# é𝒳\n\nx = 'é'\n\ndef f():\n    return 'é'\n"
    f = named(chunks("Python", text), "f")
    assert text.encode()[f.start_byte : f.end_byte].decode() == f.text
