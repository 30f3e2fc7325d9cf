"""Parsing regular expressions in the syntax of ripgrep, which is that of Rust's regex crate.

Not supported: binary properties (`\\p{Emoji}`) and turning off Unicode (`(?-u)`). See docs/usage.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from codesearch.exact import classes
from codesearch.exact.cursor import Cursor, PatternError, described
from codesearch.exact.syntax import (
    ANY,
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

MOST_REPETITIONS = 1000
MAX_DEPTH = 100
"""Of groups and of brackets in each other; a pattern that someone wrote has a few."""
MAX_LENGTH = 100_000
"""Characters of a pattern."""
_ANCHORS = {
    "A": Anchor.START,
    "z": Anchor.END,
    "b": Anchor.WORD_BOUNDARY,
    "B": Anchor.NO_WORD_BOUNDARY,
}
_REPETITIONS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_COUNTS = re.compile(r"\{\s*(?:(?P<least>[0-9]{1,9})\s*)?(?P<comma>,)?\s*(?:(?P<most>[0-9]{1,9})\s*)?\}")
_GROUP_NAME = re.compile(r"\?P?<(?P<name>[^>]*)>")
_FLAGS = re.compile(r"\?(?P<on>[a-zA-Z]*)(?P<minus>-?)(?P<off>[a-zA-Z]*)(?P<end>[:)])")
_LOOK_AROUND = ("?=", "?!", "?<=", "?<!")
_KNOWN_FLAGS = frozenset("imsRUux")
_POSIX_CLASS = re.compile(r"\[:(?P<not>\^?)(?P<name>[a-z]+):\]")
_SET_OPERATORS = ("&&", "--", "~~")


@dataclass(frozen=True, slots=True)
class _Flags:
    folds: bool = False
    ignores_space: bool = False
    swaps_greed: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A syntax tree, and whether the text has a literal in upper case, which turns smart case off."""

    tree: Node
    has_upper_case: bool


def parse(pattern: str, *, folds: bool = False) -> Parsed:
    """Parse a regular expression, which ignores case if `folds`. Raises PatternError."""
    parser = _Parser(pattern, _Flags(folds))
    return Parsed(parser.parse(), parser.has_upper_case)


def literal(text: str, *, folds: bool = False) -> Parsed:
    """The tree that matches this text. Raises PatternError if it has several lines."""
    if "\n" in text:
        raise PatternError(described(text, text.index("\n"), "it has a newline, which no line contains"))
    tree = Sequence(tuple(Literal(character, folds) for character in text))
    return Parsed(tree, any(map(str.isupper, text)))


