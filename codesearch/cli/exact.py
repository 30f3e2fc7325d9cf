"""Options of exact search, and running it without a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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

_PER_HIT = ("--json", "--jsonl", "--format")
"""Formats that print a record for each line."""


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
    flags: Mapping[str, bool]
    hit_format: HitFormat
    color: Color
    counts: bool
    max_columns: int

    def run(self, workspace: Workspace) -> int:
        """Print the matching lines of a workspace. Returns the exit code."""
        if self.counts and (given := [name for name, is_given in self.flags.items() if is_given]):
            raise typer.BadParameter(f"--count and {given[0]} cannot be used together")
        found = _limited(workspace.grep(self.pattern, self.filters), self.limit)
        with results():
            if any(self.flags.get(name) for name in _PER_HIT):
                return self._write_hits(workspace, found)
            return self._write_lines(workspace, found)

    def _write_hits(self, workspace: Workspace, found: Iterator[MemberMatches]) -> int:
        from codesearch.render.paths import located

        hits = [replace(hit, index=member.number) for member in found for hit in member.index.line_hits(member.matches)]
        roots = [member.index.root for member in workspace.members]
        self.hit_format.write("", [*located(hits, roots, caller().directory)])
        return HITS if hits else NO_HITS

    def _write_lines(self, workspace: Workspace, found: Iterator[MemberMatches]) -> int:
        from codesearch.render.paths import display_path

        match_format = self._match_format()
        code = NO_HITS
        for member in found:
            path = display_path(member.index.root / member.matches.file.path, caller().directory)
            match_format.write(path, member.matches)
            code = HITS
        return code

    def _match_format(self) -> MatchFormat:
        from codesearch.render.matches import Counts, HeadedLines, LineOptions, MatchingPaths, PlainLines

        stream, null = self.output.stream, self.output.null
        options = LineOptions(self.output.context or 0, self.max_columns)
        if self.counts:
            return Counts(stream, null)
        if self.flags.get("--files-with-matches"):
            return MatchingPaths(stream, null)
        colors = has_color(self.color)
        if not null and (colors or stream.isatty()):
            return HeadedLines(console(colors=colors), self.pattern, options)
        return PlainLines(stream, options, null)


def _limited(found: Iterator[MemberMatches], limit: int | None) -> Iterator[MemberMatches]:
    """The first files, with at most `limit` lines in all."""
    for member in found:
        lines = member.matches.lines if limit is None else list(islice(member.matches.lines, limit))
        if limit is not None:
            limit -= len(lines)
        yield replace(member, matches=replace(member.matches, lines=lines))
        if limit == 0:
            return
