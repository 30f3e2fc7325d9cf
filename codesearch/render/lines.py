"""Hits in grep's format, for pipes and for editors that jump to `path:line`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.render.excerpt import best_line, best_text
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.render.excerpt import Excerpt
    from codesearch.search.hit import Hit

GROUP_SEPARATOR = "--"
OMITTED = "[Omitted long matching line]"
OMITTED_CONTEXT = "[Omitted long context line]"
_NUL = "\0"


def limited(text: str, limit: int, *, is_match: bool = True) -> str:
    """A line, or what ripgrep prints instead if it has more than `limit` bytes; 0 for no limit."""
    if not limit or len(text.encode("utf-8", "replace")) <= limit:
        return text
    return OMITTED if is_match else OMITTED_CONTEXT


def best_line_of(hit: Hit, path: str, *, null: bool = False, limit: int = 0) -> str:
    """`path:line:text` of the best line; with `null`, a NUL byte instead of the colon after the path."""
    return f"{path}{_NUL if null else ':'}{best_line(hit)}:{printable(limited(best_text(hit), limit))}"


def quickfix_line(hit: Hit, path: str) -> str:
    """`path:line:column:text` of the best line; the column, from 1, is that of its first sign that is not blank."""
    text = best_text(hit)
    column = len(text) - len(text.lstrip()) + 1
    return f"{path}:{best_line(hit)}:{column}:{printable(text)}"


def excerpt_lines(hit: Hit, excerpt: Excerpt, path: str, *, null: bool = False, limit: int = 0) -> Iterator[str]:
    """The lines of an excerpt: `path:line:text` inside the hit, `path-line-text` around it."""
    for run in excerpt.shown:
        for number in run:
            sign = ":" if hit.start_line <= number <= hit.end_line else "-"
            text = limited(excerpt.text(number), limit, is_match=sign == ":")
            yield f"{path}{_NUL if null else sign}{number}{sign}{printable(text)}"


def signal_lines(hit: Hit) -> Iterator[str]:
    """The contributions of signals to the score, largest first."""
    for signal in sorted(hit.signals, key=lambda s: -abs(s.contribution)):
        reason = f"  {printable(signal.reason)}" if signal.reason else ""
        yield f"    {signal.contribution:+.3f}  {signal.name} {signal.value:.3g}{reason}"
