"""Chunks of Markdown, HTML, CSS, makefiles, Dockerfiles and batch files: names, lines, documentation."""

from __future__ import annotations

import pytest

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve
from tests.support.defined import definitions, outline
from tests.support.places import SAMPLES

PROSE = "Some words that fill a section, so that it is long enough to be a chunk of its own. " * 8 + "\n\n"


def chunks_of(text: str, language: str, path: str = "file") -> list[Chunk]:
    chunked = chunk_text(path, text, resolve(language))
    assert not chunked.fallback
    return list(chunked.chunks)


def sample(name: str, language: str) -> list[Chunk]:
    return chunks_of((SAMPLES / name).read_text("utf-8"), language, name)


def defined(chunks: list[Chunk]) -> set[str]:
    return {name for chunk in chunks for name in chunk.defines}


def test_markdown_sections_are_qualified_by_those_around_them() -> None:
    text = (
        f"---\ntitle: x\n---\n# Guide\n\n{PROSE}Setup\n-----\n\n{PROSE}### On `Linux` ##\n\n{PROSE}"
        f"```sh\n# no heading\n```\n\n## Use\n\n{PROSE}"
    )
    sections = {chunk.qualified_name: chunk for chunk in chunks_of(text, "Markdown") if chunk.kind == "section"}
    assert set(sections) == {"Guide", "Guide > Setup", "Guide > Setup > On Linux", "Guide > Use"}
    assert "# no heading" in sections["Guide > Setup > On Linux"].text


def test_html_elements_by_id_and_landmark() -> None:
    chunks = sample("sample.html", "HTML")
    assert {"main", "intro", "Introduction"} <= defined(chunks)
    assert chunks[0].documentation.startswith("Demo")


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Questions &amp; Answers", "Questions & Answers"),
        ("AT&amp;T", "AT&T"),
        ("It&#39;s &lt;b&gt; here", "It's <b> here"),
        ('<a title="a > b" href="#x">Linked</a> title', "Linked title"),
        ("Title <b>bold</b>", "Title bold"),
        ("un<b>believ</b>able", "unbelievable"),
        ("one<br>two", "one two"),
        ("\n  <!-- no -->\n  <code>é</code> below\n", "é below"),
        (f'<svg class="{"a" * 400}"></svg> After an image', "After an image"),
    ],
)
def test_html_headings_are_named_by_their_whole_text(heading: str, name: str) -> None:
    text = f'<title>{heading}</title>\n<body><i>é</i><h2 class="x">{heading}</h2><h3>Next</h3>\n<h4><img></h4></body>\n'
    sections = [one for one in definitions(text, "HTML") if one.kind == "section"]
    assert {one.name for one in sections} == {name, "Next"}
    assert chunks_of(text, "HTML")[0].documentation == name


def test_html_that_nests_too_deeply_is_cut_into_windows() -> None:
    chunked = chunk_text("a.html", "<div>\n" * 5_000, resolve("HTML"))
    assert "nest" in chunked.fallback
    assert chunked.chunks


def test_css_rules_by_their_heads() -> None:
    declarations = "".join(f"  --shade-{number}: #{number:06x};\n" for number in range(20))
    text = (
        f"/* Colours */\n:root {{\n{declarations}}}\n\n@media (min-width: 40em) {{\n  .grid {{ display: grid; }}\n}}\n"
        f".card,\n.card > a {{\n{declarations};;\n  *zoom: 1;\n  filter: progid:DXImage(a='b', c=1);\n}}\n"
        "#last { color: red }\n"
    )
    chunks = chunks_of(text, "CSS")
    root = next(chunk for chunk in chunks if chunk.name == ":root")
    assert (root.kind, root.documentation, root.start_line) == ("rule", "Colours", 1)
    assert "--shade-3" in root.defines
    assert {"@media (min-width: 40em)", ".grid", ".card, .card > a", "#last", "last", "card"} <= defined(chunks)


def test_make_targets_and_variables() -> None:
    chunks = sample("Makefile", "Makefile")
    names = defined(chunks)
    assert {"all", "%.o", "clean", "test", "COMPILE_template", "CC", "CFLAGS", "foo", "bar"} <= names
    assert ".PHONY" not in names
    assert "Build everything" in next(chunk for chunk in chunks if chunk.name == "all").documentation


def test_make_dialects_do_not_swallow_targets() -> None:
    text = "@SET_MAKE@\nPREFIX?=/usr\n!ifdef X\nCC = cl\n!endif\n.if defined(Y)\nZ=1\n.endif\nall: a\n\t$(CC) a\n"
    assert {"PREFIX", "CC", "Z", "all"} <= defined(chunks_of(text, "Makefile"))


