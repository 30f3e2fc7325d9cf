"""Where the quotes, comments and data in a text of SQL end, whatever its dialect.

A search that finds no end is remembered, so that what never closes costs the text's length once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codesearch.chunking.scanners.sql.definitions import definition_at

_PLAIN = {quote: re.compile(rf"{quote}[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+{quote}") for quote in "'\""}
_ESCAPED = {quote: re.compile(rf"{quote}(?:[^{quote}\\]++|{quote}{quote}|\\.)*+{quote}", re.DOTALL) for quote in "'\""}
_ESCAPE = re.compile(r"(?<!\\)\\'(?=\w)")
_LAST_BACKSLASH = re.compile(r"(?<!\\)\\'(?=\s*(?:[,;)+|]|\Z)|\n)")
_PREFIX = re.compile(r"(?<!\w)(?:[NEBXRQ]|NQ|RB|BR)\Z", re.IGNORECASE)
_BODY = re.compile(r"\bAS\s*\Z", re.IGNORECASE)
_CLOSERS = {"[": "]", "(": ")", "{": "}", "<": ">"}
_TAGS = re.compile(r"(?=(\$(?:[^\W\d]\w*)?\$))")
_COMMENT_MARKS = re.compile(r"/\*|\*/")
_NESTED_CHARS = 10_000
"""Comments nest in some dialects only: a nested one ends within so many characters, or it does not nest."""
_DATA_END = re.compile(r"^(?:\\\.[ \t]*$|CREATE\b|\\?COPY\b[^\n;]*\bFROM\s+P?STDIN\b)", re.IGNORECASE | re.MULTILINE)
_NO_DATA = re.compile(r"[^\n]*\n(?:\s*\n|\s*(?:--|\\[a-z]|[A-Z]+[ \t;]))", re.IGNORECASE)
"""A line below COPY that may be one of SQL."""
_LINE_CREATE = re.compile(r"^CREATE\b", re.IGNORECASE | re.MULTILINE)
_FOLLOWS_STRING = re.compile(r"[\s;,)\]}+|&:.-]|\Z")
_AFTER_NAME = re.compile(
    r"\s*(?:[(;@]|\Z)|[ \t]*\n|\s+(?:AFTER|AS|AUTHID|BEFORE|BEGIN|CLUSTER|FOR|INSTEAD|IS|LANGUAGE|ON|RETURNS?|START"
    r"|USING|WITH)\b",
    re.IGNORECASE,
)
_PLAUSIBLE_CHARS = 2000
"""A string with a line that begins like a definition so far behind its start is none."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The end of a quote; one that is broken off ends where a definition begins."""

    end: int
    is_broken: bool = False


class Quotes:
    """The quotes of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._escapes = _has_escapes(text)
        self._unclosed: set[str] = set()
        self._last_tags: dict[str, int] | None = None
        self._nests = True
        self._no_data_before = 0

    def string(self, place: int) -> Quoted:
        """The end of the string or quoted name that opens at `place`, right behind it where none does."""
        text, quote = self._text, self._text[place]
        found = _PREFIX.search(text, max(0, place - 3), place)
        prefix = found[0].lower() if found else ""
        if "q" in prefix and quote == "'" and not text[place + 1 : place + 2].isspace():
            opener = text[place + 1 : place + 2]
            if (end := self._find(_CLOSERS.get(opener, opener) + "'", place + 2)) > 0:
                return Quoted(end)
        is_raw = prefix in ("r", "rb", "br", "b")
        is_triple = text.startswith(quote * 3, place) and (
            quote == '"' or is_raw or _BODY.search(text, max(0, place - 9), place) is not None
        )
        if is_triple and (end := self._find(quote * 3, place + 3)) > 0:
            return Quoted(end)
        is_escaped = self._escapes or is_raw or prefix == "e"
        end = self._match(_ESCAPED if is_escaped else _PLAIN, quote, place)
        if end < 0 or "\n" not in text[place:end]:
            return Quoted(max(end, place + 1))
        return self._long_string(place, end, is_odd=not prefix and place > 0 and _ends_something(text[place - 1]))

    def dollar(self, place: int, tag: str) -> int:
        """The end of the text that `$tag$` at `place` quotes, or of the tag itself."""
        if self._last_tags is None:
            self._last_tags = {match[1]: match.start() for match in _TAGS.finditer(self._text)}
        after = place + len(tag)
        return self._text.index(tag, after) + len(tag) if self._last_tags.get(tag, 0) >= after else after

    def comment(self, place: int) -> int:
        """The end of the comment that `/*` opens at `place`."""
        end = self._find("*/", place + 2)
        if end > 0 and self._nests and "/*" in self._text[place + 2 : end]:
            depth = 1
            for mark in _COMMENT_MARKS.finditer(self._text, place + 2, place + _NESTED_CHARS):
                depth += 1 if mark[0] == "/*" else -1
                if not depth:
                    return mark.end()
            self._nests = False
        return max(end, place + 2)

    def data(self, place: int) -> int:
        """The end of the data that follows COPY … FROM stdin: a line of `\\.`, or `place` where none follows.

        Tests hold commands that fail: SQL follows them, and a definition or another COPY before any such line.
        """
        if place < self._no_data_before:
            return place
        may_fail = _NO_DATA.match(self._text, place)
        for match in _DATA_END.finditer(self._text, place):
            if match[0].startswith("\\."):
                return match.end()
            if may_fail and (match[0][:2].upper() != "CR" or self._defines(match.start())):
                self._no_data_before = match.start()
                return place
        self._no_data_before = len(self._text)
        return place

    def _long_string(self, place: int, end: int, is_odd: bool) -> Quoted:
        """A string of several lines, unless it is an apostrophe in a word or what follows one."""
        text, quote = self._text, self._text[place]
        is_odd = is_odd or not _FOLLOWS_STRING.match(text, end)
        in_word = quote == '"' or _is_word(text[place + 1])
        if is_odd and in_word and text.find(quote, place + 1, text.index("\n", place)) < 0:
            return Quoted(place + 1)
        for match in _LINE_CREATE.finditer(text, place, end):
            is_far = match.start() - place > _PLAUSIBLE_CHARS
            if (is_odd or is_far) and self._defines(match.start()):
                return Quoted(match.start(), is_broken=True)
        return Quoted(end)

    def _defines(self, place: int) -> bool:
        """Whether what looks like a definition at `place` goes on like one."""
        definition = definition_at(self._text, place)
        return definition is not None and _AFTER_NAME.match(self._text, definition.end) is not None

    def _match(self, patterns: dict[str, re.Pattern[str]], quote: str, place: int) -> int:
        if patterns[quote].pattern not in self._unclosed:
            if match := patterns[quote].match(self._text, place):
                return match.end()
            self._unclosed.add(patterns[quote].pattern)
        return -1

    def _find(self, closer: str, place: int) -> int:
        """Behind the next `closer`, or -1."""
        if closer not in self._unclosed:
            if (end := self._text.find(closer, place)) >= 0:
                return end + len(closer)
            self._unclosed.add(closer)
        return -1


def _has_escapes(text: str) -> bool:
    """Whether a backslash before a quote keeps the string open, by what follows the quote."""
    if "\\'" not in text:
        return False
    escapes, last = len(_ESCAPE.findall(text)), len(_LAST_BACKSLASH.findall(text))
    return escapes > last or (escapes == last and "`" in text)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _ends_something(char: str) -> bool:
    """Whether a quote behind this character closes rather than opens a string."""
    return _is_word(char) or char in ".!?)%]"
