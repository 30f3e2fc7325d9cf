"""Ends of quotes, comments and data in SQL of any dialect.

Searches without a result are remembered, so that unterminated quotes don't make the time quadratic.
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
"""Comments nest only in some dialects. If a nested comment is longer than this, they are taken not to nest."""
_DATA_END = re.compile(r"^(?:\\\.[ \t]*$|CREATE\b|\\?COPY\b[^\n;]*\bFROM\s+P?STDIN\b)", re.IGNORECASE | re.MULTILINE)
_NO_DATA = re.compile(r"[^\n]*\n(?:\s*\n|\s*(?:--|\\[a-z]|[A-Z]+[ \t;]))", re.IGNORECASE)
"""The line after COPY looks like SQL, not data."""
_LINE_CREATE = re.compile(r"^CREATE\b", re.IGNORECASE | re.MULTILINE)
_LINE_STATEMENT = re.compile(r"^(?:CREATE|DO)\b", re.IGNORECASE | re.MULTILINE)
_BEFORE_BODY = re.compile(r"(?:\bAS|^DO(?:\s+LANGUAGE\s+\w+)?)\s*\Z", re.IGNORECASE | re.MULTILINE)
"""Precedes a dollar sign that opens a body."""
_BODY_LEAD_CHARS = 60
_FOLLOWS_STRING = re.compile(r"[\s;,)\]}+|&:.-]|\Z")
_AFTER_NAME = re.compile(
    r"\s*(?:[(;@]|\Z)|[ \t]*\n|\s+(?:AFTER|AS|AUTHID|BEFORE|BEGIN|CLUSTER|FOR|INSTEAD|IS|LANGUAGE|ON|RETURNS?|START"
    r"|USING|WITH)\b",
    re.IGNORECASE,
)
_PLAUSIBLE_CHARS = 2000
"""A string with a definition further than this from its start is taken to be unterminated."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The end of a quote; an unterminated one ends where a definition begins."""

    end: int
    is_unterminated: bool = False


