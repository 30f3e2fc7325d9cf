"""The table of languages is complete and consistent."""

from importlib import resources

import pytest

from codesearch.cli.remedies import hint_of
from codesearch.languages import grammars
from codesearch.languages.registry import LANGUAGES, Language, UnknownLanguage, by_name, resolve

THIRTY = [
    *"Assembly Batchfile C C# C++ CMake CSS Dockerfile FORTRAN Go Haskell HTML Java JavaScript Julia Lua".split(),
    *"Makefile Markdown PHP Perl PowerShell Python Ruby Rust SQL Scala Shell TypeScript TeX".split(),
    "Visual Basic",
]


def test_the_thirty_and_more_have_entries_with_a_syntax() -> None:
    for name in [*THIRTY, "Kotlin", "Swift", "Elixir", "Zig", "Cython"]:
        language = resolve(name)
        assert language.name == name
        assert bool(language.grammar and language.query) != bool(language.scanner)


def test_components_need_no_grammar_of_their_own() -> None:
    for name in ("Vue", "Svelte", "Astro"):
        language = resolve(name)
        assert language.hooks
        assert not language.grammar and not language.scanner


def test_names_and_aliases_are_unique() -> None:
    names = [name.lower() for language in LANGUAGES for name in (language.name, *language.aliases)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_extensions_are_written_as_detection_compares_them(language: Language) -> None:
    assert all(ext.startswith((".", "_")) and ext == ext.lower() for ext in language.extensions)
    assert len(set(language.extensions)) == len(language.extensions)


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one.query], ids=lambda language: language.name)
def test_queries_fit_their_grammars(language: Language) -> None:
    if language.extra:
        pytest.importorskip(language.grammar.partition(":")[0])
    for grammar in (language.grammar, *(grammar for _, grammar in language.grammar_variants)):
        captures = grammars.load(grammar, language.query).query
        assert any(captures.capture_name(index).startswith("definition.") for index in range(captures.capture_count))


def test_every_query_file_belongs_to_a_language() -> None:
    files = {entry.name for entry in resources.files("codesearch.languages").joinpath("queries").iterdir()}
    assert files == {f"{stem}.scm" for language in LANGUAGES for stem in language.query.split()}


def test_names_are_found_in_any_case_and_by_alias() -> None:
    assert by_name("JS") == by_name("javascript") == resolve("JavaScript")
    assert by_name("c++") == by_name("cpp")


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownLanguage) as caught:
        resolve("pyton")
    assert "Python" in hint_of(caught.value)
    with pytest.raises(UnknownLanguage) as caught:
        resolve("qqqqqq")
    assert "codesearch languages" in hint_of(caught.value)


def test_a_grammar_variant_is_chosen_by_extension() -> None:
    typescript = resolve("TypeScript")
    assert typescript.grammar_for("a/b.tsx") != typescript.grammar_for("a/b.ts") == typescript.grammar
