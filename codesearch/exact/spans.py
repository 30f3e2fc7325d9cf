"""Where in a line a pattern matches, again and again, as ripgrep counts matches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from codesearch.exact.translate import spelled

_MARKS = 2
"""Bytes that are added to each character of a line that is spelled out."""
_CONTINUES = 0b10
"""The first bits of the bytes of a character in UTF-8 behind its first."""


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a line."""

    begin: int
    end: int


def spans(regex: Any, line: bytes) -> Iterator[Span]:
    """What the first group of an expression matches in a line in UTF-8, in bytes."""

    def after(at: int) -> int:
        at += 1
        while at < len(line) and line[at] >> 6 == _CONTINUES:
            at += 1
        return at

    return _repeated(lambda at: regex.search(line, at), after, len(line))


def spelled_spans(regex: Any, line: str) -> Iterator[Span]:
    """The same for an expression from translate_spelled(), in bytes of the line itself."""
    units = [spelled(character).encode("utf-8", "replace") for character in line]
    text = b"".join(units)
    starts = [0, *accumulate(map(len, units))]

    def original(at: int) -> int:
        return at - _MARKS * bisect_left(starts, at)

    def after(at: int) -> int:
        following = bisect_left(starts, at) + 1
        return starts[following] if following < len(starts) else len(text) + 1

    for span in _repeated(lambda at: regex.match(text, at), after, len(text)):
        yield Span(original(span.begin), original(span.end))


def in_characters(found: Iterator[Span], line: bytes) -> Iterator[Span]:
    """Spans in bytes as spans in characters."""
    done = characters = 0
    for span in found:
        characters += len(line[done : span.begin].decode("utf-8", "replace"))
        begin, done = characters, span.begin
        characters += len(line[done : span.end].decode("utf-8", "replace"))
        done = span.end
        yield Span(begin, characters)


def _repeated(find: Callable[[int], Any], after: Callable[[int], int], length: int) -> Iterator[Span]:
    """All matches, each behind the one before; an empty one not right behind another."""
    at, last = 0, -1
    while at <= length and (found := find(at)):
        begin, end = found.span(1)
        is_empty = begin == end
        at = after(end) if is_empty else end
        if not (is_empty and end == last):
            yield Span(begin, end)
        last = end
