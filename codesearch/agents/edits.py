"""Texts into which something is inserted, and what is inserted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from codesearch.errors import CodesearchError


class Unmergeable(CodesearchError):
    """A file can't be changed without harm to what else it holds."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """A text and the place where it is put, in the text before."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text."""

    start: int
    end: int


class Entry(Protocol):
    """What is put into a file."""

    def is_in(self, text: str) -> bool:
        """Whether a text holds it as it would be inserted now. Raises Unmergeable."""
        ...

    def insertions(self, text: str) -> Sequence[Insertion]:
        """What is to be inserted, in order of place. The text has none of it. Raises Unmergeable."""
        ...

    def without(self, text: str) -> str:
        """The text without it, of whatever version it is; the text itself if it has none. Raises Unmergeable."""
        ...


def inserted(text: str, insertions: Sequence[Insertion]) -> str:
    """The text with all insertions."""
    parts, end = [], 0
    for insertion in insertions:
        parts += [text[end : insertion.at], insertion.text]
        end = insertion.at
    return "".join([*parts, text[end:]])


def spans(insertions: Sequence[Insertion]) -> list[Span]:
    """Where the insertions are in the text with all of them."""
    found, before = [], 0
    for insertion in insertions:
        start = insertion.at + before
        before += len(insertion.text)
        found.append(Span(start, start + len(insertion.text)))
    return found


def cut(text: str, parts: Sequence[Span]) -> str:
    """The text without these parts, which are in order."""
    kept, end = [], 0
    for part in parts:
        kept.append(text[end : part.start])
        end = part.end
    return "".join([*kept, text[end:]])


def line_end(text: str) -> str:
    """How a text ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"
