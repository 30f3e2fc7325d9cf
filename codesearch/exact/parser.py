"""Parsing regular expressions in the syntax of ripgrep, which is that of Rust's regex crate.

Not supported: binary properties (`\\p{Emoji}`) and turning off Unicode (`(?-u)`). See docs/usage.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codesearch.errors import CodesearchError
from codesearch.exact import classes
from codesearch.exact.syntax import (
    ANY,
    LAST_CODE_POINT,
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
_NAMED_SETS = {"d": classes.DIGIT, "s": classes.SPACE, "w": classes.WORD}
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "r": "\r", "v": "\v", "n": "\n"}
_ANCHORS = {
    "A": Anchor.START,
    "z": Anchor.END,
    "b": Anchor.WORD_BOUNDARY,
    "B": Anchor.NO_WORD_BOUNDARY,
}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_REPETITIONS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_COUNTS = re.compile(r"\{\s*(?:(?P<least>[0-9]{1,9})\s*)?(?P<comma>,)?\s*(?:(?P<most>[0-9]{1,9})\s*)?\}")
_GROUP_NAME = re.compile(r"\?P?<(?P<name>[^>]*)>")
_FLAGS = re.compile(r"\?(?P<on>[a-zA-Z]*)(?P<minus>-?)(?P<off>[a-zA-Z]*)(?P<end>[:)])")
_LOOK_AROUND = ("?=", "?!", "?<=", "?<!")
_KNOWN_FLAGS = frozenset("imsRUux")
_POSIX_CLASS = re.compile(r"\[:(?P<not>\^?)(?P<name>[a-z]+):\]")
_SET_OPERATORS = ("&&", "--", "~~")


class PatternError(CodesearchError):
    """A regular expression is invalid. The message says where."""

    code = "invalid-pattern"


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
        raise PatternError(_described(text, text.index("\n"), "it has a newline, which no line contains"))
    tree = Sequence(tuple(Literal(character, folds) for character in text))
    return Parsed(tree, any(map(str.isupper, text)))


class _Parser:
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str, flags: _Flags) -> None:
        self._pattern = pattern
        self._at = 0
        self._flags = flags
        self._depth = 0
        self.has_upper_case = False
        """Whether a literal that was parsed is in upper case."""

    def parse(self) -> Node:
        if len(self._pattern) > MAX_LENGTH:
            raise PatternError(f"the pattern is longer than {MAX_LENGTH:,} characters")
        tree = self._alternatives()
        if self._next():
            raise self._error("a parenthesis is closed that was not opened")
        return tree

    # what groups consist of

    def _alternatives(self) -> Node:
        """Up to the end of the group; flags that are set inside apply until then."""
        flags = self._flags
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        self._flags = flags
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while True:
            self._skip_space()
            character = self._next()
            if character in ("", "|", ")"):
                return parts[0] if len(parts) == 1 else Sequence(tuple(parts))
            if character in _REPETITIONS or character == "{":
                raise self._error(f"there is nothing that {character} could repeat")
            if (part := self._one()) is not None:
                parts.append(self._repeated(part))

    def _one(self) -> Node | None:
        """The next expression without what repeats it; None if it only sets flags."""
        begin, character = self._at, self._pattern[self._at]
        self._at += 1
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
                raise self._error("it has a newline, which no line contains", begin)
        return self._literal(character)

    def _literal(self, character: str) -> Literal:
        self.has_upper_case = self.has_upper_case or character.isupper()
        return Literal(character, self._flags.folds)

    def _repeated(self, part: Node) -> Node:
        for _ in range(MAX_DEPTH):
            self._skip_space()
            begin, character = self._at, self._next()
            if character == "{":
                least, most = self._counts(begin)
            elif character in _REPETITIONS:
                self._at += 1
                least, most = _REPETITIONS[character]
            else:
                return part
            lazy = self._take("?") != self._flags.swaps_greed
            part = Repetition(part, least, most, lazy)
        raise self._error(f"more than {MAX_DEPTH} repetitions follow each other")

    def _counts(self, begin: int) -> tuple[int, int | None]:
        found = _COUNTS.match(self._pattern, begin)
        if not found or not (found["least"] or found["most"]):
            raise self._error("the counted repetition is not {N}, {N,} or {N,M}; write \\{ for a brace", begin)
        self._at = found.end()
        least = int(found["least"] or 0)
        most = int(found["most"]) if found["most"] else None if found["comma"] else least
        if most is not None and most < least:
            raise self._error("the repetition's first count is larger than its second", begin)
        if max(least, most or 0) > MOST_REPETITIONS:
            raise self._error(f"it repeats more than {MOST_REPETITIONS:,} times", begin)
        return least, most

    # groups

    def _group(self, begin: int) -> Node | None:
        if self._pattern.startswith(_LOOK_AROUND, self._at):
            raise self._error("look-around is not supported", begin)
        flags = self._flags
        if name := _GROUP_NAME.match(self._pattern, self._at):
            if not re.fullmatch(r"[^\W\d][\w.\[\]]*", name["name"]):
                raise self._error("the group's name is invalid", self._at)
            self._at = name.end()
        elif found := _FLAGS.match(self._pattern, self._at):
            self._flags = self._with_flags(found)
            self._at = found.end()
            if found["end"] == ")":
                return None
        elif self._next() == "?":
            raise self._error("the group's flags are invalid")
        self._enter(begin)
        tree = self._alternatives()
        if not self._take(")"):
            raise self._error("the group is not closed", begin)
        self._depth -= 1
        self._flags = flags
        return tree

    def _with_flags(self, found: re.Match[str]) -> _Flags:
        names = found["on"] + found["off"]
        if not names and found["minus"] + found["end"] != ":":
            raise self._error("the group's flags are invalid")
        if unknown := [name for name in names if name not in _KNOWN_FLAGS]:
            raise self._error(f"{unknown[0]} is not a flag")
        if "u" in found["off"]:
            raise self._error("turning off Unicode is not supported")
        states = {name: name in found["on"] for name in names}
        return _Flags(
            states.get("i", self._flags.folds),
            states.get("x", self._flags.ignores_space),
            states.get("U", self._flags.swaps_greed),
        )

    # escapes

    def _escape(self, begin: int) -> Node:
        if found := self._named_set(begin):
            return CharacterClass((found,), folds=self._flags.folds)
        character = self._next()
        if character in _ANCHORS:
            self._at += 1
            if self._next() == "{" and character == "b":
                raise self._error("this kind of word boundary is not supported; write \\b", begin)
            return Position(_ANCHORS[character])
        found_character = self._escaped_character(begin)
        if found_character == "\n":
            raise self._error("it has a newline, which no line contains", begin)
        return self._literal(found_character)

    def _named_set(self, begin: int) -> Named | None:
        """The set that an escape stands for, after its backslash; None if it is of another kind."""
        letter = self._next()
        if letter and letter in "dDsSwW":
            self._at += 1
            return Named(_NAMED_SETS[letter.lower()], negated=letter.isupper())
        if letter not in ("p", "P"):
            return None
        self._at += 1
        name = self._braced("the property's name", begin) if self._next() == "{" else self._take_one()
        negated = (letter == "P") != name.startswith("^")
        known = classes.property_name(name.removeprefix("^"))
        if known is None:
            raise self._error(f"{name!r} is not a script or general category of Unicode", begin)
        return Named(known, negated)

    def _escaped_character(self, begin: int) -> str:
        """The character that an escape stands for, after its backslash."""
        letter = self._take_one()
        if not letter:
            raise self._error("it ends in a backslash", begin)
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in _HEX_DIGITS:
            return self._hexadecimal(_HEX_DIGITS[letter], begin)
        if letter.isdigit():
            raise self._error("backreferences are not supported", begin)
        if letter.isalpha() or letter in "<>" or not letter.isascii():
            raise self._error(f"\\{letter} has no meaning", begin)
        return letter

    def _hexadecimal(self, digits: int, begin: int) -> str:
        if self._next() == "{":
            text = self._braced("the number", begin)
        else:
            text = self._pattern[self._at : self._at + digits]
            self._at += digits
            text = text if len(text) == digits else ""
        if not re.fullmatch("[0-9A-Fa-f]{1,8}", text):
            raise self._error("the hexadecimal number is invalid", begin)
        code = int(text, 16)
        if code > LAST_CODE_POINT or 0xD800 <= code < 0xE000:
            raise self._error("the number is not that of a character", begin)
        return chr(code)

    def _braced(self, label: str, begin: int) -> str:
        end = self._pattern.find("}", self._at)
        if end < 0:
            raise self._error(f"{label} is not closed by a brace", begin)
        text = self._pattern[self._at + 1 : end]
        self._at = end + 1
        return text

    # brackets

    def _brackets(self, begin: int) -> CharacterClass:
        """A bracketed class, after its opening bracket."""
        self._enter(begin)
        negated = self._take("^")
        items: list[Range | Named] = []
        self._skip_space()
        while self._next() == "-" or (self._next() == "]" and not items):
            items.append(Range(ord(self._next()), ord(self._take_one())))
        left: tuple[str, list[Range | Named]] | None = None
        while not self._take("]"):
            self._skip_space()
            if not self._next():
                raise self._error("the brackets are not closed", begin)
            operator = self._pattern[self._at : self._at + 2]
            if operator in _SET_OPERATORS:
                self._at += 2
                left, items = (operator, _combined(left, items)), []
            elif self._next() != "]":
                items += self._items(begin)
        self._depth -= 1
        return CharacterClass(tuple(_combined(left, items)), negated, self._flags.folds)

    def _items(self, begin: int) -> list[Range | Named]:
        """The next range, named set or nested brackets."""
        at = self._at
        if found := _POSIX_CLASS.match(self._pattern, at):
            if found["name"] not in classes.POSIX:
                raise self._error(f"{found['name']!r} is not a POSIX class")
            self._at = found.end()
            return [Named(found["name"], negated=bool(found["not"]))]
        if self._take("["):
            nested = self._brackets(at)
            return list(classes.complement(classes.ranges_of(nested.items)) if nested.negated else nested.items)
        if self._take("\\"):
            if named := self._named_set(at):
                return [named]
            first = "\b" if self._next() == "b" and self._take_one() else self._escaped_character(at)
        else:
            first = self._take_one()
        return [self._range(first, at, begin)]

    def _range(self, first: str, at: int, begin: int) -> Range:
        """The range that begins with a character, or that character alone."""
        self.has_upper_case = self.has_upper_case or first.isupper()
        self._skip_space()
        after = self._pattern[self._at + 1 : self._at + 2]
        if self._next() != "-" or after in ("]", "-"):
            return Range(ord(first), ord(first))
        self._at += 1
        self._skip_space()
        if not self._next():
            raise self._error("the brackets are not closed", begin)
        if self._take("\\"):
            if self._next() and self._next() in "dDsSwWpP":
                raise self._error("a range can't end in a class", at)
            last = self._escaped_character(at)
        else:
            last = self._take_one()
        if ord(last) < ord(first):
            raise self._error("the range ends before it begins", at)
        self.has_upper_case = self.has_upper_case or last.isupper()
        return Range(ord(first), ord(last))

    # helpers

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take_one(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1 : self._at]

    def _take(self, character: str) -> bool:
        """Whether this character is the next; it is then passed."""
        found = self._next() == character
        self._at += found
        return found

    def _skip_space(self) -> None:
        """With the flag `x`, pass spaces and comments."""
        while self._flags.ignores_space and (self._next().isspace() or self._next() == "#"):
            if self._take_one() == "#":
                end = self._pattern.find("\n", self._at)
                self._at = end + 1 if end >= 0 else len(self._pattern)

    def _enter(self, begin: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} groups are nested", begin)

    def _error(self, why: str, at: int | None = None) -> PatternError:
        return PatternError(
            _described(self._pattern, self._at if at is None else at, why),
            "to search for the text as it is, add -F",
        )


def _described(pattern: str, at: int, why: str) -> str:
    return f"the pattern '{pattern}' is wrong at character {at + 1}: {why}"


def _combined(left: tuple[str, list[Range | Named]] | None, right: list[Range | Named]) -> list[Range | Named]:
    """The items of a class after a set operator is applied to what is left and right of it."""
    if left is None:
        return right
    operator, items = left
    one, other = classes.ranges_of(items), classes.ranges_of(right)
    if operator == "&&":
        return list(classes.intersection(one, other))
    if operator == "--":
        return list(classes.intersection(one, classes.complement(other)))
    both = classes.intersection(one, other)
    return list(classes.intersection(classes.ranges_of([*one, *other]), classes.complement(both)))
