"""A file's chunks → pairs of what somebody might ask and the code that answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.comments import without_markers
from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.index.terms import words
from codesearch.languages.registry import Language
from codesearch.training.clean import is_english, is_question, question

PAIR_KINDS = ("documentation", "name", "comment", "heading", "test", "commit")
SHARES = {"comment": 0.5, "name": 0.35}
"""What share of a kind's pairs an epoch takes: documentation is likest to what people ask. Docstring → function MRR@10
over eight languages .436 with batches of one kind and these shares, .423 with kinds mixed and whole; .443 and .448
with half as much of both and with these, other things equal."""
SHORTEST_CODE = 40
"""Characters. Less than that says nothing apart from its name."""
_PARAGRAPH_LINES = 14
_COMMENT_LINES = 6
_NAMELESS = REMAINDER_KINDS | {"section"}
_SQUASHED = re.compile(r"[\W_]+")
_CALL = re.compile(r"\b([A-Za-z_]\w{2,})\s*[(!<]")
_SUBJECT_NOISE = re.compile(r"^(?:\w+(?:\([^)]*\))?!?|[\w./-]+): |\(?(?:\w+/)*(?:#|GH-)\d+\)?|\[[^\]]*\]")
_TEST_WORDS = frozenset("test tests should spec it when".split())


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the code that answers it; `kind` is one of PAIR_KINDS.

    `place` is what indexes tell encoders of the code before it: the end of its path and its name; "" where the
    question is made of these.
    """

    kind: str
    question: str
    code: str
    place: str = ""


def pairs_of(chunks: Iterable[Chunk], language: Language) -> Iterator[Pair]:
    """The pairs that lie within one file's chunks."""
    for chunk in chunks:
        if chunk.kind == "license":
            continue
        if chunk.kind == "section" or (chunk.kind == "file" and language.name == "Markdown"):
            yield from _heading(chunk)
            continue
        code = without_documentation(chunk)
        if len(code) < SHORTEST_CODE:
            continue
        if chunk.documentation and (asked := question(chunk.documentation)):
            yield Pair("documentation", asked, code, _place(chunk))
        if chunk.kind not in _NAMELESS:
            yield from _name(chunk, code)
        yield from _comments(code, language)


def pairs_from_tests(chunks: Iterable[Chunk], functions: Mapping[str, Chunk]) -> Iterator[Pair]:
    """What a test is called → the function that it tests: one that it calls and whose name the test's name holds."""
    for chunk in chunks:
        asked = [word for word in words(chunk.name) if word not in _TEST_WORDS]
        if "test" not in chunk.name.lower() or len(asked) < 3:
            continue
        called = {name for name in _CALL.findall(chunk.text) if name in functions and name != chunk.name}
        tested = [name for name in called if set(words(name)) <= set(asked) and len(words(name)) < len(asked)]
        if tested:
            function = functions[max(tested, key=lambda name: (len(name), name))]
            yield Pair("test", " ".join(asked), without_documentation(function), _place(function))


def commit_pairs(changes: Iterable[tuple[str, Sequence[str]]], functions: Mapping[str, Chunk]) -> Iterator[Pair]:
    """Subjects of commits → the functions that they changed, by the lines that head git's hunks."""
    for written, headers in changes:
        subject = _SUBJECT_NOISE.sub("", written).strip()
        if not is_question(subject):
            continue
        names = {name for header in headers for name in re.findall(r"[A-Za-z_]\w{2,}", header) if name in functions}
        if 0 < len(names) <= 3:
            for name in sorted(names):
                function = functions[name]
                yield Pair("commit", subject, without_documentation(function), _place(function))


def without_documentation(chunk: Chunk) -> str:
    """The chunk's text without the lines of its documentation."""
    said = {_squashed(line) for line in chunk.documentation.split("\n")} - {""}
    if not said:
        return chunk.text
    return "\n".join(line for line in chunk.text.split("\n") if _squashed(line) not in said)


def _place(chunk: Chunk) -> str:
    return "/".join(chunk.path.split("/")[-2:]) + "\n" + chunk.qualified_name


def _squashed(line: str) -> str:
    return _SQUASHED.sub("", line)


def _name(chunk: Chunk, code: str) -> Iterator[Pair]:
    asked = words(chunk.name)
    if len(asked) < 2 or not any(word.isalpha() and len(word) > 2 for word in asked):
        return
    masked = re.sub(rf"(?<!\w){re.escape(chunk.name)}(?!\w)", " ", code)
    if len(masked) >= SHORTEST_CODE:
        yield Pair("name", " ".join(asked), masked)


def _heading(chunk: Chunk) -> Iterator[Pair]:
    heading, _, body = chunk.text.partition("\n")
    asked = " ".join(dict.fromkeys(chunk.qualified_name.split()))
    if chunk.name and chunk.name in heading and len(body) >= SHORTEST_CODE:
        letters = sum(character.isalpha() for character in asked)
        if len(asked.split()) >= 2 and letters > 0.6 * len(asked) and is_english(f"{asked} {body[:400]}"):
            yield Pair("heading", asked, body)


def _comments(code: str, language: Language) -> Iterator[Pair]:
    """A comment within code → the paragraph under it."""
    lines = code.split("\n")
    index = 0
    while index < len(lines):
        first, index = index, _comment_end(lines, index, language)
        if index == first:
            index += 1
            continue
        asked = question(without_markers(lines[first:index], language)) if index - first <= _COMMENT_LINES else ""
        paragraph: list[str] = []
        for number in range(index, min(index + _PARAGRAPH_LINES, len(lines))):
            if not lines[number].strip() or _comment_end(lines, number, language) > number:
                break
            paragraph.append(lines[number])
        text = "\n".join(paragraph)
        if asked and len(text) >= SHORTEST_CODE:
            yield Pair("comment", asked, text)


def _comment_end(lines: list[str], index: int, language: Language) -> int:
    """The line after the comment that begins with this line, or this line where none does."""
    markers = language.line_comments
    if markers and lines[index].lstrip().startswith(markers):
        while index < len(lines) and lines[index].lstrip().startswith(markers):
            index += 1
        return index
    for opener, closer in language.block_comments:
        if lines[index].lstrip().startswith(opener):
            for last in range(index, min(index + _COMMENT_LINES, len(lines))):
                if lines[last].rstrip().endswith(closer):
                    return last + 1
    return index
