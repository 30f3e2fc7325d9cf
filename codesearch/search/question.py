"""Parse a question as the user typed it into what retrieval and ranking need."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, TypeVar

from codesearch.index import letters
from codesearch.index.inflections import stem
from codesearch.index.terms import question_terms
from codesearch.languages.registry import known_extensions
from codesearch.search.operators import Operators, read_operators
from codesearch.search.symbols import Symbol, parse_symbol

_Value = TypeVar("_Value")


class QuestionKind(StrEnum):
    """What a question consists of, which decides the weights of the signals."""

    IDENTIFIER = "identifier"
    """A bare name: `HandlerStack`, `get_http_response`, `Foo::bar`."""
    MIXED = "mixed"
    """Prose that names a symbol: "where does HandlerStack push middleware"."""
    PROSE = "prose"


class Location(NamedTuple):
    """A file or folder named in the question, for example by a stack trace; `line` is 0 if no line is given."""

    path: str
    line: int = 0


class Question(NamedTuple):
    """A parsed question."""

    text: str
    """The text to encode: the question without operators."""
    kind: QuestionKind
    terms: tuple[str, ...]
    """Distinct lexical terms, one form of each word, without stop words, or with them if there are no others."""
    identifiers: tuple[str, ...]
    """Symbols mentioned in the question, as written; qualified names are kept whole."""
    operators: Operators
    """Phrases that must occur in a hit's text, and words and phrases that must not."""
    locations: tuple[Location, ...] = ()
    symbol: Symbol | None = None
    """Set if the question is a single word, or a keyword and a name (`class Foo`)."""
    language: str = ""
    """The language that the question asks for, which is not in its text and terms."""


STOP_WORDS = frozenset(
    "a about all an and any are as at be been being by can code codes could do does doing done each for from had has"
    " have having how i if in into is it its me my of on or our out should show so some such than that the their them"
    " then there these they this those to us use used uses using was we were what when where which while who why will"
    " with within without would you your".split()
)
"""English words without meaning for code; in a small repository they may be rare and mislead BM25."""

MAX_QUESTION_LENGTH = 32_768
"""Characters that are read. A pasted file of 20 kB fits and takes 0.1 s."""
MAX_LENGTH_WITH_OPERATORS = 1000
"""Characters. Longer questions, and those that name a line of a file, are pasted code or logs: their quotes and dashes
are no operators."""
MAX_TERMS = 200
MAX_NAMES = 50
"""Identifiers, and locations, to look up, half from the beginning and half from the end, where a stack trace has its
message. Each costs a lookup in every segment of an index."""
MAX_NAME_LENGTH = 512
"""Characters of an identifier or a path; longer runs without a space are data."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONG_RUN = re.compile(rf"[^\s\"'`(),;<>]{{{MAX_NAME_LENGTH + 1},}}")
_QUOTES = re.compile('["“”]')
# Possessive quantifiers (`*+`, `++`) after a lookahead keep the expressions from backtracking into a word.
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
    """At most MAX_QUESTION_LENGTH characters of a text, with control characters replaced by spaces."""
    return _CONTROL.sub(" ", text[:MAX_QUESTION_LENGTH])


def parse_question(text: str) -> Question:
    """Parse a question. Everything that is not an operator, symbol or path is prose."""
    text = unicodedata.normalize("NFC", readable(text))[:MAX_QUESTION_LENGTH]
    locations = _locations(text)
    is_pasted = len(text) > MAX_LENGTH_WITH_OPERATORS or any(location.line for location in locations)
    operators = Operators(text) if is_pasted else read_operators(text, _is_file)
    plain = " ".join(_QUOTES.sub(" ", operators.text).split()) or text.strip()
    identifiers = _identifiers(plain, locations)
    found = dict.fromkeys(question_terms(plain))
    significant = _distinct(term for term in found if term not in STOP_WORDS) or tuple(found)
    kind = _kind(plain, identifiers)
    significant = _both_ends(significant, MAX_TERMS)
    return Question(plain, kind, significant, identifiers, operators, locations, parse_symbol(plain))


def _distinct(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms without further forms of the same word."""
    by_stem: dict[str, str] = {}
    for term in terms:
        by_stem.setdefault(stem(term), term)
    return tuple(by_stem.values())


def last_part(identifier: str) -> str:
    """`bar` of `Foo::bar`."""
    return _SEPARATOR.split(identifier)[-1]


def owner_of(identifier: str) -> str:
    """`Foo` of `Foo::bar`, empty if there is none."""
    return identifier[: -len(last_part(identifier))].strip(":.->\\#")


def _kind(text: str, identifiers: tuple[str, ...]) -> QuestionKind:
    if _is_identifier(text):
        return QuestionKind.IDENTIFIER
    return QuestionKind.MIXED if identifiers else QuestionKind.PROSE


def _is_identifier(text: str) -> bool:
    return len(text) <= MAX_NAME_LENGTH and bool(_WHOLE_IDENTIFIER.match(_in_ascii(text)))


def _identifiers(text: str, locations: tuple[Location, ...]) -> tuple[str, ...]:
    if _is_identifier(text):
        return (text.removesuffix("()"),)
    text = _LONG_RUN.sub(" ", text)
    embedded = (text[slice(*match.span())] for match in _EMBEDDED_IDENTIFIER.finditer(_in_ascii(text)))
    found = [*_BACKQUOTED.findall(text), *embedded]
    files = {location.path for location in locations}
    names = dict.fromkeys(name.strip("`").removesuffix("()") for name in found if name not in files)
    return _both_ends(tuple(names), MAX_NAMES)


def _locations(text: str) -> tuple[Location, ...]:
    text = _LONG_RUN.sub(" ", text)
    found = [
        Location(path.replace("\\", "/"), int(line or 0))
        for path, line in _PATH.findall(text)
        if _has_known_extension(path)
    ]
    found += [Location(path.strip("/")) for path in _FOLDER_PATH.findall(text)]
    return _both_ends(tuple(dict.fromkeys(found)), MAX_NAMES)


def _is_file(text: str) -> bool:
    match = _PATH.fullmatch(text)
    return match is not None and _has_known_extension(match[1])


def _has_known_extension(path: str) -> bool:
    return "." + path.rpartition(".")[2].lower() in known_extensions()


def _in_ascii(text: str) -> str:
    """The text with `A` or `a` for each non-ASCII cased letter, since the expressions for names only match ASCII."""
    if text.isascii():
        return text
    shapes = zip(text, letters.shape(text), strict=True)
    return "".join(shape if shape in (letters.UPPER, letters.LOWER) and c > "\x7f" else c for c, shape in shapes)


def _both_ends(values: tuple[_Value, ...], most: int) -> tuple[_Value, ...]:
    return values if len(values) <= most else values[: most // 2] + values[-(most // 2) :]