class Quotes:
    """Finds the ends of quotes in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._escapes = _has_escapes(text)
        self._unclosed: set[str] = set()
        self._last_tags: dict[str, int] | None = None
        self._nests = True
        self._no_data_before = 0

    def string(self, position: int) -> Quoted:
        """The end of the string or quoted name that opens at `position`; the next position if it doesn't open one."""
        text, quote = self._text, self._text[position]
        prefix_match = _PREFIX.search(text, max(0, position - 3), position)
        prefix = prefix_match[0].lower() if prefix_match else ""
        if "q" in prefix and quote == "'" and not text[position + 1 : position + 2].isspace():
            opener = text[position + 1 : position + 2]
            if (end := self._find_closer(_CLOSERS.get(opener, opener) + "'", position + 2)) > 0:
                line_end = text.find("\n", position, end)
                begins_again = line_end >= 0 and text.find(f"{text[position - 1]}'{opener}", line_end, end) >= 0
                return Quoted(line_end if begins_again else end)
        is_raw = prefix in ("r", "rb", "br", "b")
        is_triple = text.startswith(quote * 3, position) and (
            quote == '"' or is_raw or _BODY.search(text, max(0, position - 9), position) is not None
        )
        if is_triple and (end := self._find_closer(quote * 3, position + 3)) > 0:
            return Quoted(end)
        is_escaped = self._escapes or is_raw or prefix == "e"
        end = self._match(_ESCAPED if is_escaped else _PLAIN, quote, position)
        if end < 0 or "\n" not in text[position:end]:
            return Quoted(max(end, position + 1))
        return self._long_string(
            position, end, is_suspect=not prefix and position > 0 and _precedes_closing_quote(text[position - 1])
        )

    def dollar(self, position: int, tag: str) -> Quoted:
        """The end of the dollar-quoted string that `tag` opens at `position`, or of the tag itself.

        A string is unterminated if what would close it rather opens the body of a definition below.
        """
        if self._last_tags is None:
            self._last_tags = {match[1]: match.start() for match in _TAGS.finditer(self._text)}
        content = position + len(tag)
        if self._last_tags.get(tag, 0) < content:
            return Quoted(content)
        closing = self._text.index(tag, content)
        if _BEFORE_BODY.search(self._text, max(content, closing - _BODY_LEAD_CHARS), closing):
            for match in _LINE_STATEMENT.finditer(self._text, content, closing):
                if match[0].upper() == "DO" or self._is_definition(match.start()):
                    return Quoted(match.start(), is_unterminated=True)
        return Quoted(closing + len(tag))

    def comment(self, position: int) -> int:
        """The end of the comment that `/*` opens at `position`."""
        end = self._find_closer("*/", position + 2)
        if end > 0 and self._nests and "/*" in self._text[position + 2 : end]:
            depth = 1
            for mark in _COMMENT_MARKS.finditer(self._text, position + 2, position + _NESTED_CHARS):
                depth += 1 if mark[0] == "/*" else -1
                if not depth:
                    return mark.end()
            self._nests = False
        return max(end, position + 2)

    def data(self, position: int) -> int:
        """The end of the data after COPY … FROM stdin, a line with `\\.`; `position` if there is no data.

        Tests contain COPY commands that fail and are followed by SQL; then a definition or another COPY comes before
        any such line.
        """
        if position < self._no_data_before:
            return position
        may_fail = _NO_DATA.match(self._text, position)
        for match in _DATA_END.finditer(self._text, position):
            if match[0].startswith("\\."):
                return match.end()
            if may_fail and (match[0][:2].upper() != "CR" or self._is_definition(match.start())):
                self._no_data_before = match.start()
                return position
        self._no_data_before = len(self._text)
        return position

    def _long_string(self, position: int, end: int, is_suspect: bool) -> Quoted:
        """The end of a string of several lines, unless its quote is more likely an apostrophe, or unterminated."""
        text, quote = self._text, self._text[position]
        is_suspect = is_suspect or not _FOLLOWS_STRING.match(text, end)
        in_word = quote == '"' or _is_word_character(text[position + 1])
        if is_suspect and in_word and text.find(quote, position + 1, text.index("\n", position)) < 0:
            return Quoted(position + 1)
        for match in _LINE_CREATE.finditer(text, position, end):
            is_far = match.start() - position > _PLAUSIBLE_CHARS
            if (is_suspect or is_far) and self._is_definition(match.start()):
                return Quoted(match.start(), is_unterminated=True)
        return Quoted(end)

    def _is_definition(self, position: int) -> bool:
        """Whether there is a definition at `position` with plausible syntax after its name."""
        definition = definition_at(self._text, position)
        return definition is not None and _AFTER_NAME.match(self._text, definition.end) is not None

    def _match(self, patterns: dict[str, re.Pattern[str]], quote: str, position: int) -> int:
        if patterns[quote].pattern not in self._unclosed:
            if match := patterns[quote].match(self._text, position):
                return match.end()
            self._unclosed.add(patterns[quote].pattern)
        return -1

    def _find_closer(self, closer: str, position: int) -> int:
        """The position after the next `closer`, or -1."""
        if closer not in self._unclosed:
            if (end := self._text.find(closer, position)) >= 0:
                return end + len(closer)
            self._unclosed.add(closer)
        return -1


def _has_escapes(text: str) -> bool:
    """Whether backslashes escape quotes in this text, judging by what follows them."""
    if "\\'" not in text:
        return False
    escapes, last = len(_ESCAPE.findall(text)), len(_LAST_BACKSLASH.findall(text))
    return escapes > last or (escapes == last and "`" in text)


def _is_word_character(char: str) -> bool:
    return char.isalnum() or char == "_"


def _precedes_closing_quote(char: str) -> bool:
    """Whether a quote after this character closes a string rather than opens one."""
    return _is_word_character(char) or char in ".!?)%]"