class _Parser(Cursor):
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str, flags: _Flags) -> None:
        super().__init__(pattern)
        self._flags = flags
        self._depth = 0
        self.has_upper_case = False
        """Whether a literal that was parsed is in upper case."""

    def parse(self) -> Node:
        if len(self.pattern) > MAX_LENGTH:
            raise PatternError(f"the pattern is longer than {MAX_LENGTH:,} characters")
        tree = self._alternatives()
        if self.next():
            raise self.error("a parenthesis is closed that was not opened")
        return tree

    # what groups consist of

    def _alternatives(self) -> Node:
        """Up to the end of the group; flags that are set inside apply until then."""
        flags = self._flags
        parts = [self._sequence()]
        while self.take("|"):
            parts.append(self._sequence())
        self._flags = flags
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while True:
            self._skip_space()
            character = self.next()
            if character in ("", "|", ")"):
                return parts[0] if len(parts) == 1 else Sequence(tuple(parts))
            if character in _REPETITIONS or character == "{":
                raise self.error(f"there is nothing that {character} could repeat")
            if (part := self._one()) is not None:
                parts.append(self._repeated(part))

    def _one(self) -> Node | None:
        """The next expression without what repeats it; None if it only sets flags."""
        begin, character = self.at, self.pattern[self.at]
        self.at += 1
        match character:
            case "(":
                return self._group(begin)
            case "[":
                return self._brackets(begin)
            case "\\":
                return self._escape(begin)
            case ".":
                return ANY
            case "^":
                return Position(Anchor.START)
            case "$":
                return Position(Anchor.END)
            case "\n":
                raise self.error("it has a newline, which no line contains", begin)
        return self._literal(character)

    def _literal(self, character: str) -> Literal:
        self.has_upper_case = self.has_upper_case or character.isupper()
        return Literal(character, self._flags.folds)

    def _repeated(self, part: Node) -> Node:
        for _ in range(MAX_DEPTH):
            self._skip_space()
            begin, character = self.at, self.next()
            if character == "{":
                least, most = self._counts(begin)
            elif character in _REPETITIONS:
                self.at += 1
                least, most = _REPETITIONS[character]
            else:
                return part
            lazy = self.take("?") != self._flags.swaps_greed
            part = Repetition(part, least, most, lazy)
        raise self.error(f"more than {MAX_DEPTH} repetitions follow each other")

    def _counts(self, begin: int) -> tuple[int, int | None]:
        found = _COUNTS.match(self.pattern, begin)
        if not found or not (found["least"] or found["most"]):
            raise self.error("the counted repetition is not {N}, {N,} or {N,M}; write \\{ for a brace", begin)
        self.at = found.end()
        least = int(found["least"] or 0)
        most = int(found["most"]) if found["most"] else None if found["comma"] else least
        if most is not None and most < least:
            raise self.error("the repetition's first count is larger than its second", begin)
        if max(least, most or 0) > MOST_REPETITIONS:
            raise self.error(f"it repeats more than {MOST_REPETITIONS:,} times", begin)
        return least, most

    # groups

    def _group(self, begin: int) -> Node | None:
        if self.pattern.startswith(_LOOK_AROUND, self.at):
            raise self.error("look-around is not supported", begin)
        flags = self._flags
        if name := _GROUP_NAME.match(self.pattern, self.at):
            if not re.fullmatch(r"[^\W\d][\w.\[\]]*", name["name"]):
                raise self.error("the group's name is invalid", self.at)
            self.at = name.end()
        elif found := _FLAGS.match(self.pattern, self.at):
            self._flags = self._with_flags(found)
            self.at = found.end()
            if found["end"] == ")":
                return None
        elif self.next() == "?":
            raise self.error("the group's flags are invalid")
        self._enter(begin)
        tree = self._alternatives()
        if not self.take(")"):
            raise self.error("the group is not closed", begin)
        self._depth -= 1
        self._flags = flags
        return tree

    def _with_flags(self, found: re.Match[str]) -> _Flags:
        names = found["on"] + found["off"]
        if not names and found["minus"] + found["end"] != ":":
            raise self.error("the group's flags are invalid")
        if unknown := [name for name in names if name not in _KNOWN_FLAGS]:
            raise self.error(f"{unknown[0]} is not a flag")
        if "u" in found["off"]:
            raise self.error("turning off Unicode is not supported")
        states = {name: name in found["on"] for name in names}
        return _Flags(
            states.get("i", self._flags.folds),
            states.get("x", self._flags.ignores_space),
            states.get("U", self._flags.swaps_greed),
        )

    # escapes

    def _escape(self, begin: int) -> Node:
        if found := self.named_set(begin):
            return CharacterClass((found,), folds=self._flags.folds)
        character = self.next()
        if character in _ANCHORS:
            self.at += 1
            if self.next() == "{" and character == "b":
                raise self.error("this kind of word boundary is not supported; write \\b", begin)
            return Position(_ANCHORS[character])
        found_character = self.escaped_character(begin)
        if found_character == "\n":
            raise self.error("it has a newline, which no line contains", begin)
        return self._literal(found_character)

    # brackets

    def _brackets(self, begin: int) -> CharacterClass:
        """A bracketed class, after its opening bracket."""
        self._enter(begin)
        negated = self.take("^")
        items: list[Range | Named] = []
        self._skip_space()
        while self.next() == "-" or (self.next() == "]" and not items):
            items.append(Range(ord(self.next()), ord(self.take_one())))
        left: tuple[str, list[Range | Named]] | None = None
        while not self.take("]"):
            self._skip_space()
            if not self.next():
                raise self.error("the brackets are not closed", begin)
            operator = self.pattern[self.at : self.at + 2]
            if operator in _SET_OPERATORS:
                self.at += 2
                left, items = (operator, self._combined(left, items)), []
            elif self.next() != "]":
                items += self._items(begin)
        self._depth -= 1
        return CharacterClass(tuple(self._combined(left, items)), negated, self._flags.folds)

    def _combined(
        self, left: tuple[str, list[Range | Named]] | None, right: list[Range | Named]
    ) -> list[Range | Named]:
        """The items of a class after a set operator is applied to what is left and right of it."""
        if left is None:
            return right
        operator, items = left
        one, other = self._ranges(items), self._ranges(right)
        if operator == "&&":
            return list(classes.intersection(one, other))
        if operator == "--":
            return list(classes.intersection(one, classes.complement(other)))
        both = classes.intersection(one, other)
        return list(classes.intersection(classes.ranges_of([*one, *other]), classes.complement(both)))

    def _ranges(self, items: Iterable[Range | Named]) -> tuple[Range, ...]:
        """The characters of the items; in all their cases before they are negated or combined, as in ripgrep."""
        return classes.ranges_of(items, folds=self._flags.folds)

    def _items(self, begin: int) -> list[Range | Named]:
        """The next range, named set or nested brackets."""
        at = self.at
        if found := _POSIX_CLASS.match(self.pattern, at):
            if found["name"] not in classes.POSIX:
                raise self.error(f"{found['name']!r} is not a POSIX class")
            self.at = found.end()
            return [Named(found["name"], negated=bool(found["not"]))]
        if self.take("["):
            nested = self._brackets(at)
            return list(classes.complement(self._ranges(nested.items)) if nested.negated else nested.items)
        if self.take("\\"):
            if named := self.named_set(at):
                return [named]
            first = "\b" if self.next() == "b" and self.take_one() else self.escaped_character(at)
        else:
            first = self.take_one()
        return [self._range(first, at, begin)]

    def _range(self, first: str, at: int, begin: int) -> Range:
        """The range that begins with a character, or that character alone."""
        self.has_upper_case = self.has_upper_case or first.isupper()
        self._skip_space()
        after = self.pattern[self.at + 1 : self.at + 2]
        if self.next() != "-" or after in ("]", "-"):
            return Range(ord(first), ord(first))
        self.at += 1
        self._skip_space()
        if not self.next():
            raise self.error("the brackets are not closed", begin)
        if self.take("\\"):
            if self.next() and self.next() in "dDsSwWpP":
                raise self.error("a range can't end in a class", at)
            last = self.escaped_character(at)
        else:
            last = self.take_one()
        if ord(last) < ord(first):
            raise self.error("the range ends before it begins", at)
        self.has_upper_case = self.has_upper_case or last.isupper()
        return Range(ord(first), ord(last))

    # helpers

    def _skip_space(self) -> None:
        """With the flag `x`, pass spaces and comments."""
        while self._flags.ignores_space and (self.next().isspace() or self.next() == "#"):
            if self.take_one() == "#":
                end = self.pattern.find("\n", self.at)
                self.at = end + 1 if end >= 0 else len(self.pattern)

    def _enter(self, begin: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} groups are nested", begin)
