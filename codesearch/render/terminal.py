"""Hits at a terminal: a linked heading and highlighted lines, truncated to the width of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text

from codesearch.render.excerpt import best_line
from codesearch.render.lexers import lexer_name
from codesearch.render.lines import neighbour_text, signal_lines
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from pathlib import Path

    from codesearch.render.excerpt import Excerpt
    from codesearch.render.paths import LocatedHit
    from codesearch.search.hit import Hit

_THEME = "ansi_dark"
"""Uses the terminal's sixteen colours, which suit its background."""
_TAB = 4
_ELLIPSIS = "⋮"
_LONGEST_LINE = 1000
"""Characters of a line that are highlighted; no terminal is wider."""


class TerminalView:
    """Prints hits one after another; plain text if `links` is false and the console has no colours."""

    def __init__(self, console: Console, *, links: bool) -> None:
        self._console = console
        self._links = links
        self._is_first = True

    def show(self, located: LocatedHit, excerpt: Excerpt) -> None:
        """Print one hit."""
        hit = located.hit
        if not self._is_first:
            self._print(Text(""))
        self._is_first = False
        self._heading(hit, located.path, located.absolute)
        for line in signal_lines(hit):
            self._print(Text(line, style="dim"))
        self._code(hit, excerpt)
        if hit.also:
            self._also(hit)
        if located.copies:
            places = (f"{printable(copy.path)}:{copy.start_line}-{copy.end_line}" for copy in located.copies)
            self._print(Text(f"same in {', '.join(places)}", style="dim"))

    def _heading(self, hit: Hit, path: str, absolute: Path) -> None:
        link = Style(link=absolute.as_uri()) if self._links else Style()
        span = f":{hit.start_line}-{hit.end_line}"
        location = Text.assemble(
            (
                _fitted(printable(path), self._console.width - len(span)),
                Style(color="magenta", bold=True) + link,
            ),
            (span, Style(color="green") + link),
        )
        about = Text.assemble(
            (hit.kind, "cyan"),
            " ",
            (printable(hit.qualified_name), "bold"),
            ("  " if hit.qualified_name else "") + hit.language,
            (f"  {hit.score:.3f}", "dim"),
            ("  changed since" if hit.is_stale else "", "yellow"),
        )
        if location.cell_len + 2 + about.cell_len <= self._console.width:
            self._print(Text.assemble(location, "  ", about))
        else:
            self._print(location)
            self._print(Text.assemble("  ", about))

    def _code(self, hit: Hit, excerpt: Excerpt) -> None:
        lines = _highlighted(excerpt, hit.language)
        gutter = max(len(str(run.stop - 1)) for run in excerpt.shown)
        best = best_line(hit)
        for i, run in enumerate(excerpt.shown):
            if i:
                self._print(Text(f"{_ELLIPSIS:>{gutter}}", style="dim"))
            for number in run:
                style = "bold yellow" if number == best and len(excerpt.lines) > 1 else "dim"
                row = Text.assemble((f"{number:>{gutter}}", style), (" │ ", "dim"), lines[number - excerpt.start_line])
                self._print(row)
        if excerpt.shown[-1].stop <= hit.end_line:
            self._print(Text(f"{_ELLIPSIS:>{gutter}}", style="dim"))

    def _also(self, hit: Hit) -> None:
        self._print(Text(f"also {', '.join(map(neighbour_text, hit.also))}", style="dim"))

    def _print(self, line: Text) -> None:
        line.truncate(self._console.width, overflow="ellipsis")
        self._console.print(line, soft_wrap=True, end="\n")


def _fitted(path: str, width: int) -> str:
    """The path, truncated at its start to fit: the file name tells more than the first folder."""
    if cell_len(path) <= width:
        return path
    end = path
    while end and cell_len(end) >= width:
        end = end[1:]
    return "…" + end


def _highlighted(excerpt: Excerpt, language: str) -> list[Text]:
    """The lines of the excerpt, highlighted; plain if the language has no lexer."""
    lines = [printable(line.expandtabs(_TAB)[:_LONGEST_LINE]).rstrip() for line in excerpt.lines]
    lexer = lexer_name(language)
    if not lexer:
        return [Text(line) for line in lines]
    syntax = Syntax("", lexer, theme=_THEME, background_color="default")
    code = "\n".join(lines)
    highlighted = syntax.highlight(code).split("\n", allow_blank=True)
    if len(highlighted) < len(lines) or any(h.plain.rstrip() != p for h, p in zip(highlighted, lines, strict=False)):
        return [Text(line) for line in lines]
    return list(highlighted)
