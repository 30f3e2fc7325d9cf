"""Writing a syntax tree as a regular expression of RE2, which matches in linear time.

RE2's `\\b` knows only ASCII. In texts that are ASCII, that is no difference. Other lines are spelled out: each
character is put between two marks, `w` if it belongs to a word and `-` if not. Between the marks of neighbours, RE2's
boundary is Unicode's.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from codesearch.exact import classes
from codesearch.exact.syntax import (
    Alternatives,
    Anchor,
    CharacterClass,
    Literal,
    Named,
    Node,
    Position,
    Range,
    Repetition,
    Sequence,
)

_IN_WORD, _OUTSIDE = "w", "-"
_WORD_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))
_SPELLED = f"[{_IN_WORD}{_OUTSIDE}]"
_NEWLINE = r"\n"


def translate(pattern: Node, captured: Node | None = None) -> str:
    """The pattern for texts in ASCII, and for others if it has no word boundaries; `captured` is a group of it."""
    return f"(?m:{_Writer(captured=captured).write(pattern)})"


def translate_relaxed(pattern: Node) -> str:
    """A pattern for any text that matches all that `pattern` does, and more: as if there were no word boundaries."""
    return f"(?m:{_Writer(has_boundaries=False).write(pattern)})"


def translate_spelled(pattern: Node, captured: Node | None = None) -> str:
    """The pattern for a line that is spelled out, from the beginning of a character."""
    unit = f"(?s:{_SPELLED}.{_SPELLED})"
    return f"{unit}*?(?m:{_Writer(is_spelled=True, captured=captured).write(pattern)})"


def spelled(line: str) -> str:
    """The line with each character between its marks."""
    return "".join(mark + character + mark for character in line for mark in (_mark(character),))


def has_boundaries(pattern: Node) -> bool:
    """Whether the pattern asserts that there is, or isn't, a word boundary."""
    match pattern:
        case Position(anchor):
            return anchor in (Anchor.WORD_BOUNDARY, Anchor.NO_WORD_BOUNDARY)
        case Sequence(parts) | Alternatives(parts):
            return any(map(has_boundaries, parts))
        case Repetition(part):
            return has_boundaries(part)
    return False


@lru_cache(maxsize=4096)
def _mark(character: str) -> str:
    in_word = unicodedata.category(character) in _WORD_CATEGORIES or character in classes.OTHER_WORD_CHARACTERS
    return _IN_WORD if in_word else _OUTSIDE


class _Writer:
    """Writes a tree for one of the ways to match it."""

    def __init__(self, *, has_boundaries: bool = True, is_spelled: bool = False, captured: Node | None = None) -> None:
        self._has_boundaries = has_boundaries
        self._is_spelled = is_spelled
        self._captured = captured

    def write(self, node: Node) -> str:
        text = self._written(node)
        return f"({text})" if node is self._captured else text

    def _written(self, node: Node) -> str:
        match node:
            case Position(anchor):
                is_boundary = anchor in (Anchor.WORD_BOUNDARY, Anchor.NO_WORD_BOUNDARY)
                return "(?:)" if is_boundary and not self._has_boundaries else str(anchor)
            case Literal(character, folds):
                return self._character(_folded(classes.escaped(ord(character)), folds))
            case CharacterClass():
                return self._character(_folded(_brackets(node), node.folds))
            case Sequence(parts):
                return "".join(self._part(part) for part in parts)
            case Alternatives(parts):
                return "|".join(map(self.write, parts))
            case Repetition(part, least, most, lazy):
                return f"(?:{self.write(part)}){_counts(least, most)}{'?' if lazy else ''}"

    def _part(self, node: Node) -> str:
        text = self.write(node)
        return f"(?:{text})" if isinstance(node, Alternatives) else text

    def _character(self, text: str) -> str:
        return f"(?:{_SPELLED}{text}{_SPELLED})" if self._is_spelled else text


def _folded(text: str, folds: bool) -> str:
    return f"(?i:{text})" if folds else text


def _counts(least: int, most: int | None) -> str:
    signs = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    return signs.get((least, most)) or f"{{{least},{'' if most is None else most}}}"


def _brackets(node: CharacterClass) -> str:
    """A class of RE2: it has no intersections, so negated names in a class are written out as ranges."""
    items, negated = node.items, node.negated
    if len(items) == 1 and isinstance(items[0], Named) and items[0].negated:
        items, negated = (Named(items[0].name),), not negated
    if any(isinstance(item, Named) and item.negated for item in items):
        items = classes.ranges_of(items)
    if not negated and any(map(classes.has_newline, items)):
        newline = ord("\n")
        items = classes.intersection(classes.ranges_of(items), classes.complement([Range(newline, newline)]))
    inside = "".join(map(classes.in_brackets, items))
    if negated:
        return f"[^{inside}{_NEWLINE}]"
    return f"[{inside}]" if inside else r"[^\x{0}-\x{10ffff}]"
