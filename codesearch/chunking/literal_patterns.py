"""Patterns of the comments and literals of languages, to find those that are left open."""

from __future__ import annotations

import re
from functools import cache

from codesearch.languages.literals import Literals, Quote
from codesearch.languages.registry import Language

_MOST_SIGNS = 2
"""Of the long brackets of Lua and CMake, in practice."""


@cache
def block_comments(language: Language) -> tuple[tuple[str, str], ...]:
    """Openers and closers of block comments, long ones first; of brackets, with up to `_MOST_SIGNS` signs between."""
    pairs = list(language.block_comments)
    for opener, closer in language.block_comments:
        if opener.endswith("[["):
            pairs += (
                (f"{opener[:-1]}{'=' * signs}[", f"]{'=' * signs}{closer[1:]}") for signs in range(1, _MOST_SIGNS + 1)
            )
    return tuple(sorted(pairs, key=lambda pair: len(pair[0]), reverse=True))


@cache
def tokens(language: Language, literals: Literals) -> re.Pattern[str]:
    """What may be left open, by the name of the group: `heredoc`, `comment`, `quote`, `bracket`; what is: `left_open`.

    Other literals and comments are `skipped`.
    """
    openers = [opener for opener, _ in block_comments(language)]
    skipped = "|".join(filter(None, (literals.others, *map(_line_comment, language.line_comments))))
    groups = {
        "heredoc": heredoc(literals) if literals.heredoc else "",
        "comment": "|".join(map(re.escape, openers)),
        "skipped": skipped,
        "left_open": literals.left_open,
        "quote": "|".join(re.escape(quote.opener) for quote in literals.quotes),
        "bracket": f"[{re.escape(''.join(literals.brackets))}]" if literals.brackets else "",
    }
    return re.compile("|".join(f"(?P<{name}>{group})" for name, group in groups.items() if group), re.MULTILINE)


@cache
def comments_and_literals(language: Language, literals: Literals) -> re.Pattern[str]:
    """Whole comments and literals; of what is left open and may span lines, all that follows.

    Each alternative begins with a literal character, with which matches are found fast.
    """
    alternatives = (
        *(rf"{re.escape(opener)}(?s:.)*?(?:{re.escape(closer)}|\Z)" for opener, closer in block_comments(language)),
        *map(_line_comment, language.line_comments),
        literals.others,
        *(re.escape(quote.opener) + _end(quote) for quote in literals.quotes),
        *(f"{re.escape(quote.opener)}(?s:.*)" for quote in literals.quotes if quote.spans_lines),
    )
    return re.compile("|".join(filter(None, alternatives)), re.MULTILINE)


@cache
def end_of(quote: Quote) -> re.Pattern[str]:
    """What follows the opener of a string that is closed."""
    return re.compile(_end(quote))


@cache
def comment_marks(opener: str, closer: str) -> re.Pattern[str]:
    """The beginning or end of a comment."""
    return re.compile(f"{re.escape(opener)}|{re.escape(closer)}")


@cache
def comment_opener(opener: str, closer: str) -> re.Pattern[str]:
    """Where a comment begins, at the margin or after a blank, or a string that ends as the comment does."""
    brackets = _long_brackets(closer)
    return re.compile(re.escape(brackets) if brackets else rf"{re.escape(opener)}(?<!\S{re.escape(opener)})")


@cache
def string_opener(quote: Quote) -> re.Pattern[str]:
    """Where a string begins, or a comment that ends as it does."""
    return re.compile(re.escape(_long_brackets(quote.closer) or quote.opener))


def _long_brackets(closer: str) -> str:
    """The opener of the long brackets (`[=[`) with which strings and comments both end; "" of other closers."""
    return closer.replace("]", "[") if closer[0] == closer[-1] == "]" else ""


@cache
def left_open(literals: Literals) -> re.Pattern[str]:
    """What is left open at the end of its line."""
    return re.compile(literals.left_open, re.MULTILINE)


def heredoc(literals: Literals, tag: str = r"[A-Za-z_]\w*") -> str:
    """A pattern of where a heredoc begins."""
    return rf"{literals.heredoc}(?P<mark>[\"'`\\]?)(?P<tag>{tag})(?:(?<!\\)(?P=mark)|\b)"


@cache
def heredoc_opener(literals: Literals) -> re.Pattern[str]:
    """Where a heredoc begins."""
    return re.compile(heredoc(literals))


@cache
def heredocs(literals: Literals) -> re.Pattern[str]:
    """Heredocs, with the rest of the lines in which they begin; of open ones, all that follows."""
    return re.compile(rf"{heredoc(literals)}(?P<rest>.*)(?s:.*?)(?:^[ \t]*(?P=tag)\b|\Z)", re.MULTILINE)


def _end(quote: Quote) -> str:
    closer, first, escape = re.escape(quote.closer), re.escape(quote.closer[0]), re.escape(quote.escape)
    newline = "" if quote.spans_lines else r"\n"
    escaped = f"|{escape}[\\s\\S]" if escape else ""
    others = f"|(?!{closer}){first}" if len(quote.closer) > 1 else ""
    return rf"(?:[^{first}{escape}{newline}]++{escaped}{others})*+{closer}"


def _line_comment(marker: str) -> str:
    if marker[0].isalpha() or marker[0] == "*":  # of FORTRAN and batch files
        return rf"{re.escape(marker)}(?<=^{re.escape(marker)}).*"
    if marker == "#":  # not `$#`, `${#` or an attribute of PHP
        return r"\#(?<![^\s;(),]\#)(?!\[).*"
    if marker.startswith("--"):  # not an operator of Haskell
        return r"--(?<![!#$%&*+./<=>?@\\^|~:-]--)-*(?![!#$%&*+./<=>?@\\^|~:\[]).*"
    return f"{re.escape(marker)}.*"
