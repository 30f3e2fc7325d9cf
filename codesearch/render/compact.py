"""Hits for a language model: a heading and a few numbered lines each, in as few tokens as are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codesearch.render.budget import clipped, tokens
from codesearch.render.excerpt import best_line, brief
from codesearch.render.lines import neighbour_text
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.render.paths import LocatedHit
    from codesearch.search.hit import Hit

_LINES = (12, 8, 5, 3, 1, 0)
"""Lines of each hit: the first of these with which all hits fit."""
_MAX_LINE_LENGTH = 200
"""Characters of a line that are shown."""
_MAX_COPIES = 2


def compact(head: Sequence[str], hits: Sequence[LocatedHit], max_tokens: int) -> str:
    """The head's lines and the hits, best first, in at most `max_tokens` as counted by codesearch.render.budget.

    Hits get fewer lines the less room there is; hits for whose headings there is none are counted.
    """
    for most in _LINES:
        text = "\n".join([*head, *(line for located in hits for line in _block(located, most))])
        if tokens(text) <= max_tokens:
            return text
    headings = [_heading(located) for located in hits]
    shown = next((n for n in reversed(range(len(hits))) if tokens(_listing(head, headings, n)) <= max_tokens), 0)
    return clipped(_listing(head, headings, shown), max_tokens)


def _listing(head: Sequence[str], headings: Sequence[str], shown: int) -> str:
    return "\n".join([*head, *headings[:shown], f"… {len(headings) - shown} more, narrow with paths"])


def _block(located: LocatedHit, most: int) -> list[str]:
    excerpt = brief(located.hit)
    lines = [f"{number} {shortened(excerpt.text(number))}" for number in _numbers(located.hit, most)]
    return [_heading(located), *lines, *(_further(located) if most else ())]


def _heading(located: LocatedHit) -> str:
    hit = located.hit
    words = [f"{printable(located.path)}:{hit.start_line}-{hit.end_line}", hit.kind, printable(hit.qualified_name)]
    if hit.is_stale:
        words.append("(changed since it was indexed)")
    return " ".join(word for word in words if word)


def _numbers(hit: Hit, most: int) -> list[int]:
    """The lines to show: the best, that of the signature, and those nearest to the best, without blank ones."""
    excerpt = brief(hit)
    numbers = [number for run in excerpt.shown for number in run if excerpt.text(number).strip()]
    best, head = best_line(hit), numbers[:1]
    numbers.sort(key=lambda number: (number != best, number not in head, abs(number - best)))
    return sorted(numbers[:most])


def _further(located: LocatedHit) -> list[str]:
    """Other good places in the same file, and copies of the text elsewhere."""
    also = [neighbour_text(other) for other in located.hit.also]
    same = [f"{printable(copy.path)}:{copy.start_line}-{copy.end_line}" for copy in located.copies]
    if len(same) > _MAX_COPIES:
        same[_MAX_COPIES:] = [f"{len(same) - _MAX_COPIES} more"]
    return [f"{name} {', '.join(places)}" for name, places in (("also", also), ("same in", same)) if places]


def shortened(line: str) -> str:
    """A line, printable and of at most _MAX_LINE_LENGTH characters."""
    line = printable(line.rstrip())
    return line if len(line) <= _MAX_LINE_LENGTH else line[: _MAX_LINE_LENGTH - 1] + "…"
