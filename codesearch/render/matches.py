"""Matching lines in ripgrep's formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from codesearch.render.compact import shortened
from codesearch.render.excerpt import is_too_long, limited
from codesearch.render.lines import GROUP_SEPARATOR
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from codesearch.exact.pattern import Pattern
    from codesearch.render.formats import Output
    from codesearch.search.grep import TextMatches

_NUL = "\0"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line to show: one that matches, or one around it."""

    number: int
    text: str
    is_match: bool
    begins_group: bool = False
    """Whether it is the first of a run of lines with their context."""

    def limited(self, limit: int) -> str:
        """Its text, printable, or what ripgrep prints instead if it has more than `limit` bytes."""
        return printable(limited(self.text, limit, is_match=self.is_match))


class MatchFormat(Protocol):
    """A format of the matching lines of files."""

    def write(self, path: str, matches: TextMatches) -> None:
        """Write the lines of one file. Raises OSError."""
        ...


@dataclass(slots=True)
class PlainLines:
    """`path:line:text`, and `path-line-text` for lines of context."""

    output: Output
    _has_written: bool = False

    def write(self, path: str, matches: TextMatches) -> None:
        output = self.output
        for line in shown_lines(matches, output.context):
            if line.begins_group and self._has_written:
                output.write_lines([GROUP_SEPARATOR])
            self._has_written = True
            sign = ":" if line.is_match else "-"
            output.write_lines(
                f"{path}{_NUL if output.null else sign}{line.number}{sign}{text}" for text in self._texts(line)
            )

    def _texts(self, line: ShownLine) -> Iterable[str]:
        """What is printed behind the number of a line, once for each time that the line is printed."""
        return (line.limited(self.output.max_columns),)


@dataclass(slots=True)
class QuickFixLines(PlainLines):
    """`--vimgrep`: `path:line:column:text` for each match, as editors read it."""

    pattern: Pattern = field(kw_only=True)

    def _texts(self, line: ShownLine) -> Iterable[str]:
        limit = self.output.max_columns
        if not line.is_match:
            return (line.limited(limit),)
        columns = self.pattern.columns(line.text)
        omitted = f"[Omitted long line with {len(columns)} matches]"
        text = omitted if is_too_long(line.text, limit) else printable(line.text)
        return (f"{column}:{text}" for column in columns)


@dataclass(frozen=True, slots=True)
class CompactLines:
    """`--compact`: the path above the lines of each file, for a language model."""

    output: Output

    def write(self, path: str, matches: TextMatches) -> None:
        lines = (f"{line.number} {shortened(matches.text_of(line))}" for line in matches.lines)
        self.output.write_lines([printable(path), *lines])


@dataclass(frozen=True, slots=True)
class Counts:
    """`path:count` of the lines that match."""

    output: Output

    def write(self, path: str, matches: TextMatches) -> None:
        self.output.stream.write(f"{path}{_NUL if self.output.null else ':'}{len(matches.lines)}\n")


@dataclass(frozen=True, slots=True)
class MatchingPaths:
    """The paths alone."""

    output: Output

    def write(self, path: str, matches: TextMatches) -> None:
        self.output.stream.write(path + (_NUL if self.output.null else "\n"))


@dataclass(slots=True)
class HeadedLines:
    """For a terminal: the path above the lines of each file, and what matches highlighted."""

    output: Output
    console: Console
    pattern: Pattern
    _has_written: bool = False

    def write(self, path: str, matches: TextMatches) -> None:
        from rich.text import Text

        if self._has_written:
            self._print(Text(""))
        self._has_written = True
        self._print(Text(printable(path), "magenta"))
        limit = self.output.max_columns
        for i, line in enumerate(shown_lines(matches, self.output.context)):
            if line.begins_group and i:
                self._print(Text(GROUP_SEPARATOR, "dim"))
            text = Text(line.limited(limit))
            is_highlighted = line.is_match and not is_too_long(line.text, limit)
            for span in self.pattern.spans(line.text) if is_highlighted else ():
                text.stylize("bold red", span.begin, span.end)
            self._print(Text.assemble((str(line.number), "green"), ":" if line.is_match else "-", text))

    def _print(self, line: Text) -> None:
        from rich.segment import Segments

        segments = line.render(self.console, end="\n")  # which keeps tabs
        self.console.print(Segments(segments), soft_wrap=True)


def shown_lines(matches: TextMatches, context: int | None) -> Iterator[ShownLine]:
    """The matching lines of a file and so many around them, in order."""
    if not context:
        for line in matches.lines:
            yield ShownLine(line.number, matches.text_of(line), is_match=True)
        return
    lines = matches.text.decode().removesuffix("\n").split("\n")
    matching = {line.number for line in matches.lines}
    previous = 0
    for number in _with_context(sorted(matching), context, len(lines)):
        begins_group = number > previous + 1 or not previous
        yield ShownLine(number, lines[number - 1], number in matching, begins_group)
        previous = number


def _with_context(numbers: Sequence[int], context: int, last: int) -> Iterable[int]:
    """The numbers and those within `context` of them, in order, from 1 to `last`."""
    shown = 0
    for number in numbers:
        for near in range(max(shown + 1, number - context), min(last, number + context) + 1):
            yield near
            shown = near
