"""Patterns of the comments and literals of languages, to find those that are left open."""

from __future__ import annotations

import re
from functools import cache

from codesearch.languages.literals import Literals, Quote
from codesearch.languages.registry import Language


@cache
def tokens(language: Language, literals: Literals) -> re.Pattern[str]:
    """What may be left open, by the name of the group: `heredoc`, `comment`, `quote`, `bracket`; else `skipped`."""
    openers = sorted((opener for opener, _ in language.block_comments), key=len, reverse=True)
    skipped = "|".join(filter(None, (literals.others, *map(_line_comment, language.line_comments))))
    groups = {
        "heredoc": heredoc(literals) if literals.heredoc else "",
        "comment": "|".join(map(re.escape, openers)),
        "skipped": skipped,
        "quote": "|".join(re.escape(quote.opener) for quote in literals.quotes),
        "bracket": f"[{re.escape(''.join(literals.brackets))}]",
    }
    return re.compile("|".join(f"(?P<{name}>{group})" for name, group in groups.items() if group), re.MULTILINE)


@cache
def comments_and_literals(language: Language, literals: Literals) -> re.Pattern[str]:
    """Whole comments and literals; of what is left open and may span lines, all that follows.

    Each alternative begins with a literal character, with which matches are found fast.
    """
    comments = sorted(language.block_comments, key=lambda pair: len(pair[0]), reverse=True)
    alternatives = (
        *(rf"{re.escape(opener)}(?s:.)*?(?:{re.escape(closer)}|\Z)" for opener, closer in comments),
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
def comment_line(opener: str) -> re.Pattern[str]:
    """A line that begins with a comment."""
    return re.compile(rf"\n[ \t]*{re.escape(opener)}")


def heredoc(literals: Literals, tag: str = r"[A-Za-z_]\w*") -> str:
    """A pattern of where a heredoc begins."""
    return rf"{literals.heredoc}(?P<mark>[\"'`\\]?)(?P<tag>{tag})(?:(?<!\\)(?P=mark)|\b)"


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
