"""Positions in JSON with comments and trailing commas, so that one value is added or removed and the rest stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codesearch.agents.edits import Unmergeable

_SPACE = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_SCALAR = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands."""

    start: int
    end: int
    value: Any
    members: tuple[Member, ...] = ()
    """Of an object or an array."""

    def member(self, key: str) -> Member | None:
        """The member of an object with this key; the last, which counts."""
        return next((member for member in reversed(self.members) if member.key == key), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object, or an element of an array."""

    key: str | None
    start: int
    node: Node
    comma: int
    """Where the comma behind it is; -1 if there is none."""


def parse(text: str) -> Node:
    """The value that a text holds. Raises Unmergeable."""
    try:
        parser = _Parser(text)
        node = parser.value(parser.skip(0))
        if parser.skip(node.end) != len(text):
            raise parser.error(node.end)
    except RecursionError:
        raise Unmergeable("it is nested too deeply") from None
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text

    def skip(self, at: int) -> int:
        """Where the next value or sign is."""
        match = _SPACE.match(self._text, at)
        assert match is not None
        return match.end()

    def value(self, at: int) -> Node:
        sign = self._text[at : at + 1]
        if sign == "{":
            members = tuple(self._members(at, "}"))
            end = self._end(at, members)
            return Node(at, end, {member.key: member.node.value for member in members}, members)
        if sign == "[":
            members = tuple(self._members(at, "]"))
            return Node(at, self._end(at, members), [member.node.value for member in members], members)
        match = _STRING.match(self._text, at) or _SCALAR.match(self._text, at)
        if match is None:
            raise self.error(at)
        return Node(at, match.end(), self._scalar(match), ())

    def error(self, at: int) -> Unmergeable:
        line = self._text.count("\n", 0, at) + 1
        return Unmergeable(f"it is not valid JSON (line {line})")

    def _members(self, at: int, closing: str) -> Iterator[Member]:
        at = self.skip(at + 1)
        while self._text[at : at + 1] != closing:
            start, key = at, None
            if closing == "}":
                name = _STRING.match(self._text, at)
                if name is None:
                    raise self.error(at)
                key = self._scalar(name)
                at = self.skip(name.end())
                if self._text[at : at + 1] != ":":
                    raise self.error(at)
                at = self.skip(at + 1)
            node = self.value(at)
            at = self.skip(node.end)
            has_comma = self._text[at : at + 1] == ","
            yield Member(key, start, node, at if has_comma else -1)
            if has_comma:
                at = self.skip(at + 1)
            elif self._text[at : at + 1] != closing:
                raise self.error(at)

    def _end(self, at: int, members: tuple[Member, ...]) -> int:
        """Behind the closing bracket."""
        if members:
            at = members[-1].node.end - 1 if members[-1].comma < 0 else members[-1].comma
        return self.skip(at + 1) + 1

    def _scalar(self, match: re.Match[str]) -> Any:
        try:
            return json.loads(match.group())
        except ValueError:
            raise self.error(match.start()) from None
