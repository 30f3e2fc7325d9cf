"""Scripts and styles are cut by their own language, with the lines of the file that holds them."""

from __future__ import annotations

import time

import pytest

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.embedded import scripts_and_styles
from codesearch.languages.detect import detect
from tests.support.places import SAMPLES


def chunks_of(path: str, text: str) -> list[Chunk]:
    chunked = chunk_text(path, text, detect(path, text))
    assert not chunked.fallback
    return list(chunked.chunks)


def named(chunks: list[Chunk], name: str) -> Chunk:
    (chunk,) = (chunk for chunk in chunks if chunk.name == name)
    return chunk


@pytest.mark.parametrize("path", ["a.html", "a.jinja2", "a.html.j2", "a.twig"])
def test_macros_of_templates(path: str) -> None:
    text = (
        "<!-- {% macro no %} -->\n{# Draws it. #}\n{%- macro field(name, value='') -%}\n<input>\n{%- endmacro %}\n"
        "<p>\n<script>\nfunction go() {\n}\n</script>\n"
    ).replace("<!-- {% macro no %} -->", "<hr>")
    chunks = chunks_of(path, text)
    macro = named(chunks, "field")
    assert (macro.kind, lines(macro), macro.documentation) == ("macro", (2, 5), "Draws it.")
    assert "go" in {one.name for chunk in chunks for one in chunk.definitions}


def test_reactive_declarations_of_svelte() -> None:
    chunks = chunks_of("a.svelte", "<script>\n  let a = 1;\n  $: b = a * 2;\n</script>\n<p>{b}</p>\n")
    assert [one.name for chunk in chunks for one in chunk.definitions] == ["a", "b"]


def test_methods_behind_calls_in_a_component() -> None:
    text = (
        "<script>\nexport default {\n  methods: {\n    save: debounce(function () {\n    }, 1),\n  },\n}\n</script>\n"
    )
    found = [one.qualified_name for chunk in chunks_of("a.vue", text) for one in chunk.definitions]
    assert found == ["default", "default.save"]


def lines(chunk: Chunk) -> tuple[int, int]:
    return chunk.start_line, chunk.end_line


def languages_of(text: str) -> list[str]:
    return [region.language.name for region in scripts_and_styles(text)]


def test_a_vue_component() -> None:
    chunks = chunks_of("Cart.vue", (SAMPLES / "sample.vue").read_text("utf-8"))
    assert chunks[0].language == "Vue"
    assert lines(named(chunks, "Item")) == (9, 12)
    add = named(chunks, "addItem")
    assert (add.kind, lines(add)) == ("function", (20, 24))
    assert add.documentation == "Adds an item to the cart\nunless it is there"
    assert add.signature == "function addItem(item: Item): void"
    assert named(chunks, "total").documentation == "What all items cost."
    assert lines(named(chunks, ".cart-row")) == (35, 38)
    assert "items" in chunks[0].defines
    assert not any("ghost" in chunk.defines for chunk in chunks)


def test_a_svelte_component() -> None:
    chunks = chunks_of("Counter.svelte", (SAMPLES / "sample.svelte").read_text("utf-8"))
    assert lines(named(chunks, "preload")) == (2, 4)
    assert lines(named(chunks, "Counter")) == (10, 15)
    assert "increment" in named(chunks, "Counter").defines
    assert lines(named(chunks, "p")) == (23, 25)


def test_an_astro_component() -> None:
    chunks = chunks_of("Page.astro", (SAMPLES / "sample.astro").read_text("utf-8"))
    assert named(chunks, "Props").kind == "interface"
    assert (lines(named(chunks, "formatDay")), named(chunks, "formatDay").documentation) == (
        (8, 11),
        "How a day is written",
    )
    assert lines(named(chunks, "hideAll")) == (20, 22)
    assert lines(named(chunks, "h1")) == (26, 28)


HTML = """<!DOCTYPE html>
<html>
<script type="application/json">{"ghost": "function ghost() {}"}</script>
<main id="content">
<script type="module">
// Counts what is clicked
export class Clicks {
  reset() { this.count = 0; }
  add(event) {
%s    return this.count++;
  }
}
const LIMIT = 3;
</script>
</main>
<script type="text/x-template" id="row"><p>function ghost() {}</p></script>
<style>
/* Rows of the table */
.row {
  color: red;
}
</style>
<SCRIPT LANGUAGE="VBScript">
Sub Greet(name)
  MsgBox name
End Sub
</SCRIPT>
</html>
""" % ("    this.log(event);\n" * 40)


