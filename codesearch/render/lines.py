"""Hits in grep's format, for pipes and for editors that jump to `path:line`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.render.excerpt import best_line, best_text, limited
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.render.excerpt import Excerpt
    from codesearch.search.hit import Hit, Neighbour

GROUP_SEPARATOR = "--"
_NUL = "\0"


def best_line_of(hit: Hit, path: str, *, null: bool = False, limit: int = 0) -> str:
    """`path:line:text` of the best line; with `null`, a NUL byte instead of the colon after the path."""
    return f"{path}{_NUL if null else ':'}{best_line(hit)}:{printable(limited(best_text(hit), limit))}"


def quickfix_line(hit: Hit, path: str, *, limit: int = 0) -> str:
    """`path:line:column:text` of the best line; the column, in bytes from 1, is that of its first sign."""
    text = best_text(hit)
    blank = text[: len(text) - len(text.lstrip())]
    return f"{path}:{best_line(hit)}:{len(blank.encode()) + 1}:{printable(limited(text, limit))}"


def excerpt_lines(hit: Hit, excerpt: Excerpt, path: str, *, null: bool = False) -> Iterator[str]:
    """The lines of an excerpt: `path:line:text` inside the hit, `path-line-text` around it."""
    for run in excerpt.shown:
        for number in run:
            sign = ":" if hit.start_line <= number <= hit.end_line else "-"
            yield f"{path}{_NUL if null else sign}{number}{sign}{printable(excerpt.text(number))}"


def neighbour_text(neighbour: Neighbour) -> str:
    """`first-last name` of a further chunk; blocks have no name."""
    return f"{neighbour.start_line}-{neighbour.end_line} {printable(neighbour.qualified_name)}".rstrip()


def signal_lines(hit: Hit) -> Iterator[str]:
    """The contributions of signals to the score, largest first."""
    for signal in sorted(hit.signals, key=lambda s: -abs(s.contribution)):
        reason = f"  {printable(signal.reason)}" if signal.reason else ""
        yield f"    {signal.contribution:+.3f}  {signal.name} {signal.value:.3g}{reason}"
