"""The syntax tree of a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LAST_CODE_POINT = 0x10FFFF


class Anchor(StrEnum):
    """What is true of a position between two characters."""

    START = "^"
    """It begins a line."""
    END = "$"
    WORD_BOUNDARY = r"\b"
    NO_WORD_BOUNDARY = r"\B"


@dataclass(frozen=True, slots=True)
class Position:
    """Matches no character, at the positions where the anchor holds."""

    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Literal:
    """Matches one character; all its cases if `folds`."""

    character: str
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """The characters between two code points, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Named:
    """A set of characters that has a name (codesearch.exact.classes), such as `\\w` or `\\p{Greek}`."""

    name: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class CharacterClass:
    """Matches one character of a set, or one that is not in it, but never `\\n`; all its cases if `folds`."""

    items: tuple[Range | Named, ...]
    negated: bool = False
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Matches its parts one after another; without parts, the empty string."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Matches one of its parts; earlier ones are preferred."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Matches its part from `least` to `most` times (None: any number of times), as often as possible unless `lazy`."""

    part: Node
    least: int
    most: int | None
    lazy: bool = False


Node = Position | Literal | CharacterClass | Sequence | Alternatives | Repetition

ANY = CharacterClass((), negated=True)
"""`.`: every character but `\\n`."""
