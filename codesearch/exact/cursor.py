"""Reading a regular expression: its next characters, and what is escaped with a backslash."""

from __future__ import annotations

import re

from codesearch.errors import CodesearchError
from codesearch.exact import classes
from codesearch.exact.syntax import LAST_CODE_POINT, Named

_NAMED_SETS = {"d": classes.DIGIT, "s": classes.SPACE, "w": classes.WORD}
_CONTROLS = {"a": "\a", "f": "\f", "t": "\t", "r": "\r", "v": "\v", "n": "\n"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}


class PatternError(CodesearchError):
    """A regular expression is invalid. The message says where."""

    code = "invalid-pattern"


class Cursor:
    """A place in a pattern, and reading on from there. Every method may raise PatternError."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def next(self) -> str:
        """The next character, "" at the end."""
        return self.pattern[self.at : self.at + 1]

    def take_one(self) -> str:
        """The next character, "" at the end; it is passed."""
        self.at += 1
        return self.pattern[self.at - 1 : self.at]

    def take(self, character: str) -> bool:
        """Whether this character is the next; it is then passed."""
        found = self.next() == character
        self.at += found
        return found

    def error(self, why: str, at: int | None = None) -> PatternError:
        """The error for what is wrong here, or at another place."""
        return PatternError(
            described(self.pattern, self.at if at is None else at, why),
            "to search for the text as it is, add -F",
        )

    # after a backslash

    def named_set(self, begin: int) -> Named | None:
        """The set that an escape stands for, after its backslash; None if it is of another kind."""
        letter = self.next()
        if letter and letter in "dDsSwW":
            self.at += 1
            return Named(_NAMED_SETS[letter.lower()], negated=letter.isupper())
        if letter not in ("p", "P"):
            return None
        self.at += 1
        name = self._braced("the property's name", begin) if self.next() == "{" else self.take_one()
        negated = (letter == "P") != name.startswith("^")
        known = classes.property_name(name.removeprefix("^"))
        if known is None:
            raise self.error(f"{name!r} is not a script or general category of Unicode", begin)
        return Named(known, negated)

    def escaped_character(self, begin: int) -> str:
        """The character that an escape stands for, after its backslash."""
        letter = self.take_one()
        if not letter:
            raise self.error("it ends in a backslash", begin)
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in _HEX_DIGITS:
            return self._hexadecimal(_HEX_DIGITS[letter], begin)
        if letter.isdigit():
            raise self.error("backreferences are not supported", begin)
        if letter.isalpha() or letter in "<>" or not letter.isascii():
            raise self.error(f"\\{letter} has no meaning", begin)
        return letter

    def _hexadecimal(self, digits: int, begin: int) -> str:
        if self.next() == "{":
            text = self._braced("the number", begin)
        else:
            text = self.pattern[self.at : self.at + digits]
            self.at += digits
            text = text if len(text) == digits else ""
        if not re.fullmatch("[0-9A-Fa-f]{1,8}", text):
            raise self.error("the hexadecimal number is invalid", begin)
        code = int(text, 16)
        if code > LAST_CODE_POINT or 0xD800 <= code < 0xE000:
            raise self.error("the number is not that of a character", begin)
        return chr(code)

    def _braced(self, label: str, begin: int) -> str:
        end = self.pattern.find("}", self.at)
        if end < 0:
            raise self.error(f"{label} is not closed by a brace", begin)
        text = self.pattern[self.at + 1 : end]
        self.at = end + 1
        return text


def described(pattern: str, at: int, why: str) -> str:
    """The message for what is wrong with a pattern, at an index into it."""
    return f"the pattern '{pattern}' is wrong at character {at + 1}: {why}"