def test_make_assignments_indented_by_tabs_within_conditions() -> None:
    text = (
        "ifeq (a,a)\n\t# why\n\tifdef B\n\t\tONE=1\n\tendif\n\texport TWO := 2\nendif\n"
        "all:\nifdef B\n\tX=1 run\nendif\n"
    )
    names = defined(chunks_of(text, "Makefile"))
    assert {"ONE", "TWO", "all"} <= names
    assert "X" not in names


@pytest.mark.parametrize(
    "value",
    [
        "a program (with a note)",
        "(without an end",
        "don't",
        "$(shell printf 'int main(void) { return 0; }' | $(CC) -x c - && echo 1)",
        "one \\\n\ttwo (\\\n\tthree",
        "-O2 # turn off assert() there",
    ],
)
def test_make_values_and_recipes_hide_nothing(value: str) -> None:
    text = f'A := {value}\nexport B ?= {value}\none: C += {value}\none: a\n\techo "{value}\n\ntwo: one\n\ttrue\nD = 1\n'
    assert {"A", "B", "C", "D", "one", "two"} == defined(chunks_of(text, "Makefile")) - {"Makefile"}


def test_make_variables_of_targets_and_computed_names() -> None:
    text = (
        "obj-$(CONFIG_X) += x.o\nx-y := a.o \\\n\tb.o\n"
        "debug: export FLAGS += -g\ndebug release: LEVEL?=1\ndebug: main.o\n\ttrue\n$(error never reached)\nLAST = 1\n"
    )
    chunks = chunks_of(text, "Makefile")
    assert {"x-y", "FLAGS", "LEVEL", "debug", "LAST"} == defined(chunks) - {"Makefile"}
    assert [d.kind for chunk in chunks for d in chunk.definitions if d.name == "debug"] == ["target"]


def test_make_conditions_around_rules_are_no_part_of_the_rule_above() -> None:
    text = (
        "all: foo\n\techo all\n\nifeq ($(OS),Windows)\nwin:\n\techo win\nendif\n\nifdef Q\nV = 1\nquiet: all\n"
        "\techo q\n  \telse\n\techo no rule\nendif\nlast:\n\techo last\n"
    )
    assert outline(text, "Makefile") == [
        "target all 1-2",
        "target win 5-6",
        "variable V 10",
        "target quiet 11-14",
        "target last 16-17",
    ]


def test_make_conditions_in_a_recipe_are_part_of_it() -> None:
    text = (
        "all: a \\\n  b\nifdef X\n\techo x\nelse ifdef Y\n\techo 'y\nelse\n\techo z\n\nendif\n\n# next\n"
        "b:\n\techo 1\nifndef Z\n\techo 2\nendif\n\techo 3\n\nZ = 1\n"
    )
    assert outline(text, "Makefile") == ["target all 1-10", "target b 12-18", "variable Z 20"]


def test_make_signatures_are_of_the_original_text() -> None:
    text = "SHELL := /bin/bash\nURL = http://x:80/$(VER) \\\n\t'a\nall: foo \\\n  bar\n\techo all\ndefine x\ny\nendef\n"
    assert [one.signature for one in definitions(text, "Makefile")] == [
        "SHELL := /bin/bash",
        "URL = http://x:80/$(VER) 'a",
        "all: foo bar",
        "define x",
    ]


def test_make_assignments_after_a_value_that_looks_like_a_rule() -> None:
    text = "A := $(shell echo a:b \\\n\tc)\nifeq ($(A),b)\n\tB+=1\nendif\n"
    assert outline(text, "Makefile") == ["variable A 1", "variable B 4"]


def test_a_long_stage_is_split_between_its_steps() -> None:
    steps = [
        f"# Step {i}: {'why ' * 30}\nRUN install-{i} \\\n    --quiet \\\n    --prefix=/opt/{i}\n" for i in range(9)
    ]
    chunks = chunks_of("FROM debian AS tools\n\n" + "\n".join(steps), "Dockerfile", "Dockerfile")
    assert len(chunks) > 3
    assert {chunk.name for chunk in chunks} == {"tools"}
    assert [len(chunk.definitions) for chunk in chunks] == [1, *[0] * (len(chunks) - 1)]
    assert all(chunk.text.startswith(("FROM", "# Step")) for chunk in chunks)
    assert all(len(chunk.text) <= 1000 for chunk in chunks)


def test_dockerfile_stages_run_up_to_the_next() -> None:
    build, runtime = (chunk for chunk in sample("Dockerfile", "Dockerfile") if chunk.kind == "stage")
    assert (build.name, build.documentation, build.end_line) == ("build", "Build stage", 18)
    assert (runtime.name, runtime.start_line) == ("runtime", 20)


def test_batch_labels_run_up_to_the_next() -> None:
    chunks = sample("sample.bat", "Batchfile")
    assert {"compile", "clean", "usage", "error"} <= defined(chunks)
    assert next(chunk for chunk in chunks if chunk.name == "compile").documentation.startswith("Compiles one file")
