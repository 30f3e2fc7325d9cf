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
from codesearch.languages.registry import known_extensions, known_filenames
from codesearch.search.heads import may_be_prose
from codesearch.search.listings import Listed, listed_lines
from codesearch.search.operators import Operators, read_operators
from codesearch.search.plain_lines import without_listing
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
    file: Location | None = None
    """Set if the question is a single word that may be a file's name or path, with or without a line. Only an index
    tells whether it is: `app.all` may be a symbol too."""
    code: str = ""
    """The question as it was written, with its quotes, if it looks like code, without what a diff or an editor puts
    before its lines."""
    language: str = ""
    """The language that the question asks for, which is not in its text and terms."""

    @property
    def may_be_prose(self) -> bool:
        """Whether the symbol is one only if it is defined with the kind and the spelling that the question has, as
        “type adapter” may be two words of prose."""
        return self.symbol is not None and may_be_prose(self.text)

    @property
    def is_statement(self) -> bool:
        """Whether the code is no name or head of a definition."""
        return bool(self.code) and (self.symbol is None or _STATEMENT.search(self.code) is not None)

    @property
    def words_of_name(self) -> tuple[str, ...]:
        """The words, with stop words, of a question that may spell out a name: “write all”. None of any other."""
        words = tuple(self.text.casefold().split())
        return words if 1 < len(words) <= MOST_WORDS_OF_NAME and all(map(str.isalpha, words)) else ()


STOP_WORDS = frozenset(
    "a about all an and any are as at be been being by can code codes could do does doing done each for from had has"
    " have having how i if in into is it its me my of on or our out should show so some such than that the their them"
    " then there these they this those to us use used uses using was we were what when where which while who why will"
    " with within without would you your".split()
)
"""English words without meaning for code; in a small repository they may be rare and mislead BM25."""

MOST_WORDS_OF_NAME = 4
"""Longer names are seldom spelled out in full."""
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
_CODE = re.compile(r"[][(){}<>=;|&]")
_STATEMENT = re.compile(r"\s=\s|[\"'`]")
"""What tells a line such as `View view = find("main")` from the head of a definition."""
_LONG_RUN = re.compile(rf"[^\s\"'`(),;<>]{{{MAX_NAME_LENGTH + 1},}}")
_LITERAL_OPERATOR = re.compile(r"\boperator\s*\"\"\s*\w+\s*$")
"""C++'s, whose quotes are part of the name."""
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
_AT_LINE = (
    r"[\"']?(?::(?:\s?\()?|\(|\#L?|[\s:,]\s?L(?=\d\d++(?!\w)|\d(?!\s?\w))"
    r"|[,:]?\s?(?:(?:on|at|in\s\S{1,200}+\sat)\s)?lines?\s|\},\{line,"
    r"|(?:,(?!line=)\w{1,20}+=[^,\s]{0,100}+){0,8}+,\s?line=|;linenumber=|\|(?=\d++(?:-\d++)?(?:\scol\s|\|)))(\d{1,9})"
)
"""The line after a path as compilers, linters, grep and stack traces give it: `a.c:7`, `a.cs(7,1)`, `a.kt: (7, 1)`,
`a.hs:(7,1)-(9,2)`, `"a.py", line 7`, `a.php on line 7`, `a.py in f at line 7:5`, `a.sh: line 7`, `a.cs:line 7`,
`a.go#L7`, `a.go L7`, `{file,"a.erl"},{line,7}`, `file=a.js,line=7`, `a.c|7 col 5|`. But not `a.py L2 norm`."""
_PATH = re.compile(
    r"(?<![\w/\\.-])(?:([A-Za-z][\w+.-]*+)://[^\s/]*+)?"
    rf"((?:[A-Za-z]:)?[/\\]?(?:[\w.+@~-]++[/\\])*{_FILE_NAME})(?:{_AT_LINE})?"
)
_PATH_AT_LINE = re.compile(rf"(?<![\w/\\.-])((?:[A-Za-z]:)?[/\\]?(?:[\w.+@~-]++[/\\])*[\w.+@~-]++){_AT_LINE}")
"""A file without a known extension, which is one if it is in a folder or is named like `Makefile`."""
_LINE_OF_FILE = re.compile(
    r"(?:\blines?\s(\d{1,9})(?:-\d{1,9})?\s(?:of|in)\s(?:file\s)?|(?<!\S)\+(\d{1,9})(?::\d{1,9})?\s)[\"'`]?"
    r"((?:[A-Za-z]:)?[/\\]?(?:[\w.+@~-]++[/\\])*[\w.+@~-]++)"
)
"""`line 7 of a.py`, and `+7 a.py` as the arguments of an editor."""
_NAMED_FILE = re.compile(rf"((?:[A-Za-z]:(?=[/\\]))?[^\s:\"'`<>|*?]+?)(?:{_AT_LINE}(?:[:.,-]\d+)*\)?)?:?")
_FOLDER_PATH = re.compile(r"(?<!\S)((?:[\w.+@~-]++/)+[\w.+@~-]*+)(?!\S)")


