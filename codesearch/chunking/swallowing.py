"""Comments and strings that are left open and yet end, where the next one does, with the code between in them.

A grammar reads them without an error. They are told by what begins within them.
"""

from __future__ import annotations

import re
from functools import cache

from codesearch.chunking import literal_patterns
from codesearch.languages.literals import Literals, Quote
from codesearch.languages.registry import Language

_BEFORE_OPENER = "([{=@"
_AFTER_OPENER = re.compile(r"[\w$%/\\^({<@#~-]")
"""What comes before an opening quote, but hardly before a closing one, and after it."""


def may_hide_code(text: str, language: Language) -> bool:
    """Whether a comment, string or heredoc begins again within itself, or one that nests is left open."""
    if language.nests_comments and has_open_comment(text, language):
        return True
    return any(_begins_again(text, opener, closer) for opener, closer in _pairs(language)) or (
        language.literals is not None
        and bool(language.literals.heredoc)
        and "<<" in text
        and _has_heredoc_in_itself(text, language.literals)
    )


@cache
def _pairs(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Openers and closers of what does not nest and begins otherwise than it ends."""
    if language.literals is None:
        return ()
    comments = () if language.nests_comments else literal_patterns.block_comments(language)
    quotes = [quote for quote in language.literals.quotes if quote.begins_once]
    return (
        *((literal_patterns.comment_opener(opener, closer), closer) for opener, closer in comments),
        *((literal_patterns.string_opener(quote), quote.closer) for quote in quotes),
    )


def has_open_comment(text: str, language: Language) -> bool:
    """Whether more block comments begin than end."""
    pairs = literal_patterns.block_comments(language)
    return any(text.count(opener) > text.count(closer) for opener, closer in pairs)


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
    """Whether a string of several lines seems to be left open, and to end where the next one begins."""
    quotes = [quote for quote in literals.quotes if quote.spans_lines]
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
