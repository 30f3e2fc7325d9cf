"""Comments and strings that are left open and yet end, where the next one does, with the code between in them.

A grammar reads them without an error. They are told by what begins within them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from codesearch.chunking import literal_patterns
from codesearch.languages.literals import Literals, Quote
from codesearch.languages.registry import Language

_BEFORE_OPENER = "([{=@"
_AFTER_OPENER = re.compile(r"[\w$%/\\^({<@#~-]")
"""What comes before an opening quote, but hardly before a closing one, and after it."""


def may_hide_code(text: str, language: Language) -> bool:
    """Whether a comment, string or heredoc begins again within itself, or one that nests is left open."""
    comments, quotes = _that_begin_once(language)
    if _more_begin(text, comments) and (language.nests_comments or _any_comment_begins_again(text, comments)):
        return True
    if any(quote.opener in text and _string_begins_again(text, quote) for quote in quotes):
        return True
    literals = language.literals
    return (
        literals is not None
        and bool(literals.heredoc)
        and text.count("<<") > 1
        and _has_heredoc_in_itself(text, literals)
    )


@cache
def _that_begin_once(language: Language) -> tuple[tuple[tuple[str, str], ...], tuple[Quote, ...]]:
    """Block comments and strings that begin otherwise than they end; of those that end alike, only strings."""
    quotes = tuple(quote for quote in (language.literals.quotes if language.literals else ()) if quote.begins_once)
    closers = {quote.closer for quote in quotes}
    return tuple(pair for pair in literal_patterns.block_comments(language) if pair[1] not in closers), quotes


def has_open_comment(text: str, language: Language) -> bool:
    """Whether more block comments begin than end."""
    return _more_begin(text, literal_patterns.block_comments(language))


def _more_begin(text: str, pairs: Iterable[tuple[str, str]]) -> bool:
    return any((begun := text.count(opener)) and begun > text.count(closer) for opener, closer in pairs)


def _any_comment_begins_again(text: str, pairs: Iterable[tuple[str, str]]) -> bool:
    return any(_begins_again(text, literal_patterns.comment_opener(opener, closer), closer) for opener, closer in pairs)


def _string_begins_again(text: str, quote: Quote) -> bool:
    return _begins_again(text, literal_patterns.string_opener(quote), quote.closer)


def _begins_again(text: str, opener: re.Pattern[str], closer: str) -> bool:
    """Whether what begins with an opener begins again in a line below before it ends."""
    begin = opener.search(text)
    while begin:
        at = begin.end()
        end = text.find(closer, at)
        newline = text.find("\n", at, end if end >= 0 else len(text))
        if newline >= 0 and opener.search(text, newline, end if end >= 0 else len(text)):
            return True
        if end < 0:
            return False
        begin = opener.search(text, end + len(closer))
    return False


def _has_heredoc_in_itself(text: str, literals: Literals) -> bool:
    """Whether a heredoc begins in a line below one with the same tag that has not ended."""
    begun: dict[str, int] = {}
    for begin in literal_patterns.heredoc_opener(literals).finditer(text):
        tag, at = begin["tag"], begun.get(begin["tag"])
        if (
            at is not None
            and "\n" in text[at : begin.start()]
            and not end_of_heredoc(tag).search(text, at, begin.start())
        ):
            return True
        begun[tag] = begin.end()
    return False


def end_of_heredoc(tag: str) -> re.Pattern[str]:
    """The tag that ends a heredoc."""
    return re.compile(rf"^[ \t]*{tag}\b", re.MULTILINE)


def has_string_to_next_one(text: str, language: Language, literals: Literals) -> bool:
    """Whether a string of several lines, whose quotes are alike, seems to end where the next one begins."""
    quotes = [quote for quote in literals.quotes if quote.spans_lines and not quote.begins_once]
    if not quotes:
        return False
    for literal in literal_patterns.comments_and_literals(language, literals).finditer(text):
        quote = next((one for one in quotes if literal[0].startswith(one.opener)), None) if "\n" in literal[0] else None
        if quote and opens(text, quote, literal.start() + len(quote.opener), literal.end()):
            return True
    return False


def opens(text: str, quote: Quote, start: int, end: int) -> bool:
    """Whether the quote before `end`, which would close a string that begins at `start`, rather opens one."""
    closing = end - len(quote.closer)
    newline = text.find("\n", start, closing)
    if newline < 0:
        return False
    if quote.begins_once:
        return literal_patterns.string_opener(quote).search(text, newline, closing) is not None
    before, after = text[closing - 1], text[end : end + 1]
    if after == quote.closer:
        return before.isspace() or before == ","
    if after == "\n":
        return _opens_at_end(text, quote, start, closing)
    return before in _BEFORE_OPENER or _AFTER_OPENER.match(after) is not None


def _opens_at_end(text: str, quote: Quote, start: int, closing: int) -> bool:
    """Whether a quote at the end of a line opens a string whose text is below."""
    begin = text.rfind("\n", start, closing) + 1
    if line := text[begin:closing].strip():
        return quote.begins_below or line[-1] in _BEFORE_OPENER
    first = text[text.rfind("\n", 0, start) + 1 : start]
    is_left_of_it = len(first) - len(first.lstrip()) > closing - begin
    return is_left_of_it and text.endswith("\n\n", 0, begin)
