"""A question as the user typed it → what retrieval and ranking need to know of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from codesearch.index import letters
from codesearch.index.terms import question_terms
from codesearch.languages.registry import known_extensions
from codesearch.search.operators import Operators, read_operators
from codesearch.search.symbols import Symbol, parse_symbol

_Value = TypeVar("_Value")


class QuestionKind(StrEnum):
    """How a question is meant, which decides how much the two retrievers count."""

    IDENTIFIER = "identifier"
    """A bare name: `HandlerStack`, `get_http_response`, `Foo::bar`."""
    MIXED = "mixed"
    """Prose that names a symbol: "where does HandlerStack push middleware"."""
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Location:
    """A place named by a stack-trace line or by the user: `src/app.py`, perhaps with a line."""

    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A parsed question."""

    text: str
    """What is encoded: the question without operators."""
    kind: QuestionKind
    terms: tuple[str, ...]
    """Distinct lexical terms without stop words (all of them where nothing else is left)."""
    identifiers: tuple[str, ...]
    """Symbols named in the question, as written, the qualified ones whole."""
    operators: Operators
    """Phrases that must occur in a hit's text, and what must not."""
    locations: tuple[Location, ...] = ()
    symbol: Symbol | None = None
    """What the question is where it is one word, or a keyword and a name (`class Foo`)."""


STOP_WORDS = frozenset(
    "a about all an and any are as at be been being by can code codes could do does doing done each for from had has"
    " have having how i if in into is it its me my of on or our out should show so some such than that the their them"
    " then there these they this those to us use used uses using was we were what when where which while who why will"
    " with within without would you your".split()
)
"""English words that say nothing about code; in a small repository they may be rare and mislead BM25."""

LONGEST_QUESTION = 32_768
"""Characters that are read: a pasted file of 20 kB has room, and takes 0.1 s."""
LONGEST_WITH_OPERATORS = 1000
"""Characters. What is longer was pasted: its quotes and dashes are those of code or of a log."""
MOST_TERMS = 200
MOST_NAMES = 50
"""Identifiers, and places, that are looked up: half from the beginning and half from the end, where a stack trace says
what happened. Each costs a lookup in every segment of an index."""
LONGEST_NAME = 512
"""Characters of an identifier or a path; what runs on without a space for longer is data."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONG_RUN = re.compile(rf"[^\s\"'`(),;<>]{{{LONGEST_NAME + 1},}}")
_QUOTES = re.compile('["“”]')
# Words are taken whole (`*+`, `++`), with what they must hold looked up before: no expression tries a word twice.
_QUALIFIED = r"[A-Za-z_]\w*+(?:(?:::|->|\\|\.|#)[A-Za-z_]\w*+)+"
_WHOLE_IDENTIFIER = re.compile(
    rf"^(?:{_QUALIFIED}|_\w++|[A-Za-z](?=\w*?[A-Z_])\w*+|[A-Z]\w*+|[a-z](?=\w*?\d)\w*+)(?:\(\))?[!?]?$"
)
_EMBEDDED_IDENTIFIER = re.compile(
    rf"(?<![\w./\\-])(?:{_QUALIFIED}|[A-Z][a-z](?=\w*?[A-Z])\w*+|[a-z](?=\w*?[A-Z])\w*+|[A-Za-z](?=\w*?_\w)\w*+"
    r"|_\w++|\w++(?=\(\)))(?![\w/\\])"
)
_SEPARATOR = re.compile(r"::|->|[\\.#]")
_BACKQUOTED = re.compile(r"`([^`\s]+)`")
_FILE_NAME = r"[\w.+@~-]*\w\.[A-Za-z][A-Za-z0-9]{0,9}"
_PATH = re.compile(
    rf"(?<![\w/\\.-])((?:[A-Za-z]:)?[/\\]?(?:[\w.+@~-]++[/\\])*{_FILE_NAME})"
    r"(?:[\"']?(?::|, line | line |\()(\d{1,9}))?"
)
_FOLDER_PATH = re.compile(r"(?<!\S)((?:[\w.+@~-]++/)+[\w.+@~-]*+)(?!\S)")


def readable(text: str) -> str:
    """What is read of a question: no more than LONGEST_QUESTION characters, without control characters."""
    return _CONTROL.sub(" ", text[:LONGEST_QUESTION])


def parse_question(text: str) -> Question:
    """Parse a question; anything that is no operator, symbol or path is prose."""
    text = unicodedata.normalize("NFC", readable(text))[:LONGEST_QUESTION]
    is_short = len(text) <= LONGEST_WITH_OPERATORS
    operators = read_operators(text, _is_file) if is_short else Operators(text)
    plain = " ".join(_QUOTES.sub(" ", operators.text).split()) or text.strip()
    locations = _locations(text)
    identifiers = _identifiers(plain, locations)
    found = dict.fromkeys(question_terms(plain))
    telling = tuple(term for term in found if term not in STOP_WORDS) or tuple(found)
    kind = _kind(plain, identifiers)
    telling = _both_ends(telling, MOST_TERMS)
    return Question(plain, kind, telling, identifiers, operators, locations, parse_symbol(plain))


def last_part(identifier: str) -> str:
    """`bar` of `Foo::bar`."""
    return _SEPARATOR.split(identifier)[-1]


def _kind(text: str, identifiers: tuple[str, ...]) -> QuestionKind:
    if _is_identifier(text):
        return QuestionKind.IDENTIFIER
    return QuestionKind.MIXED if identifiers else QuestionKind.PROSE


def _is_identifier(text: str) -> bool:
    return len(text) <= LONGEST_NAME and bool(_WHOLE_IDENTIFIER.match(_in_ascii(text)))


def _identifiers(text: str, locations: tuple[Location, ...]) -> tuple[str, ...]:
    if _is_identifier(text):
        return (text.removesuffix("()"),)
    text = _LONG_RUN.sub(" ", text)
    embedded = (text[slice(*match.span())] for match in _EMBEDDED_IDENTIFIER.finditer(_in_ascii(text)))
    found = [*_BACKQUOTED.findall(text), *embedded]
    files = {location.path for location in locations}
    names = dict.fromkeys(name.strip("`").removesuffix("()") for name in found if name not in files)
    return _both_ends(tuple(names), MOST_NAMES)


def _locations(text: str) -> tuple[Location, ...]:
    text = _LONG_RUN.sub(" ", text)
    found = [
        Location(path.replace("\\", "/"), int(line or 0))
        for path, line in _PATH.findall(text)
        if _has_known_extension(path)
    ]
    found += [Location(path.strip("/")) for path in _FOLDER_PATH.findall(text)]
    return _both_ends(tuple(dict.fromkeys(found)), MOST_NAMES)


def _is_file(text: str) -> bool:
    match = _PATH.fullmatch(text)
    return match is not None and _has_known_extension(match[1])


def _has_known_extension(path: str) -> bool:
    return "." + path.rpartition(".")[2].lower() in known_extensions()


def _in_ascii(text: str) -> str:
    """The text with A or a for each other letter that has a case, as the expressions for names know only these."""
    if text.isascii():
        return text
    shapes = zip(text, letters.shape(text), strict=True)
    return "".join(shape if shape in (letters.UPPER, letters.LOWER) and c > "\x7f" else c for c, shape in shapes)


def _both_ends(values: tuple[_Value, ...], most: int) -> tuple[_Value, ...]:
    return values if len(values) <= most else values[: most // 2] + values[-(most // 2) :]
