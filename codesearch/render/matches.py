"""Matching lines in ripgrep's formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from codesearch.render.lines import GROUP_SEPARATOR, limited
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from rich.console import Console

    from codesearch.exact.pattern import Pattern
    from codesearch.render.formats import Output
    from codesearch.search.grep import FileMatches

_NUL = "\0"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line to show: one that matches, or one around it."""

    number: int
    text: str
    is_match: bool
    begins_group: bool = False
    """Whether it is the first of a run of lines with their context."""


class MatchFormat(Protocol):
    """A format of the matching lines of files."""

    def write(self, path: str, matches: FileMatches) -> None:
        """Write the lines of one file. Raises OSError."""
        ...


@dataclass(slots=True)
class PlainLines:
    """`path:line:text`, and `path-line-text` for lines of context."""

    output: Output
    _has_written: bool = False

    def write(self, path: str, matches: FileMatches) -> None:
        stream, null = self.output.stream, self.output.null
        for line in shown_lines(matches, self.output):
            if line.begins_group and self._has_written:
                stream.write(GROUP_SEPARATOR + "\n")
            self._has_written = True
            sign = ":" if line.is_match else "-"
            stream.write(f"{path}{_NUL if null else sign}{line.number}{sign}{printable(line.text)}\n")


@dataclass(frozen=True, slots=True)
class Counts:
    """`path:count` of the lines that match."""

    output: Output

    def write(self, path: str, matches: FileMatches) -> None:
        self.output.stream.write(f"{path}{_NUL if self.output.null else ':'}{len(matches.lines)}\n")


@dataclass(frozen=True, slots=True)
class MatchingPaths:
    """The paths alone."""

    output: Output

    def write(self, path: str, matches: FileMatches) -> None:
        self.output.stream.write(path + (_NUL if self.output.null else "\n"))


@dataclass(slots=True)
class HeadedLines:
    """For a terminal: the path above the lines of each file, and what matches highlighted."""

    output: Output
    console: Console
    pattern: Pattern
    _has_written: bool = False

    def write(self, path: str, matches: FileMatches) -> None:
        from rich.text import Text

        if self._has_written:
            self._print(Text(""))
        self._has_written = True
        self._print(Text(printable(path), "magenta"))
        for i, line in enumerate(shown_lines(matches, self.output)):
            if line.begins_group and i:
                self._print(Text(GROUP_SEPARATOR, "dim"))
            text = Text(printable(line.text))
            for span in self.pattern.spans(line.text) if line.is_match else ():
                text.stylize("bold red", span.begin, span.end)
            self._print(Text.assemble((str(line.number), "green"), ":" if line.is_match else "-", text))

    def _print(self, line: object) -> None:
        self.console.print(line, soft_wrap=True, end="\n")


def shown_lines(matches: FileMatches, output: Output) -> Iterator[ShownLine]:
    """The matching lines of a file and those around them, in order."""
    if not output.context:
        for line in matches.lines:
            yield ShownLine(line.number, limited(matches.text_of(line), output.max_columns), is_match=True)
        return
    lines = matches.text.decode().removesuffix("\n").split("\n")
    matching = {line.number for line in matches.lines}
    previous = 0
    for number in _with_context(sorted(matching), output.context, len(lines)):
        is_match = number in matching
        text = limited(lines[number - 1], output.max_columns, is_match=is_match)
        yield ShownLine(number, text, is_match, begins_group=number > previous + 1 or not previous)
        previous = number


def _with_context(numbers: Sequence[int], context: int, last: int) -> Iterable[int]:
    """The numbers and those within `context` of them, in order, from 1 to `last`."""
    shown = 0
    for number in numbers:
        for near in range(max(shown + 1, number - context), min(last, number + context) + 1):
            yield near
            shown = near
