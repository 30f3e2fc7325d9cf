"""Where a text contains a name as code: by its grammar, in embedded code too, or else by words."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from codesearch.chunking import syntax
from codesearch.navigation.occurrence import PROSE, Form, Kind, Occurrence, excerpt
from codesearch.navigation.parsed import occurrences_in

if TYPE_CHECKING:
    from codesearch.languages.registry import Language

_NOTEBOOK = "Jupyter Notebook"
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_CODE_LIKE = re.compile(r"\w_\w|[a-z]\w*[A-Z]")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_SPAN = re.compile(r"`[^`\n]+`")
_BEFORE_CODE = "`.:#\\"
_AFTER_CODE = re.compile(r"[`(#]|[.:]{1,2}\w")
"""Not a full stop or a colon at the end of a sentence."""


def pattern_of(name: str) -> re.Pattern[str]:
    """Matches a name that is not part of a longer one."""
    return re.compile(
        rf"(?<![\w]){re.escape(name)}(?![\w])" if name[-1:].isalnum() or name[-1:] == "_" else re.escape(name)
    )


def contains(text: str, name: str) -> bool:
    """Whether a text contains a name; faster than a search for its pattern."""
    pattern, at = pattern_of(name), text.find(name)
    while at >= 0:
        if pattern.match(text, at):
            return True
        at = text.find(name, at + 1)
    return False


def find_occurrences(path: str, text: str, language: Language, name: str) -> tuple[Occurrence, ...]:
    """The occurrences of a name in the code of a text, in order; none in comments and strings.

    Without a grammar they are found by words, and all are mentions.
    """
    if language.name == _NOTEBOOK:
        return tuple(_in_notebook(path, text, name))
    hooks: Any = importlib.import_module(f"codesearch.chunking.hooks.{language.hooks}") if language.hooks else None
    found: list[Occurrence] = []
    if language.grammar and language.name not in PROSE:
        prepared = hooks.prepare(text) if hasattr(hooks, "prepare") else text
        try:
            found += occurrences_in(path, prepared, language, name)
            found += find_words(_replaced_lines(text, prepared), language, name)
        except syntax.Unparsable:
            return find_words(text, language, name)
    elif not hasattr(hooks, "embedded"):
        return find_words(text, language, name)
    if hasattr(hooks, "embedded"):
        for region in hooks.embedded(text):
            inside = find_occurrences(path + region.ending, region.text, region.language, name)
            found += (replace(one, line=one.line + region.first_line - 1) for one in inside)
    return tuple(sorted(_in_original(found, text.split("\n"), name), key=lambda one: (one.line, one.column)))


def _replaced_lines(text: str, prepared: str) -> str:
    """The lines of a text that are others where it was prepared for a grammar, in their places."""
    if text == prepared:
        return ""
    pairs = zip(text.split("\n"), prepared.split("\n"), strict=False)
    return "\n".join("" if line == other else line for line, other in pairs)


def find_words(text: str, language: Language, name: str) -> tuple[Occurrence, ...]:
    """The occurrences of a name in a text without syntax, outside what looks like comments and strings.

    In prose, a word counts if it looks like code, and an operator never does.
    """
    is_prose = language.name in PROSE
    if is_prose and not re.search(r"\w", name):
        return ()
    columns = _columns_in_prose if is_prose else _columns_in_code
    lines = text.split("\n")
    return tuple(
        Occurrence(number + 1, column, excerpt(lines[number], column), Kind.MENTION, Form.RAW)
        for number, column in columns(lines, language, pattern_of(name))
    )


def _columns_in_code(lines: Sequence[str], language: Language, name: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Indexes of lines and the columns, from 1, at which a name begins outside comments and strings."""
    for number, line in enumerate(lines):
        if name.search(line) and not line.lstrip().startswith(language.line_comments or "\0"):
            code = _STRING.sub(lambda match: " " * len(match[0]), line)
            yield from ((number, match.start() + 1) for match in name.finditer(code))


def _columns_in_prose(lines: Sequence[str], _: Language, name: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The same for what looks like code: by its signs, in a code span or in a fenced block."""
    is_fenced = False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            is_fenced = not is_fenced
        in_spans = {one.start() for span in _SPAN.finditer(line) for one in name.finditer(line, *span.span())}
        for match in name.finditer(line):
            is_code = is_fenced or match.start() in in_spans or _CODE_LIKE.search(match[0])
            if is_code or _is_beside_code(line, match):
                yield number, match.start() + 1


def _is_beside_code(line: str, match: re.Match[str]) -> bool:
    """Whether a word is next to a character that joins it with code or marks it as code."""
    start = match.start()
    return (start > 0 and line[start - 1] in _BEFORE_CODE) or bool(_AFTER_CODE.match(line, match.end()))


def _in_notebook(path: str, text: str, name: str) -> Iterator[Occurrence]:
    from codesearch.chunking import notebook

    try:
        cells = notebook.read(text)
    except syntax.Unparsable:
        return
    for region in cells.regions:
        for one in find_occurrences(path + region.ending, region.text, region.language, name):
            yield replace(one, line=cells.numbers[region.first_line - 1 + one.line - 1])


def _in_original(found: Sequence[Occurrence], lines: Sequence[str], name: str) -> Iterator[Occurrence]:
    """The occurrences with the lines and columns of the text before it was prepared for a grammar, each once."""
    seen: set[tuple[int, int]] = set()
    for one in found:
        line = lines[one.line - 1] if one.line <= len(lines) else ""
        column = one.column - 1
        if not line.startswith(name, column):
            column = line.find(name)
        if column >= 0 and (one.line, column) not in seen:
            seen.add((one.line, column))
            yield replace(one, text=excerpt(line, column + 1), column=column + 1)
