"""Tests and suites as units: bats, Pester, busted, RSpec and what is like it in other languages."""

from __future__ import annotations

import importlib
import time

import pytest

from codesearch.chunking.chunk import Definition
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve


def definitions(text: str, language: str) -> list[Definition]:
    chunked = chunk_text("file", text, resolve(language))
    assert not chunked.fallback
    found = [definition for chunk in chunked.chunks for definition in chunk.definitions]
    return sorted(found, key=lambda definition: definition.start_line)


def spans(text: str, language: str) -> list[tuple[str, str, int, int]]:
    return [(one.kind, one.name, one.start_line, one.end_line) for one in definitions(text, language)]


def test_bats() -> None:
    text = (
        "#!/usr/bin/env bats\n\nsetup() {\n  cart=$(mktemp)\n}\nfunction teardown {\n  rm $cart\n}\n\n"
        "# Nothing in it.\n"
        '@test "an empty cart costs nothing" {\n  cat <<EOF\n@test "text" {\n}\nEOF\n  echo "}"\n}\n\n'
        '@test \'says "hi"\' { # bats test_tags=a\n  run hi\n}\n@test "a \\"b\\"" {\n  :\n}\n@test bare {\n  :\n}\n'
        "function marked { #@test\n  :\n}\n"
    )
    assert spans(text, "Shell") == [
        ("function", "setup", 3, 5),
        ("function", "teardown", 6, 8),
        ("test", "an empty cart costs nothing", 10, 17),
        ("test", 'says "hi"', 19, 21),
        ("test", 'a "b"', 22, 24),
        ("test", "bare", 25, 27),
        ("test", "marked", 28, 30),
    ]
    test = definitions(text, "Shell")[2]
    assert test.signature == '@test "an empty cart costs nothing"'
    assert test.documentation == "Nothing in it."


def test_bats_where_the_grammar_errs() -> None:
    text = '@test "zsh" {\n  for x (${(f)"$(ls)"}) {\n    print -- ${x:t:r}\n  }\n}\n\n@test "next" {\n  :\n}\n'
    assert spans(text, "Shell") == [("test", "zsh", 1, 5), ("test", "next", 7, 9)]


def test_pester() -> None:
    text = (
        "# About carts.\nDescribe 'Cart' -Tag 'Unit', 'Fast' {\n    BeforeEach { $x = 1 }\n"
        "    It 'costs: nothing' {\n        1\n    }\n"
        '    It -Skip:$true -Name "named $x" -Test {\n        1\n    }\n    Context "below"\n    {\n'
        "        It -TestCases $cases 'last' { }\n    }\n    it lower { }\n}\nfunction script:Get-It { 1 }\n"
    )
    assert spans(text, "PowerShell") == [
        ("suite", "Cart", 1, 15),
        ("test", "costs: nothing", 4, 6),
        ("test", "named $x", 7, 9),
        ("suite", "below", 10, 13),
        ("test", "last", 12, 12),
        ("test", "lower", 14, 14),
        ("function", "Get-It", 16, 16),
    ]


def test_busted() -> None:
    text = (
        'describe("a cart", function()\n  before_each(function() end)\n  it([[is long]], function()\n    return 1\n'
        "  end)\n"
        "  pending('later', function() end)\nend)\n"
    )
    assert spans(text, "Lua") == [("suite", "a cart", 1, 7), ("test", "is long", 3, 5), ("test", "later", 6, 6)]


@pytest.mark.parametrize("prefix", ["", "RSpec."])
def test_rspec(prefix: str) -> None:
    text = (
        f"{prefix}describe Cart, type: :model do\n  context 'when empty' do\n    it 'costs nothing' do\n"
        "      1\n    end\n    specify { 1 }\n  end\nend\n"
    )
    assert spans(text, "Ruby")[:3] == [
        ("suite", "Cart", 1, 8),
        ("suite", "when empty", 2, 7),
        ("test", "costs nothing", 3, 5),
    ]


