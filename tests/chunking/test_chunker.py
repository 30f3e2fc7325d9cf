"""Whatever the text and the language: nothing is lost, spans lie in the file, nothing is raised."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.chunking import syntax, windows
from codesearch.chunking.chunk import ChunkedFile
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.detect import detect
from codesearch.languages.registry import LANGUAGES, Language, resolve
from tests.support.places import SAMPLES

FILES = sorted(path for path in SAMPLES.iterdir() if path.is_file())
WORDS = r"""{ } ( ) " ' ` /* */ // # -- <div> </div> def~f(): function~f(){ class~A end begin struct~s{ }; = : ; <<EOF
$x é 𝒳 namespace~a{ #~Title FROM~a~AS~b :label all:~x create~table~t( \section{x} x:~y sub~f{"""
FRAGMENTS = st.sampled_from([*(word.replace("~", " ") for word in WORDS.split()), "\n", "\n\n", "    ", "\t"])


def assert_whole(text: str, chunked: ChunkedFile) -> None:
    """Every line that is not blank stands in the text of a chunk around it; lines and bytes fit the file."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode("utf-8", "surrogatepass")) + 1)
    held: set[tuple[int, str]] = set()
    for chunk in chunked.chunks:
        assert 1 <= chunk.start_line <= chunk.end_line <= len(lines)
        assert chunk.start_byte == starts[chunk.start_line - 1]
        assert chunk.end_byte == starts[chunk.end_line] - 1
        assert chunk.text.strip()
        texts = set(chunk.text.split("\n"))
        span = range(chunk.start_line, chunk.end_line + 1)
        held.update((number, lines[number - 1]) for number in span if lines[number - 1] in texts)
    missing = [number for number, line in enumerate(lines, 1) if line.strip() and (number, line) not in held]
    assert not missing, f"lines in no chunk: {missing[:10]}"


def language_of(sample: Path) -> Language:
    language = detect(sample.name, sample.read_text("utf-8"))
    assert language is not None
    return language


@pytest.mark.parametrize("sample", FILES, ids=lambda path: path.name)
def test_samples_are_whole_and_cut_by_their_syntax(sample: Path) -> None:
    text = sample.read_text("utf-8")
    chunked = chunk_text(sample.name, text, language_of(sample))
    assert chunked.fallback == ""
    assert {chunk.kind for chunk in chunked.chunks} - {"file", "block"}
    assert_whole(text, chunked)


@pytest.mark.parametrize("sample", FILES, ids=lambda path: path.name)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_samples_are_whole(sample: Path, data: st.DataObject) -> None:
    text = sample.read_text("utf-8")
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 200)))
        text = text[:begin] + data.draw(FRAGMENTS) + text[end:]
    assert_whole(text, chunk_text(sample.name, text, language_of(sample)))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@settings(max_examples=25, deadline=None)
@given(
    text=st.one_of(
        st.lists(FRAGMENTS, max_size=60).map(" ".join), st.text(max_size=300).map(lambda t: t.replace("\r", ""))
    )
)
def test_arbitrary_text_is_whole_in_every_language(language: Language, text: str) -> None:
    assert_whole(text, chunk_text("x/some.file", text, language))


def test_blank_text_has_no_chunks() -> None:
    assert chunk_text("a.py", "\n \n\t\n", resolve("Python")).chunks == ()


def test_an_unknown_language_is_cut_into_windows() -> None:
    text = "\n".join(f"key{number}: a value of some length" for number in range(200))
    chunks = chunk_text("a/settings.conf", text, None).chunks
    assert len(chunks) > 2
    assert [chunk.kind for chunk in chunks][:2] == ["file", "block"]
    assert chunks[0].name == "settings.conf"
    assert all(len(chunk.text) <= 2 * windows.TARGET_CHARS for chunk in chunks)
    assert_whole(text, ChunkedFile(chunks))


def test_text_that_is_not_the_language_falls_back_with_a_reason() -> None:
    chunked = chunk_text("a.js", "\n".join(["(" * 100] * 400), resolve("JavaScript"))
    assert "does not look like the language" in chunked.fallback
    assert chunked.chunks


def test_deep_nesting_overflows_nothing() -> None:
    depth = 2000
    text = "".join(f"{' ' * d}def f{d}():\n" for d in range(depth)) + " " * depth + "pass\n"
    assert_whole(text, chunk_text("deep.py", text, resolve("Python")))


def test_broken_code_keeps_the_functions_around_the_damage() -> None:
    text = "def one():\n    return 1\n\n\ndef two(:\n    return ((\n\n\ndef three():\n    return 3\n"
    names = {name for chunk in chunk_text("a.py", text, resolve("Python")).chunks for name in chunk.defines}
    assert {"one", "three"} <= names


def test_a_missing_grammar_is_named_with_the_extra_that_brings_it() -> None:
    language = Language("Odd", grammar="tree_sitter_odd:language", query="odd", extra="grammars")
    chunked = chunk_text("a.odd", "some text\n", language)
    assert "tree_sitter_odd" in chunked.fallback and "'grammars'" in chunked.fallback
    assert chunked.chunks[0].text == "some text"


def test_thousands_of_units_on_one_line_take_no_quadratic_memory() -> None:
    text = "function f(){}" * 3000 + "\n"
    assert_whole(text, chunk_text("a.js", text, resolve("JavaScript")))


def test_a_long_run_of_one_character_is_not_parsed() -> None:
    chunked = chunk_text("a.jl", "\uffff" * 5000 + "\n", resolve("Julia"))
    assert "repeated" in chunked.fallback


def test_junk_costs_a_bounded_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random characters, on which this grammar's error recovery works for many seconds."""
    monkeypatch.setattr(syntax, "_PARSE_SECONDS", 0.3)
    monkeypatch.setattr(syntax, "_PARSE_SECONDS_PER_BYTE", 0.0)
    rng = random.Random(1)
    junk = "".join(chr(rng.randrange(1, 256)) for _ in range(300_000))
    started = time.process_time()
    chunked = chunk_text("junk.jl", junk, resolve("julia"))
    assert time.process_time() - started < 2.0
    assert chunked.fallback == "the grammar took too long"
    assert_whole(junk, chunked)


@pytest.mark.parametrize("name", ["lua", "perl", "julia", "scala", "shell", "python"])
def test_a_text_that_took_too_long_does_not_spoil_the_next(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    language = resolve(name)
    sample = next(path for path in FILES if language_of(path) is language)
    text = sample.read_text(encoding="utf-8")
    before = chunk_text(sample.name, text, language)
    with monkeypatch.context() as patched:
        patched.setattr(syntax, "_PARSE_SECONDS", 0.0)
        patched.setattr(syntax, "_PARSE_SECONDS_PER_BYTE", 0.0)
        slow = chunk_text(sample.name, text * 30, language)
    assert slow.fallback == "the grammar took too long"
    assert_whole(text * 30, slow)
    assert chunk_text(sample.name, text, language) == before
    assert not before.fallback
