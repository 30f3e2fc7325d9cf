"""An entry in a file of JSON with comments: a member of an object, or an element of an array."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codesearch.agents.edits import Insertion, Span, Unmergeable, cut, inserted, line_end
from codesearch.agents.jsonc import Member, Node, parse

NAME = "codesearch"
"""The key of the entry."""
_INDENT = "  "
_BLANK = "\ufeff \t\r\n"
_COMMENT_BEHIND = re.compile(r"[ \t]*,?[ \t]*(?://[^\r\n]*|/\*(?:(?!\*/)[^\r\n])*\*/(?=[ \t]*\r?\n))")
_EMPTY = re.compile(r'"[^"]*"\s*:\s*(?:\{\s*\}|\[\s*\])')
"""A member that holds nothing."""
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class JsonEntry:
    """`value` in the object at `path` under NAME, or as an element of the array there."""

    path: tuple[str, ...]
    value: Any
    mark: str
    """A part of the value's JSON in every version: what has none is of another's making."""
    is_element: bool = False

    def is_in(self, text: str) -> bool:
        """As Entry.is_in."""
        found = self._find(text)
        return found is not None and found.node.value == self.value

    def insertions(self, text: str) -> Sequence[Insertion]:
        """As Entry.insertions."""
        if not text.strip(_BLANK):
            newline = line_end(text)
            return [Insertion(len(text), _formatted(self._nested(self.path), _INDENT, "", newline) + newline)]
        root = parse(text)
        container, missing = _deepest(root, self.path)
        is_list = self.is_element and not missing
        if not isinstance(container.value, list if is_list else dict):
            place = ".".join(self.path[: len(self.path) - len(missing)]) or "the whole"
            raise Unmergeable(f"{place} in it is not {'a list' if is_list else 'an object'}")
        key = None if is_list else missing[0] if missing else NAME
        value = self._nested(missing[1:]) if missing else self.value
        made = _added(text, root, container, key, value)
        self._check(inserted(text, made), self._merged(root.value))
        return made

    def without(self, text: str) -> str:
        """As Entry.without. An object or array that holds nothing then, no comment either, goes too."""
        if not text.strip(_BLANK):
            return text
        for depth in range(len(self.path), -1, -1):
            container, missing = _deepest(parse(text), self.path[:depth])
            member = None if missing else self._ours(container, depth)
            if member is None or (depth < len(self.path) and not _EMPTY.fullmatch(text, member.start, member.node.end)):
                break
            text = _removed(text, container, member)
        if self._find(text) is not None:
            raise Unmergeable(f"it names {NAME} more than once")
        return text

    def _ours(self, container: Node, depth: int) -> Member | None:
        if depth < len(self.path):
            return container.member(self.path[depth])
        if not self.is_element:
            member = container.member(NAME) if isinstance(container.value, dict) else None
            if member and not self._is_ours(member):
                raise Unmergeable(f"{'.'.join(self.path)}.{NAME} in it is of another's making")
            return member
        if not isinstance(container.value, list):
            return None
        return next(filter(self._is_ours, container.members), None)

    def _is_ours(self, member: Member) -> bool:
        return self.mark in json.dumps(member.node.value, ensure_ascii=False)

    def _find(self, text: str) -> Member | None:
        if not text.strip(_BLANK):
            return None
        container, missing = _deepest(parse(text), self.path)
        return None if missing else self._ours(container, len(self.path))

    def _nested(self, path: Sequence[str]) -> Any:
        """The value inside objects for all keys of a path."""
        value: Any = [self.value] if self.is_element else {NAME: self.value}
        for key in reversed(path):
            value = {key: value}
        return value

    def _merged(self, value: Any, depth: int = 0) -> Any:
        """A value with the entry."""
        if depth == len(self.path):
            return [*value, self.value] if self.is_element else {**value, NAME: self.value}
        key = self.path[depth]
        if key not in value:
            return {**value, key: self._nested(self.path[depth + 1 :])}
        return {**value, key: self._merged(value[key], depth + 1)}

    @staticmethod
    def _check(text: str, expected: Any) -> None:
        if parse(text).value != expected:
            raise Unmergeable("it can't be changed safely")


def _deepest(root: Node, path: Sequence[str]) -> tuple[Node, Sequence[str]]:
    """The innermost value on a path that there is, and the keys that lead on."""
    for i, key in enumerate(path):
        member = root.member(key) if isinstance(root.value, dict) else None
        if member is None:
            return root, path[i:]
        root = member.node
    return root, ()


def _added(text: str, root: Node, container: Node, key: str | None, value: Any) -> list[Insertion]:
    """What adds a value at the end of an object or an array."""
    newline, unit = line_end(text), _unit(text, root)
    last = container.members[-1] if container.members else None
    if last and "\n" not in text[container.start : container.end]:
        words = ("" if key is None else json.dumps(key) + ": ") + json.dumps(value, ensure_ascii=False)
        return [Insertion(last.node.end, f", {words}")] if last.comma < 0 else [Insertion(last.comma + 1, f" {words},")]
    outer = _indent_at(text, container.start)
    inner = _indent_at(text, last.start) if last else outer + unit
    words = ("" if key is None else json.dumps(key) + ": ") + _formatted(value, unit, inner, newline)
    if last is None:
        is_one_line = "\n" not in text[container.start : container.end]
        return [Insertion(container.start + 1, f"{newline}{inner}{words}" + (newline + outer if is_one_line else ""))]
    behind = last.node.end if last.comma < 0 else last.comma + 1
    comment = _COMMENT_BEHIND.match(text, last.node.end)
    place = max(behind, comment.end() if comment else 0)
    if last.comma >= 0:
        return [Insertion(place, f"{newline}{inner}{words},")]
    if place == behind:
        return [Insertion(behind, f",{newline}{inner}{words}")]
    return [Insertion(behind, ","), Insertion(place, f"{newline}{inner}{words}")]


def _removed(text: str, container: Node, member: Member) -> str:
    """The text without a member, and without the comma that is too many then."""
    at = container.members.index(member)
    end = member.comma + 1 if member.comma >= 0 else member.node.end
    start = len(text[: member.start].rstrip(" \t\r\n"))
    before = text[container.members[at - 1].node.end if at else container.start : start]
    is_behind_comment = "//" in before.rpartition("\n")[2]
    if (member.comma >= 0 or is_behind_comment) and not _REST_OF_LINE.match(text, end):
        start = text.rfind("\n", start, member.start) + 1 or start  # what follows stays on a line of its own
    parts = [Span(start, end)]
    before_comma = text[member.node.end : end - 1]
    if before_comma.strip():  # a comment
        parts = [Span(start, member.node.end), Span(member.comma, end)]
    if at and at == len(container.members) - 1 and member.comma < 0:
        comma = container.members[at - 1].comma
        parts.insert(0, Span(comma, comma + 1))
    if len(container.members) == 1:
        inside = text[container.start + 1 : start] + before_comma + text[end : container.end - 1]
        if not inside.strip():
            parts = [Span(container.start + 1, container.end - 1)]
    return cut(text, parts)


def _formatted(value: Any, unit: str, indent: str, newline: str) -> str:
    lines = json.dumps(value, indent=unit, ensure_ascii=False).split("\n")
    return (newline + indent).join(lines)


def _unit(text: str, root: Node) -> str:
    """By how much a text indents: as its first member is."""
    return (_indent_at(text, root.members[0].start) if root.members else "") or _INDENT


def _indent_at(text: str, at: int) -> str:
    """The white space that the line begins with in which a place is."""
    line = text[text.rfind("\n", 0, at) + 1 : at].lstrip("\ufeff")
    return line[: len(line) - len(line.lstrip(" \t"))]
