"""A question as the user typed it → what retrieval and ranking need to know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from codesearch.index.terms import terms
from codesearch.languages.registry import known_extensions


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
    required: tuple[str, ...] = ()
    """Quoted phrases: each must occur in a hit's text, case ignored."""
    excluded: tuple[str, ...] = ()
    """Words written as `-word`: none may occur in a hit's text."""
    locations: tuple[Location, ...] = ()


STOP_WORDS = frozenset(
    "a about all an and any are as at be been being by can code codes could do does doing done each for from had has"
    " have having how i if in into is it its me my of on or our out should show so some such than that the their them"
    " then there these they this those to us use used uses using was we were what when where which while who why will"
    " with within without would you your".split()
)
"""English words that say nothing about code; in a small repository they may be rare and mislead BM25."""

_REQUIRED = re.compile(r'"([^"]+)"')
_EXCLUDED = re.compile(r"(?:(?<=\s)|^)-([A-Za-z_]\w*)(?=\s|$)")
_QUALIFIED = r"[A-Za-z_]\w*(?:(?:::|->|\\|\.|#)[A-Za-z_]\w*)+"
_WHOLE_IDENTIFIER = re.compile(rf"^(?:{_QUALIFIED}|_\w+|[A-Za-z]\w*[A-Z_]\w*|[A-Z]\w*|[a-z]\w*\d\w*)(?:\(\))?[!?]?$")
_EMBEDDED_IDENTIFIER = re.compile(
    rf"(?<![\w./\\-])(?:{_QUALIFIED}|[A-Z][a-z]+\w*[A-Z]\w*|[a-z]+\w*[A-Z]\w*|[A-Za-z]\w*_\w+|_\w+|\w+(?=\(\)))(?![\w/\\])"
)
_SEPARATOR = re.compile(r"::|->|[\\.#]")
_BACKQUOTED = re.compile(r"`([^`\s]+)`")
_FILE_NAME = r"[\w.+@~-]*\w\.[A-Za-z][A-Za-z0-9]{0,9}"
_PATH = re.compile(
    rf"(?<![\w/\\.-])((?:[A-Za-z]:)?[/\\]?(?:[\w.+@~-]+[/\\])*{_FILE_NAME})(?:[\"']?(?::|, line | line |\()(\d+))?"
)
_FOLDER_PATH = re.compile(r"(?<!\S)((?:[\w.+@~-]+/)+[\w.+@~-]*)(?!\S)")


def parse_question(text: str) -> Question:
    """Parse a question; anything that is no operator, symbol or path is prose."""
    required = tuple(
        phrase.strip() for phrase in _REQUIRED.findall(text) if phrase.strip() and not _PATH.fullmatch(phrase)
    )
    excluded = tuple(word.lower() for word in _EXCLUDED.findall(text)) if " " in text.strip() else ()
    plain = _EXCLUDED.sub(" ", text) if excluded else text
    plain = " ".join(plain.replace('"', " ").split()) or text.strip()
    locations = _locations(text)
    identifiers = _identifiers(plain, locations)
    found = dict.fromkeys(terms(plain))
    telling = tuple(t for t in found if t not in STOP_WORDS and t not in excluded) or tuple(found)
    return Question(plain, _kind(plain, identifiers), telling, identifiers, required, excluded, locations)


def last_part(identifier: str) -> str:
    """`bar` of `Foo::bar`."""
    return _SEPARATOR.split(identifier)[-1]


def _kind(text: str, identifiers: tuple[str, ...]) -> QuestionKind:
    if _WHOLE_IDENTIFIER.match(text):
        return QuestionKind.IDENTIFIER
    return QuestionKind.MIXED if identifiers else QuestionKind.PROSE


def _identifiers(text: str, locations: tuple[Location, ...]) -> tuple[str, ...]:
    if _WHOLE_IDENTIFIER.match(text):
        return (text.removesuffix("()"),)
    found = _BACKQUOTED.findall(text) + _EMBEDDED_IDENTIFIER.findall(text)
    files = {location.path for location in locations}
    return tuple(dict.fromkeys(name.strip("`").removesuffix("()") for name in found if name not in files))


def _locations(text: str) -> tuple[Location, ...]:
    known = known_extensions()
    found = [
        Location(path.replace("\\", "/"), int(line or 0))
        for path, line in _PATH.findall(text)
        if "." + path.rpartition(".")[2].lower() in known
    ]
    found += [Location(path.strip("/")) for path in _FOLDER_PATH.findall(text)]
    return tuple(dict.fromkeys(found))
