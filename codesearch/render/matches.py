"""Matching lines in ripgrep's formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

from codesearch.render.lines import GROUP_SEPARATOR
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from rich.console import Console

    from codesearch.exact.grep import FileMatches
    from codesearch.exact.pattern import Pattern

_NUL = "\0"
_OMITTED = "[Omitted long matching line]"
_OMITTED_CONTEXT = "[Omitted long context line]"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line to show: one that matches, or one around it."""

    number: int
    text: str
    is_match: bool
    begins_group: bool = False
    """Whether lines of the file are left out before it."""


@dataclass(frozen=True, slots=True)
class LineOptions:
    """How much of matching lines to show."""

    context: int = 0
    """Lines before and after each."""
    max_columns: int = 0
    """Longer lines, in bytes, are left out; 0 for no limit."""


class MatchFormat(Protocol):
    """A format of the matching lines of files."""

    def write(self, path: str, matches: FileMatches) -> None:
        """Write the lines of one file. Raises OSError."""
        ...


@dataclass(slots=True)
class PlainLines:
    """`path:line:text`, and `path-line-text` for lines of context."""

    stream: TextIO
    options: LineOptions
    null: bool = False
    _has_written: bool = False

    def write(self, path: str, matches: FileMatches) -> None:
        for line in shown_lines(matches, self.options):
            if line.begins_group and self.options.context and self._has_written:
                self.stream.write(GROUP_SEPARATOR + "\n")
            self._has_written = True
            sign = ":" if line.is_match else "-"
            after_path = _NUL if self.null else sign
            self.stream.write(f"{path}{after_path}{line.number}{sign}{printable(line.text)}\n")


@dataclass(frozen=True, slots=True)
class Counts:
    """`path:count` of the lines that match."""

    stream: TextIO
    null: bool = False

    def write(self, path: str, matches: FileMatches) -> None:
        self.stream.write(f"{path}{_NUL if self.null else ':'}{len(matches.lines)}\n")


@dataclass(frozen=True, slots=True)
class MatchingPaths:
    """The paths alone."""

    stream: TextIO
    null: bool = False

    def write(self, path: str, matches: FileMatches) -> None:
        self.stream.write(path + ("\0" if self.null else "\n"))


@dataclass(slots=True)
class HeadedLines:
    """For a terminal: the path above the lines of each file, and what matches highlighted."""

    console: Console
    pattern: Pattern
    options: LineOptions
    _has_written: bool = False

    def write(self, path: str, matches: FileMatches) -> None:
        from rich.text import Text

        self._print(*[Text("")] if self._has_written else [], Text(printable(path), "magenta"))
        self._has_written = True
        for i, line in enumerate(shown_lines(matches, self.options)):
            if line.begins_group and i and self.options.context:
                self._print(Text(GROUP_SEPARATOR, "dim"))
            text = Text(printable(line.text))
            for span in self.pattern.spans(line.text) if line.is_match else ():
                text.stylize("bold red", span.begin, span.end)
            self._print(Text.assemble((str(line.number), "green"), ":" if line.is_match else "-", text))

    def _print(self, *lines: object) -> None:
        for line in lines:
            self.console.print(line, soft_wrap=True, end="\n")


def shown_lines(matches: FileMatches, options: LineOptions) -> Iterator[ShownLine]:
    """The matching lines of a file and those around them, in order."""
    if not options.context:
        for line in matches.lines:
            yield ShownLine(line.number, _limited(matches.text_of(line), options, _OMITTED), is_match=True)
        return
    lines = matches.text.decode().removesuffix("\n").split("\n")
    matching = {line.number for line in matches.lines}
    last = 0
    for number in _with_context(sorted(matching), options.context, len(lines)):
        omitted = _OMITTED if number in matching else _OMITTED_CONTEXT
        text = _limited(lines[number - 1], options, omitted)
        yield ShownLine(number, text, number in matching, begins_group=number != last + 1 or not last)
        last = number


def _with_context(numbers: Sequence[int], context: int, last: int) -> Iterable[int]:
    """The numbers and those within `context` of them, in order, from 1 to `last`."""
    shown = 0
    for number in numbers:
        for near in range(max(shown + 1, number - context), min(last, number + context) + 1):
            yield near
            shown = near


def _limited(text: str, options: LineOptions, instead: str) -> str:
    return instead if options.max_columns and len(text.encode("utf-8", "replace")) > options.max_columns else text
