"""Where a text contains a name as code: by its grammar, in embedded code too, or else by words."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from codesearch.chunking import syntax
from codesearch.navigation.occurrence import Form, Kind, Occurrence, excerpt
from codesearch.navigation.parsed import occurrences_in

if TYPE_CHECKING:
    from codesearch.languages.registry import Language

_NOTEBOOK = "Jupyter Notebook"
_PROSE = frozenset(("Markdown", "Text", "TeX", "HTML"))
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_CODE_LIKE = re.compile(r"\w_\w|[a-z]\w*[A-Z]")
_CODE_SIGNS = frozenset("`(.:#")


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
    if language.grammar and language.name not in _PROSE:
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

    In prose, a word counts if it looks like code.
    """
    pattern, is_prose = pattern_of(name), language.name in _PROSE
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if name not in line or (not is_prose and line.lstrip().startswith(language.line_comments or "\0")):
            continue
        code = line if is_prose else _STRING.sub(lambda match: " " * len(match[0]), line)
        for match in pattern.finditer(code):
            if not is_prose or _CODE_LIKE.search(name) or _is_beside_code(code, match):
                column = match.start() + 1
                found.append(Occurrence(number, column, excerpt(line, column), Kind.MENTION, Form.RAW))
    return tuple(found)


def _is_beside_code(line: str, match: re.Match[str]) -> bool:
    """Whether a word is next to a character that joins it with code or marks it as code."""
    around = line[max(match.start() - 1, 0) : match.start()] + line[match.end() : match.end() + 1]
    return not _CODE_SIGNS.isdisjoint(around)


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