def test_scripts_and_styles_in_html() -> None:
    chunks = chunks_of("index.html", HTML)
    clicks = named(chunks, "Clicks")
    assert (clicks.kind, clicks.qualified_name, clicks.documentation) == ("class", "Clicks", "Counts what is clicked")
    add = named(chunks, "add")
    assert (add.kind, add.qualified_name, lines(add)) == ("method", "Clicks.add", (9, 51))
    lines_by_name = {
        definition.qualified_name: (definition.start_line, definition.end_line)
        for chunk in chunks
        for definition in chunk.definitions
    }
    assert lines_by_name["LIMIT"] == (53, 53)
    assert lines_by_name[".row"] == (58, 61)
    assert lines_by_name["Greet"] == (64, 66)
    assert lines_by_name["content > script"] == (5, 54)
    assert not any("ghost" in name for name in lines_by_name)


def test_php_with_html_stays_php() -> None:
    text = "<?php function greet() { return 1; } ?>\n<script>\nfunction hidden() {\n  return 2;\n}\n</script>\n"
    defined = {name for chunk in chunks_of("page.php", text) for name in chunk.defines}
    assert "greet" in defined
    assert "hidden" not in defined


@pytest.mark.parametrize(
    ("tag", "languages"),
    [
        ("<script>", ["JavaScript"]),
        ("<script\n  async\n  type='text/javascript'>", ["JavaScript"]),
        ('<script type="text/javascript; charset=utf-8">', ["JavaScript"]),
        ('<script type="application/x-javascript">', ["JavaScript"]),
        ('<script language="javascript1.5">', ["JavaScript"]),
        ('<script type="text/babel">', ["JavaScript"]),
        ("<script lang=ts>", ["TypeScript"]),
        ('<script lang="tsx" generic="T extends A<B>">', ["TypeScript"]),
        ('<SCRIPT TYPE="module">', ["JavaScript"]),
        ('<script type="application/ld+json">', []),
        ('<script type="importmap">', []),
        ('<script type="text/template">', []),
        ('<script type="text/x-handlebars-template">', []),
        ('<script type="x-shader/x-vertex">', []),
        ('<script lang="coffee">', []),
        ("<scripture>", []),
    ],
)
def test_a_start_tag_names_the_language(tag: str, languages: list[str]) -> None:
    assert languages_of(f"<p>\n{tag}x</script>") == languages


@pytest.mark.parametrize(
    ("tag", "languages"),
    [
        ("<style>", ["CSS"]),
        ('<style media="print">', ["CSS"]),
        ('<style type="text/css">', ["CSS"]),
        ('<style lang="less">', ["CSS"]),
        ('<style lang="sass">', []),
        ('<style lang="stylus">', []),
    ],
)
def test_styles(tag: str, languages: list[str]) -> None:
    assert languages_of(tag + "a { color: red }</style>") == languages


def test_odd_markup() -> None:
    assert languages_of("<script src=a.js /><script>x</script>") == ["JavaScript"]
    assert languages_of("<script src='a.js'></script>") == []
    assert languages_of("<!-- <script>x</script> --><style>y</style>") == ["CSS"]
    assert languages_of("<!-- never closed <script>x</script>") == []
    (region,) = scripts_and_styles("<p>\n<script>//<![CDATA[\nlet a = b < c;\n//]]>\n")
    assert (region.first_line, region.text.split()) == (2, ["//", "let", "a", "=", "b", "<", "c;", "//"])


@pytest.mark.parametrize("piece", ["<script", "<script '", '<script "a', "<script>", "<style>x</style>", "<!--", "<"])
def test_finding_them_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    for _ in scripts_and_styles(piece * (500_000 // len(piece))):
        pass
    assert time.process_time() - started < 5


def test_code_that_is_no_code_costs_only_itself() -> None:
    junk = "\n".join(["(" * 100] * 400)
    text = f"<script>\n{junk}\n</script>\n<script>\nfunction sound() {{\n  return 1\n}}\n</script>\n"
    assert lines(named(chunks_of("a.vue", text), "sound")) == (404, 406)
