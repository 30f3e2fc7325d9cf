"""An entry in a TOML file: a table of its own at the end, which leaves all other lines as they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codesearch.agents.edits import Insertion, Unmergeable, inserted, line_end

_HEADER = re.compile(r"\s*\[")
_BLANK_OR_COMMENT = re.compile(r"\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class TomlEntry:
    """The table `table`.`name` with texts and lists of texts."""

    table: str
    name: str
    values: Mapping[str, str | Sequence[str]]
    mark: str
    """A part of the values' JSON in every version."""

    def is_in(self, text: str) -> bool:
        """As Entry.is_in."""
        servers = _parsed(text).get(self.table, {})
        return isinstance(servers, dict) and servers.get(self.name) == self.values

    def insertions(self, text: str) -> Sequence[Insertion]:
        """As Entry.insertions."""
        before = _parsed(text)
        newline = line_end(text)
        lines = [f"[{self.table}.{self.name}]"]
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in self.values.items()]
        gap = ("" if text.endswith("\n") else newline) + newline if text.strip("\ufeff \t\r\n") else ""
        made = [Insertion(len(text), gap + newline.join(lines) + newline)]
        self._check(inserted(text, made), before | {self.table: before.get(self.table, {}) | {self.name: self.values}})
        return made

    def without(self, text: str) -> str:
        """As Entry.without: the table and those in it, but not the comments before the next one."""
        before = _parsed(text)
        if self.name not in before.get(self.table, {}):
            return text
        if self.mark not in json.dumps(before[self.table][self.name]):
            raise Unmergeable(f"{self.table}.{self.name} in it is of another's making")
        name = rf"(?:{self.name}|\"{self.name}\")"
        ours = re.compile(rf"\s*\[\s*{self.table}\s*\.\s*{name}\s*(?:\..*)?\]\s*(?:#.*)?$")
        lines = text.splitlines(keepends=True)
        while (start := next((i for i, line in enumerate(lines) if ours.match(line)), None)) is not None:
            end = next((i for i in range(start + 1, len(lines)) if _HEADER.match(lines[i])), len(lines))
            while end < len(lines) and end > start + 1 and _BLANK_OR_COMMENT.match(lines[end - 1]):
                end -= 1
            if start and not lines[start - 1].strip():
                start -= 1
            del lines[start:end]
        servers = {key: value for key, value in before[self.table].items() if key != self.name}
        after = {key: value for key, value in before.items() if key != self.table}
        self._check("".join(lines), after | ({self.table: servers} if servers else {}))
        return "".join(lines)

    @staticmethod
    def _check(text: str, expected: Mapping[str, Any]) -> None:
        try:
            is_right = _parsed(text) == expected
        except Unmergeable:
            is_right = False
        if not is_right:
            raise Unmergeable("it can't be changed safely")


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unmergeable(f"it is not valid TOML ({error})") from None
