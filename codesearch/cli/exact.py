"""Options of exact search, and running it without a question."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS
from codesearch.cli.numbers import MOST_COLUMNS, WholeNumber
from codesearch.cli.output import Color, console, has_color, results
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.render.formats import HitFormat, Output
    from codesearch.render.matches import MatchFormat
    from codesearch.search.hit import Filters
    from codesearch.workspace import MemberMatches, Workspace


class Sort(StrEnum):
    """`--sort`."""

    SCORE = "score"
    PATH = "path"


Expressions = Annotated[
    list[str],
    typer.Option(
        "--regexp",
        "-e",
        metavar="REGEX",
        help="Only code with a line that matches (repeatable); without a question, print those lines.",
    ),
]
FixedStrings = Annotated[bool, typer.Option("--fixed-strings", "-F", help="The -e patterns are plain text.")]
WordRegexp = Annotated[bool, typer.Option("--word-regexp", "-w", help="The -e patterns match whole words.")]
IgnoreCase = Annotated[bool, typer.Option("--ignore-case", "-i", help="The -e patterns ignore case.")]
SmartCase = Annotated[
    bool, typer.Option("--smart-case", "-S", help="The -e patterns ignore case if they are all lower case.")
]
Count = Annotated[bool, typer.Option("--count", "-c", help="Print the number of matching lines of each file.")]
SortOption = Annotated[
    Sort | None, typer.Option("--sort", help="Order of hits; without a question, always by path.", show_default=False)
]
MaxColumns = Annotated[
    int,
    typer.Option(
        "--max-columns", "-M", parser=WholeNumber(0, MOST_COLUMNS), metavar="N", help="Leave out lines of more bytes."
    ),
]


def pattern_of(
    expressions: Sequence[str], *, is_literal: bool, whole_words: bool, ignores_case: bool, smart_case: bool
) -> Pattern | None:
    """The pattern that the options give, if any. Raises CodesearchError."""
    modifiers = {"-F": is_literal, "-w": whole_words, "-i": ignores_case, "-S": smart_case}
    if not expressions:
        if given := [name for name, is_given in modifiers.items() if is_given]:
            raise CodesearchError(f"{given[0]} needs a pattern", f"for example: codesearch query {given[0]} -e TEXT")
        return None
    from codesearch.exact.pattern import Case, Pattern

    case = Case.IGNORED if ignores_case else Case.SMART if smart_case else Case.SENSITIVE
    return Pattern(expressions, case=case, is_literal=is_literal, whole_words=whole_words)


@dataclass(frozen=True, slots=True)
class LineSearch:
    """Exact search without a question, and how its lines are printed."""

    pattern: Pattern
    filters: Filters
    limit: int | None
    output: Output
    color: Color
    hit_format: HitFormat | None = None
    """The format if a record is printed for each line, otherwise None."""
    paths_only: bool = False
    counts: bool = False

    def run(self, workspace: Workspace) -> int:
        """Print the matching lines of a workspace. Returns the exit code."""
        found = _limited(workspace.grep(self.pattern, self.filters), self.limit)
        with results():
            return self._write_hits(workspace, found) if self.hit_format else self._write_lines(found)

    def _write_hits(self, workspace: Workspace, found: Iterator[MemberMatches]) -> int:
        from codesearch.render.paths import located

        assert self.hit_format
        hits = [replace(hit, index=member.number) for member in found for hit in member.index.line_hits(member.matches)]
        roots = [member.index.root for member in workspace.members]
        self.hit_format.write("", [*located(hits, roots, caller().directory)])
        return HITS if hits else NO_HITS

    def _write_lines(self, found: Iterator[MemberMatches]) -> int:
        from codesearch.render.paths import display_path

        match_format = self._match_format()
        code = NO_HITS
        for member in found:
            path = display_path(member.index.root / member.matches.file.path, caller().directory)
            match_format.write(path, member.matches)
            code = HITS
        return code

    def _match_format(self) -> MatchFormat:
        from codesearch.render.matches import Counts, HeadedLines, MatchingPaths, PlainLines

        if self.counts:
            return Counts(self.output)
        if self.paths_only:
            return MatchingPaths(self.output)
        colors = has_color(self.color)
        if not self.output.null and (colors or self.output.stream.isatty()):
            return HeadedLines(self.output, console(self.output.stream, colors=colors), self.pattern)
        return PlainLines(self.output)


def is_path(argument: str) -> bool:
    """Whether the first argument of a query with -e is a path, and not a question: it exists, or looks like a path."""
    return os.path.exists(caller().directory / argument) or ("/" in argument and " " not in argument)  # noqa: PTH110


def _limited(found: Iterator[MemberMatches], limit: int | None) -> Iterator[MemberMatches]:
    """The first files, with at most `limit` lines in all."""
    for member in found:
        lines = member.matches.lines if limit is None else list(islice(member.matches.lines, limit))
        if limit is not None:
            limit -= len(lines)
        yield replace(member, matches=replace(member.matches, lines=lines))
        if limit == 0:
            return
