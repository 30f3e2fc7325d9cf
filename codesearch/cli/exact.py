"""Options of exact search."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.caller import caller
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.exact.request import PatternRequest


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


@dataclass(frozen=True, slots=True)
class PatternOptions:
    """What lines have to match."""

    expressions: Expressions = field(default_factory=list)
    is_literal: FixedStrings = False
    whole_words: WordRegexp = False
    ignores_case: IgnoreCase = False
    smart_case: SmartCase = False

    def request(self) -> PatternRequest | None:
        """What the options ask for, if anything. Raises CodesearchError."""
        modifiers = {"-F": self.is_literal, "-w": self.whole_words, "-i": self.ignores_case, "-S": self.smart_case}
        if not self.expressions:
            if given := [name for name, is_given in modifiers.items() if is_given]:
                raise CodesearchError(
                    f"{given[0]} needs a pattern", f"for example: codesearch query {given[0]} -e TEXT"
                )
            return None
        from codesearch.exact.request import Case, PatternRequest

        case = Case.IGNORED if self.ignores_case else Case.SMART if self.smart_case else Case.SENSITIVE
        return PatternRequest(tuple(self.expressions), case, self.is_literal, self.whole_words)

    def pattern(self) -> Pattern | None:
        """The pattern that the options give, if any. Raises CodesearchError."""
        if not (asked := self.request()):
            return None
        from codesearch.exact.compiling import compiled

        return compiled(asked)


def is_path(argument: str) -> bool:
    """Whether the first argument of a query with -e is a path, and not a question: it exists, or looks like a path."""
    return os.path.exists(caller().directory / argument) or ("/" in argument and " " not in argument)  # noqa: PTH110
