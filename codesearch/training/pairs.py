"""Extract pairs of a plausible question and the code that answers it from chunks and commits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.comments import without_markers
from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.index.terms import words
from codesearch.languages.registry import Language
from codesearch.training.clean import is_english, is_question, question

if TYPE_CHECKING:
    from codesearch.training.sources import Commit

PAIR_KINDS = ("documentation", "name", "comment", "heading", "test", "commit", "example", "summary")
SHARES = {"comment": 0.5, "name": 0.35}
"""Share of a kind's pairs per epoch, 1 by default; documentation is most like real questions. See docs/training.md."""
MIN_CODE_LENGTH = 40
"""Characters; shorter code says nothing beyond its name."""
_PARAGRAPH_LINES = 14
_COMMENT_LINES = 6
_NAMELESS = REMAINDER_KINDS | {"section"}
_SQUASHED = re.compile(r"[\W_]+")
_CALL = re.compile(r"\b([A-Za-z_]\w{2,})\s*[(!<]")
_SUBJECT_NOISE = re.compile(r"^(?:\w+(?:\([^)]*\))?!?|[\w./-]+): |\(?(?:\w+/)*(?:#|GH-)\d+\)?|\[[^\]]*\]")
_TEST_WORDS = frozenset("test tests should spec it when".split())


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the code that answers it. `kind` is one of PAIR_KINDS.

    `place` is the end of the code's path and its qualified name, one per line, which an index encodes before the code;
    "" if the question is made from them.
    """

    kind: str
    question: str
    code: str
    place: str = ""


def pairs_of(chunks: Iterable[Chunk], language: Language) -> Iterator[Pair]:
    """The pairs within the chunks of one file."""
    for chunk in chunks:
        if chunk.kind == "license":
            continue
        if chunk.kind == "section" or (chunk.kind == "file" and language.name == "Markdown"):
            yield from _heading(chunk)
            continue
        code = without_documentation(chunk)
        if len(code) < MIN_CODE_LENGTH:
            continue
        if chunk.documentation and (sentences := question(chunk.documentation)):
            yield Pair("documentation", sentences, code, _place(chunk))
            yield from _summary(chunk, sentences, code)
        if chunk.kind not in _NAMELESS:
            yield from _name(chunk, code)
        yield from _comments(code, language)


def pairs_from_tests(chunks: Iterable[Chunk], functions: Mapping[str, Chunk]) -> Iterator[Pair]:
    """Pairs of a test's name and the function under test: one that it calls and whose name is part of the test's."""
    for chunk in chunks:
        subject = [word for word in words(chunk.name) if word not in _TEST_WORDS]
        if "test" not in chunk.name.lower() or len(subject) < 3:
            continue
        called = {name for name in _CALL.findall(chunk.text) if name in functions and name != chunk.name}
        tested = [name for name in called if set(words(name)) <= set(subject) and len(words(name)) < len(subject)]
        if tested:
            function = functions[max(tested, key=lambda name: (len(name), name))]
            yield Pair("test", " ".join(subject), without_documentation(function), _place(function))


def commit_pairs(commits: Iterable[Commit], functions: Mapping[str, Chunk]) -> Iterator[Pair]:
    """Pairs of a commit's subject and each function that it changed, as named in git's hunk headers."""
    for commit in commits:
        subject = _SUBJECT_NOISE.sub("", commit.subject).strip()
        if not is_question(subject):
            continue
        identifiers = (name for header in commit.hunk_headers for name in re.findall(r"[A-Za-z_]\w{2,}", header))
        names = {name for name in identifiers if name in functions}
        if 0 < len(names) <= 3:
            for name in sorted(names):
                function = functions[name]
                yield Pair("commit", subject, without_documentation(function), _place(function))


def without_documentation(chunk: Chunk) -> str:
    """The chunk's text without the lines of its documentation."""
    documented = {_squashed(line) for line in chunk.documentation.split("\n")} - {""}
    if not documented:
        return chunk.text
    return "\n".join(line for line in chunk.text.split("\n") if _squashed(line) not in documented)


def _place(chunk: Chunk) -> str:
    return "/".join(chunk.path.split("/")[-2:]) + "\n" + chunk.qualified_name


def _squashed(line: str) -> str:
    return _SQUASHED.sub("", line)


def _name(chunk: Chunk, code: str) -> Iterator[Pair]:
    asked, masked = _name_words(chunk), _masked(chunk, code)
    if asked and len(masked) >= MIN_CODE_LENGTH:
        yield Pair("name", asked, masked)


def _summary(chunk: Chunk, sentences: str, code: str) -> Iterator[Pair]:
    """A pair of the name and the documentation, which say the same in other words; half of them with the code."""
    if asked := _name_words(chunk):
        yield Pair("summary", asked, sentences if len(code) % 2 else f"{sentences}\n{_masked(chunk, code)}")


def _name_words(chunk: Chunk) -> str:
    """The words of the chunk's name, or "" if they don't make a question."""
    found = words(chunk.name)
    says = len(found) > 1 and any(word.isalpha() and len(word) > 2 for word in found)
    return " ".join(found) if says else ""


def _masked(chunk: Chunk, code: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(chunk.name)}(?!\w)", " ", code)


def _heading(chunk: Chunk) -> Iterator[Pair]:
    heading, _, body = chunk.text.partition("\n")
    title = " ".join(dict.fromkeys(chunk.qualified_name.split()))
    if chunk.name and chunk.name in heading and len(body) >= MIN_CODE_LENGTH:
        letters = sum(character.isalpha() for character in title)
        if len(title.split()) >= 2 and letters > 0.6 * len(title) and is_english(f"{title} {body[:400]}"):
            yield Pair("heading", title, body)


def _comments(code: str, language: Language) -> Iterator[Pair]:
    """Pairs of a comment within code and the paragraph below it."""
    lines = code.split("\n")
    index = 0
    while index < len(lines):
        first, index = index, _comment_end(lines, index, language)
        if index == first:
            index += 1
            continue
        sentences = question(without_markers(lines[first:index], language)) if index - first <= _COMMENT_LINES else ""
        paragraph: list[str] = []
        for number in range(index, min(index + _PARAGRAPH_LINES, len(lines))):
            if not lines[number].strip() or _comment_end(lines, number, language) > number:
                break
            paragraph.append(lines[number])
        text = "\n".join(paragraph)
        if sentences and len(text) >= MIN_CODE_LENGTH:
            yield Pair("comment", sentences, text)


def _comment_end(lines: list[str], index: int, language: Language) -> int:
    """The line after the comment that begins at this line, or this line if none does."""
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