def test_minitest() -> None:
    text = 'class CartTest < Minitest::Test\n  test "costs nothing" do\n    1\n  end\nend\n'
    assert spans(text, "Ruby") == [("class", "CartTest", 1, 5), ("test", "costs nothing", 2, 4)]


@pytest.mark.parametrize("language", ["JavaScript", "TypeScript"])
def test_suites_of_javascript(language: str) -> None:
    text = (
        "describe('a cart', () => {\n  it('is free', () => {});\n  test.skip('later', function () {});\n});\n"
        "test.describe(Cart, () => {\n});\nDeno.test('deno', async () => {\n});\n"
    )
    assert spans(text, language) == [
        ("suite", "a cart", 1, 4),
        ("test", "is free", 2, 2),
        ("test", "later", 3, 3),
        ("suite", "Cart", 5, 6),
        ("test", "deno", 7, 8),
    ]


def test_names_of_tests_are_qualified_by_their_suites() -> None:
    text = "describe.each([1])('a cart', () => {\n  describe('empty', () => {\n    it('free', () => {});\n  });\n});\n"
    assert [one.qualified_name for one in definitions(text, "TypeScript")] == [
        "a cart",
        "a cart.empty",
        "a cart.empty.free",
    ]


@pytest.mark.parametrize("name", ["fdescribe", "xdescribe", "fcontext"])
@pytest.mark.parametrize("language", ["JavaScript", "Ruby"])
def test_suites_may_be_focused_or_skipped(name: str, language: str) -> None:
    text = {
        "JavaScript": f"{name}('Cart', () => {{\n  xit('is free', () => {{}});\n}});\n",
        "Ruby": f"{name} 'Cart' do\n  xit('is free') {{ }}\nend\n",
    }[language]
    assert spans(text, language) == [("suite", "Cart", 1, 3), ("test", "is free", 2, 2)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("Go", 'package a\nvar _ = Describe("Cart", func() {\n\tIt("is free", func() {\n\t})\n})\n'),
        ("Kotlin", 'class A : FunSpec({\n  context("Cart") {\n    test("is free") {\n    }\n  }\n})\n'),
        ("Kotlin", 'class A : Spek({\n  describe("Cart") {\n    it("is free") {\n    }\n  }\n})\n'),
        ("Swift", 'class A: QuickSpec { func spec() {\n  describe("Cart") {\n    it("is free") {\n    }\n  }\n} }\n'),
        ("Scala", 'class A extends AnyWordSpec {\n  "Cart" should {\n    "is free" in {\n    }\n  }\n}\n'),
        ("Scala", 'class A extends AnyFreeSpec {\n  "Cart" - {\n    "is free" in {\n    }\n  }\n}\n'),
    ],
)
def test_suites_of_other_languages(language: str, text: str) -> None:
    assert [span for span in spans(text, language) if span[0] in ("suite", "test")] == [
        ("suite", "Cart", 2, 5),
        ("test", "is free", 3, 4),
    ]


def test_string_specs_of_kotest() -> None:
    text = 'class A : StringSpec({\n  "is free" {\n  }\n  "is full".config(enabled = true) {\n  }\n})\n'
    assert spans(text, "Kotlin")[1:] == [("test", "is free", 2, 3), ("test", "is full", 4, 5)]


@pytest.mark.parametrize("language", ["Shell", "PowerShell", "Kotlin"])
def test_heads_that_never_end_cost_time_in_proportion(language: str) -> None:
    """Backtracking over them took seconds for 20 KB."""
    head = {"Shell": "@test a", "PowerShell": "Describe", "Kotlin": "{"}[language]
    hooks = importlib.import_module(f"codesearch.chunking.hooks.{resolve(language).hooks}")
    started = time.process_time()
    hooks.prepare(head + " val" * 20_000 + " " * 80_000 + "x" + " " * 80_000 + "{")
    assert time.process_time() - started < 2