def readable(text: str) -> str:
    """At most MAX_QUESTION_LENGTH characters of a text, with control characters replaced by spaces."""
    return _CONTROL.sub(" ", text[:MAX_QUESTION_LENGTH])


def parse_question(text: str) -> Question:
    """Parse a question. Everything that is not an operator, symbol or path is prose."""
    written = text[:MAX_QUESTION_LENGTH]
    listed = listed_lines(written, _is_file_name)
    plain_lines = _in_one_form(without_listing(written))
    text = _in_one_form(written)
    locations = _locations(text, listed)
    if not any(location.line for location in locations):
        text = plain_lines
    is_pasted = len(text) > MAX_LENGTH_WITH_OPERATORS or any(location.line for location in locations)
    operators = Operators(text) if is_pasted else read_operators(text, _is_file)
    plain = " ".join(_QUOTES.sub(" ", operators.text).split()) or text.strip()
    identifiers = _identifiers(plain, locations)
    found = dict.fromkeys(question_terms(plain))
    significant = _distinct(term for term in found if term not in STOP_WORDS) or tuple(found)
    kind = _kind(plain, identifiers)
    significant = _both_ends(significant, MAX_TERMS)
    file = _named_file(plain)
    symbol = None if file and _is_path(file.path) else parse_symbol(text if _LITERAL_OPERATOR.search(text) else plain)
    code = " ".join(plain_lines.split()) if _CODE.search(plain_lines) else ""
    return Question(plain, kind, significant, identifiers, operators, locations, symbol, file, code)


def _in_one_form(text: str) -> str:
    return unicodedata.normalize("NFC", readable(text))[:MAX_QUESTION_LENGTH]


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


def _locations(text: str, listed: Listed) -> tuple[Location, ...]:
    """The files and folders in a text, with those of listed lines."""
    text = _LONG_RUN.sub(" ", text)
    found = [
        Location(_plain_path(path), int(line or 0))
        for scheme, path, line in _PATH.findall(text)
        if _has_known_extension(path) and (line or not scheme)  # of a web page no file is meant
    ]
    found += [Location(path, int(line)) for path, line in _lines_of_files(text)]
    found += [Location(path, int(line)) for path, line in _unknown_files(text) if not _has_known_extension(path)]
    found += [Location(_plain_path(path), line) for path, line in listed.lines if line]
    if not any(location.line for location in found):
        found += [Location(_plain_path(path), line) for path, line in listed.around]
    found += [Location(_plain_path(path).strip("/")) for path in _FOLDER_PATH.findall(text)]
    return _both_ends(tuple(dict.fromkeys(found)), MAX_NAMES)


def _unknown_files(text: str) -> Iterable[tuple[str, str]]:
    """The paths of files without a known extension, and the line after each."""
    for path, line in _PATH_AT_LINE.findall(text):
        if "/" in path or path in known_filenames():
            yield _plain_path(path), line


def _lines_of_files(text: str) -> Iterable[tuple[str, str]]:
    """The paths that follow the number of a line, and this number."""
    for line, argument, path in _LINE_OF_FILE.findall(text):
        if "/" in path or _is_file_name(path.rstrip(".")):
            yield _plain_path(path.rstrip(".")), line or argument


def _named_file(text: str) -> Location | None:
    """The file, with a line, that a question of one word may be the name or path of."""
    match = _NAMED_FILE.fullmatch(text.strip("` ")) if len(text) <= MAX_NAME_LENGTH else None
    if match is None:
        return None
    path = _plain_path(match[1])
    is_likely = "." in path or "/" in path or path in known_filenames()
    return Location(path, int(match[2] or 0)) if is_likely and any(map(str.isalnum, path)) else None


def _is_path(path: str) -> bool:
    """Whether this is more than a file's name, and can't be a symbol (`Enum.map/2`)."""
    folders, _, name = path.rpartition("/")
    return bool(folders) and "." in name


def _plain_path(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./")


def _is_file(text: str) -> bool:
    match = _PATH.fullmatch(text)
    return match is not None and _has_known_extension(match[2])


def _is_file_name(path: str) -> bool:
    """Whether a path has the extension or the name of a file in a known language."""
    return _has_known_extension(path) or _plain_path(path).rpartition("/")[2] in known_filenames()


def _has_known_extension(path: str) -> bool:
    return "." in path and "." + path.rpartition(".")[2].lower() in known_extensions()


def _in_ascii(text: str) -> str:
    """The text with `A` or `a` for each non-ASCII cased letter, since the expressions for names only match ASCII."""
    if text.isascii():
        return text
    shapes = zip(text, letters.shape(text), strict=True)
    return "".join(shape if shape in (letters.UPPER, letters.LOWER) and c > "\x7f" else c for c, shape in shapes)


def _both_ends(values: tuple[_Value, ...], most: int) -> tuple[_Value, ...]:
    return values if len(values) <= most else values[: most // 2] + values[-(most // 2) :]
