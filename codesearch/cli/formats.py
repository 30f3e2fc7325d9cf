"""Which of the output formats `query` writes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from codesearch.cli.output import Color, console, has_color
from codesearch.render.excerpt import Excerpt, around, brief, whole
from codesearch.render.records import Record, hit_record, json_document, json_line

if TYPE_CHECKING:
    from codesearch.render.paths import LocatedHit

Writer = Callable[[str, "Sequence[LocatedHit]"], None]
"""Prints the hits of a question."""


@dataclass(frozen=True, slots=True)
class Format:
    """The options of `query` that say how hits are printed."""

    as_json: bool
    as_jsonl: bool
    files_only: bool
    template: str | None
    batch: bool
    null: bool
    context: int | None
    full: bool
    explain: bool
    color: Color

    def writer(self) -> Writer:
        """What prints the hits.

        Raises typer.BadParameter for options that cannot be used together, CodesearchError for an invalid template.
        """
        self._check()
        if self.batch:
            return self._batch
        if self.as_json:
            return lambda _, hits: print(json_document(self._records(hits)))
        if self.as_jsonl:
            return lambda _, hits: print(*map(json_line, self._records(hits)), sep="\n") if hits else None
        if self.files_only:
            return lambda _, hits: self._lines(dict.fromkeys(placed.path for placed in hits))
        if self.template is not None:
            return self._templated(self.template)
        colors = has_color(self.color)
        return self._terminal(colors) if colors or sys.stdout.isatty() else self._grep

    def _check(self) -> None:
        chosen = [
            name
            for name, is_chosen in (
                ("--json", self.as_json),
                ("--jsonl", self.as_jsonl and not self.batch),
                ("--files-with-matches", self.files_only),
                ("--format", self.template is not None),
                ("--batch", self.batch),
            )
            if is_chosen
        ]
        if len(chosen) > 1:
            raise typer.BadParameter(f"{chosen[0]} and {chosen[1]} cannot be used together")
        if self.null and (self.as_json or self.as_jsonl or self.batch):
            raise typer.BadParameter("--null cannot be used with JSON output")
        if self.full and self.context is not None:
            raise typer.BadParameter("--full and --context cannot be used together")

    def _records(self, hits: Sequence[LocatedHit]) -> Iterator[Record]:
        return (hit_record(placed.hit, placed.path, placed.copies, explained=self.explain) for placed in hits)

    def _batch(self, question: str, hits: Sequence[LocatedHit]) -> None:
        print(json_line({"query": question, "hits": list(self._records(hits))}), flush=True)

    def _templated(self, text: str) -> Writer:
        from codesearch.render.template import Template

        template = Template(text)
        return lambda _, hits: self._lines(template.line(p.hit, p.path, i) for i, p in enumerate(hits, 1))

    def _grep(self, _: str, hits: Sequence[LocatedHit]) -> None:
        from codesearch.render.lines import GROUP_SEPARATOR, best_line_of, excerpt_lines, signal_lines

        is_long = self.full or self.context is not None
        for i, placed in enumerate(hits):
            if is_long and i:
                print(GROUP_SEPARATOR)
            excerpt = self._excerpt(placed)
            if is_long:
                print(*excerpt_lines(placed.hit, excerpt, placed.path, null=self.null), sep="\n")
            else:
                print(best_line_of(placed.hit, placed.path, null=self.null))
            for line in signal_lines(placed.hit):
                print(line)

    def _terminal(self, colors: bool) -> Writer:
        from codesearch.render.terminal import TerminalView

        view = TerminalView(console(colors=colors), links=colors)

        def show(_: str, hits: Sequence[LocatedHit]) -> None:
            for placed in hits:
                view.show(placed, self._excerpt(placed))

        return show

    def _excerpt(self, placed: LocatedHit) -> Excerpt:
        if self.full:
            return whole(placed.hit)
        if self.context is None:
            return brief(placed.hit)
        return around(placed.hit, self.context, _file_lines(placed))

    def _lines(self, lines: Iterator[str] | dict[str, None]) -> None:
        for line in lines:
            print(line, end="\0" if self.null else "\n")


def _file_lines(placed: LocatedHit) -> Sequence[str]:
    """Lines of a hit's file as it stands; those of the hit alone where it can't be read."""
    from codesearch.search.snippets import source_lines

    hit = placed.hit
    return source_lines(placed.absolute) or [*[""] * (hit.start_line - 1), *hit.snippet.split("\n")]
