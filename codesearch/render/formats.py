"""Output formats for hits. Each is a class that implements the protocol HitFormat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple, Protocol, TextIO

from codesearch.render.budget import tokens, within
from codesearch.render.excerpt import Excerpt, around, brief, whole
from codesearch.render.lines import GROUP_SEPARATOR, best_line_of, excerpt_lines, quickfix_line, signal_lines
from codesearch.render.records import Record, hit_record, json_document, json_line

if TYPE_CHECKING:
    from rich.console import Console

    from codesearch.render.paths import LocatedHit
    from codesearch.render.template import Template


class Output(NamedTuple):
    """Where hits are written, and how much of each."""

    stream: TextIO
    null: bool = False
    """Whether to write a NUL byte after each path or formatted hit."""
    context: int | None = None
    """Number of lines to show around the best line; None for an excerpt of the hit."""
    full: bool = False
    """Whether to show all lines of a hit."""
    explain: bool = False
    max_tokens: int | None = None
    """Tokens that may be written for a question, as counted by codesearch.render.budget; None is no limit."""
    max_columns: int = 0
    """Longer lines, in bytes, are left out; 0 for no limit."""

    def write_lines(self, lines: Iterable[str], end: str = "\n") -> None:
        """Write lines, each followed by `end`."""
        self.stream.writelines(line + end for line in lines)

    def excerpt(self, located: LocatedHit) -> Excerpt:
        """The lines of a hit to show."""
        if self.full:
            excerpt = whole(located.hit)
        elif self.context is None:
            excerpt = brief(located.hit)
        else:
            excerpt = around(located.hit, self.context, _file_lines(located))
        return excerpt.limited(self.max_columns, located.hit)

    def records(self, hits: Iterable[LocatedHit]) -> Iterator[Record]:
        """The hits as JSON records."""
        return (hit_record(located.hit, located.path, located.copies, explained=self.explain) for located in hits)


COMPACT_TOKENS = 850
"""For all hits, unless told otherwise: eight hits with their signatures and best lines."""


class HitFormat(Protocol):
    """A format of hits."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        """Write the hits of one question, best first. Raises OSError."""
        ...


class _Format:
    """A format that needs nothing but the output."""

    def __init__(self, output: Output) -> None:
        self.output = output


class JsonArray(_Format):
    """`--json`: an array of all hits."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        self.output.write_lines([json_document(self.output.records(hits))])


class JsonLines(_Format):
    """`--jsonl`: an object per hit."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        self.output.write_lines(map(json_line, self.output.records(hits)))


class JsonBatch(_Format):
    """`--batch`: an object per question, flushed immediately."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        self.output.write_lines([json_line({"query": question, "hits": list(self.output.records(hits))})])
        self.output.stream.flush()


class QuickFix(_Format):
    """`--vimgrep`: `path:line:column:text` of each hit's best line, as editors read it."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        self.output.write_lines(
            quickfix_line(located.hit, located.path, limit=self.output.max_columns) for located in hits
        )


class Compact(_Format):
    """`--compact`: a heading and a few lines per hit, for a language model."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        from codesearch.render.compact import compact

        if hits:
            budget = self.output.max_tokens or COMPACT_TOKENS
            text = compact((), hits, budget)
            has_room_for_newline = tokens(text + "\n") <= budget
            self.output.write_lines([text if has_room_for_newline else compact((), hits, budget - 1)])


class Paths(_Format):
    """`--files-with-matches`: the path of each file that has a hit."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        paths = dict.fromkeys(located.path for located in hits)
        self.output.write_lines(paths, "\0" if self.output.null else "\n")


class Templated(_Format):
    """`--format`: a template given by the user, filled in for each hit."""

    def __init__(self, output: Output, template: Template) -> None:
        super().__init__(output)
        self.template = template

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        lines = (self.template.line(located.hit, located.path, rank) for rank, located in enumerate(hits, 1))
        self.output.write_lines(lines, "\0" if self.output.null else "\n")


class Matches(_Format):
    """`path:line:text`, as grep prints matches: the best line of each hit, or all lines shown."""

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        output = self.output
        is_long = output.full or output.context is not None
        for i, located in enumerate(hits):
            if is_long:
                output.write_lines([GROUP_SEPARATOR] if i else [])
                excerpt = output.excerpt(located)
                output.write_lines(excerpt_lines(located.hit, excerpt, located.path, null=output.null))
            else:
                output.write_lines(
                    [best_line_of(located.hit, located.path, null=output.null, limit=output.max_columns)]
                )
            output.write_lines(signal_lines(located.hit))


class Headed(_Format):
    """A heading and highlighted lines per hit, for a terminal."""

    def __init__(self, output: Output, console: Console, links: bool) -> None:
        super().__init__(output)
        self.console = console
        self.links = links

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        from codesearch.render.terminal import TerminalView

        view = TerminalView(self.console, links=self.links)
        for located in hits:
            view.show(located, self.output.excerpt(located))


class ByPath:
    """A format, with the hits in the order of indexes, paths and lines."""

    def __init__(self, inner: HitFormat) -> None:
        self.inner = inner

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        def place(one: LocatedHit) -> tuple[int, list[str], int]:
            return one.hit.index, one.hit.path.split("/"), one.hit.start_line

        self.inner.write(question, sorted(hits, key=place))


class Limited(_Format):
    """A format, for as many of the best hits as fit into the output's tokens."""

    def __init__(self, output: Output, make: Callable[[Output], HitFormat]) -> None:
        super().__init__(output)
        self.make = make

    def write(self, question: str, hits: Sequence[LocatedHit]) -> None:
        """Raises CodesearchError if not even one hit fits."""
        if self.output.max_tokens is None:
            self.make(self.output).write(question, hits)
            return
        text = within(len(hits), lambda count: self._text(question, hits[:count]), self.output.max_tokens, "a hit")
        self.output.stream.write(text)
        self.output.stream.flush()

    def _text(self, question: str, hits: Sequence[LocatedHit]) -> str:
        text = StringIO()
        self.make(self.output._replace(stream=text)).write(question, hits)
        return text.getvalue()


def _file_lines(located: LocatedHit) -> Sequence[str]:
    """Lines of a hit's file as it is now; those of the hit alone if it can't be read."""
    from codesearch.search.snippets import source_lines

    hit, lines = located.hit, source_lines(located.absolute)
    if lines and not lines[-1]:
        lines = lines[:-1]  # what follows the last line break is no line
    return lines or [*[""] * (hit.start_line - 1), *hit.snippet.split("\n")]
