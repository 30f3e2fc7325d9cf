"""The lines of a hit to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from codesearch.search.hit import signature_line

if TYPE_CHECKING:
    from codesearch.search.hit import Hit

WHOLE_LINES = 12
"""Chunks of up to this many lines are shown whole."""
WINDOW_LINES = 8
"""Lines shown around the best line of a longer chunk."""
_LINES_ABOVE_BEST = 2
OMITTED = "[Omitted long matching line]"
OMITTED_CONTEXT = "[Omitted long context line]"


class Excerpt(NamedTuple):
    """Lines of a file, and the ranges of them to show; the others only give the highlighter context. 1-based."""

    start_line: int
    lines: Sequence[str]
    shown: tuple[range, ...]

    def text(self, number: int) -> str:
        """One line of the file."""
        return self.lines[number - self.start_line]

    def limited(self, limit: int, hit: Hit) -> Excerpt:
        """With what ripgrep prints instead of lines of more than `limit` bytes; 0 for no limit."""
        if not limit:
            return self
        own = range(hit.start_line, hit.end_line + 1)
        numbered = enumerate(self.lines, self.start_line)
        return self._replace(lines=[limited(line, limit, is_match=number in own) for number, line in numbered])


def limited(text: str, limit: int, *, is_match: bool = True) -> str:
    """A line, or what ripgrep prints instead if it has more than `limit` bytes; 0 for no limit."""
    return (OMITTED if is_match else OMITTED_CONTEXT) if is_too_long(text, limit) else text


def is_too_long(text: str, limit: int) -> bool:
    """Whether a line has more than `limit` bytes; 0 for no limit."""
    return limit > 0 and len(text.encode("utf-8", "replace")) > limit


def best_line(hit: Hit) -> int:
    """The number of the hit's best line, or of its first non-blank line if that is blank or outside the hit."""
    lines = hit.snippet.split("\n")
    at = hit.best_line - hit.start_line
    if 0 <= at < len(lines) and lines[at].strip():
        return hit.best_line
    return hit.start_line + next((i for i, line in enumerate(lines) if line.strip()), 0)


def best_text(hit: Hit) -> str:
    """The text of the hit's best line."""
    return hit.snippet.split("\n")[best_line(hit) - hit.start_line]


def brief(hit: Hit) -> Excerpt:
    """All of a short hit; of a longer one, the line of its signature and those around its best line."""
    lines = hit.snippet.rstrip().split("\n")
    return Excerpt(hit.start_line, lines, _brief(hit, hit.start_line + len(lines)))


def whole(hit: Hit) -> Excerpt:
    """All lines of the hit."""
    lines = hit.snippet.split("\n")
    return Excerpt(hit.start_line, lines, (range(hit.start_line, hit.start_line + len(lines)),))


def around(hit: Hit, context: int, file_lines: Sequence[str]) -> Excerpt:
    """`context` lines of the file before and after the hit's best line."""
    best = best_line(hit)
    first, last = max(1, best - context), min(len(file_lines), best + context)
    start = min(first, hit.start_line)
    end = max(last, hit.end_line)
    return Excerpt(start, file_lines[start - 1 : end], (range(first, last + 1),))


def _brief(hit: Hit, end: int) -> tuple[range, ...]:
    if end - hit.start_line <= WHOLE_LINES:
        return (range(hit.start_line, end),)
    first = max(hit.start_line, min(best_line(hit) - _LINES_ABOVE_BEST, end - WINDOW_LINES))
    stop = end if end - first <= WINDOW_LINES + 1 else first + WINDOW_LINES
    head = signature_line(hit.signature, hit.snippet.split("\n"), hit.start_line)
    if head >= first:
        return (range(first, stop),)
    if first - head <= 2:  # an ellipsis would take as much room as the line itself
        return (range(head, stop),)
    return (range(head, head + 1), range(first, stop))
