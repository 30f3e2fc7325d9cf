"""The formats in which hits are written. A new one is a class with the protocol HitFormat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TextIO

from codesearch.render.excerpt import Excerpt, around, brief, whole
from codesearch.render.lines import GROUP_SEPARATOR, best_line_of, excerpt_lines, signal_lines
from codesearch.render.records import Record, hit_record, json_document, json_line

if TYPE_CHECKING:
    from rich.console import Console

    from codesearch.render.paths import Placed
    from codesearch.render.template import Template


@dataclass(frozen=True, slots=True)
class Output:
    """Where hits are written, and how much of them."""

    stream: TextIO
    null: bool = False
    """Whether a NUL byte follows each path, or each line that stands for a hit."""
    context: int | None = None
    """Lines of the file around the best line; None for the lines of the hit that answer best."""
    full: bool = False
    """Whether all lines of a hit are shown."""
    explain: bool = False

    def write_lines(self, lines: Iterable[str], end: str = "\n") -> None:
        """Write lines, each with its end."""
        self.stream.writelines(line + end for line in lines)

    def excerpt(self, placed: Placed) -> Excerpt:
        """The lines of a hit that are shown."""
        if self.full:
            return whole(placed.hit)
        if self.context is None:
            return brief(placed.hit)
        return around(placed.hit, self.context, _file_lines(placed))

    def records(self, hits: Iterable[Placed]) -> Iterator[Record]:
        """The hits as JSON records."""
        return (hit_record(placed.hit, placed.path, placed.copies, explained=self.explain) for placed in hits)


class HitFormat(Protocol):
    """A format of hits."""

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        """Write the hits of one question, best first. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class JsonArray:
    """`--json`: an array of all hits."""

    output: Output

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        self.output.write_lines([json_document(self.output.records(hits))])


@dataclass(frozen=True, slots=True)
class JsonLines:
    """`--jsonl`: an object per hit."""

    output: Output

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        self.output.write_lines(map(json_line, self.output.records(hits)))


@dataclass(frozen=True, slots=True)
class JsonBatch:
    """`--batch`: an object per question, written at once."""

    output: Output

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        self.output.write_lines([json_line({"query": question, "hits": list(self.output.records(hits))})])
        self.output.stream.flush()


@dataclass(frozen=True, slots=True)
class Paths:
    """`--files-with-matches`: the path of each file that has a hit."""

    output: Output

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        paths = dict.fromkeys(placed.path for placed in hits)
        self.output.write_lines(paths, "\0" if self.output.null else "\n")


@dataclass(frozen=True, slots=True)
class Templated:
    """`--format`: a text of the user's per hit."""

    output: Output
    template: Template

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        lines = (self.template.line(placed.hit, placed.path, rank) for rank, placed in enumerate(hits, 1))
        self.output.write_lines(lines, "\0" if self.output.null else "\n")


@dataclass(frozen=True, slots=True)
class Matches:
    """`path:line:text`, as grep prints matches: the best line of each hit, or all lines shown."""

    output: Output

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        output = self.output
        is_long = output.full or output.context is not None
        for i, placed in enumerate(hits):
            if is_long:
                output.write_lines([GROUP_SEPARATOR] if i else [])
                output.write_lines(excerpt_lines(placed.hit, output.excerpt(placed), placed.path, null=output.null))
            else:
                output.write_lines([best_line_of(placed.hit, placed.path, null=output.null)])
            output.write_lines(signal_lines(placed.hit))


@dataclass(frozen=True, slots=True)
class Headed:
    """A heading and highlighted lines per hit, for a terminal."""

    output: Output
    console: Console
    links: bool

    def write(self, question: str, hits: Sequence[Placed]) -> None:
        from codesearch.render.terminal import TerminalView

        view = TerminalView(self.console, links=self.links)
        for placed in hits:
            view.show(placed, self.output.excerpt(placed))


def _file_lines(placed: Placed) -> Sequence[str]:
    """Lines of a hit's file as it is now; those of the hit alone if it can't be read."""
    from codesearch.search.snippets import source_lines

    hit = placed.hit
    return source_lines(placed.absolute) or [*[""] * (hit.start_line - 1), *hit.snippet.split("\n")]
