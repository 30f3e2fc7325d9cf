"""Jinja in SQL, as in dbt: blocks that define something, and the text without tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codesearch.chunking.blanks import blanked
from codesearch.chunking.scanners.sql.definitions import PLACEHOLDER

_KINDS = {"macro": "macro", "materialization": "macro", "test": "test", "data_test": "test", "snapshot": "table"}
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STRINGS = r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'"
_TAG_WITH_STRINGS = {
    "{{": re.compile(rf"\{{\{{(?:[^\"'}}]++|{_STRINGS}|\}}(?!\}}))*+\}}\}}", re.DOTALL),
    "{%": re.compile(rf"\{{%(?:[^\"'%]++|{_STRINGS}|%(?!\}}))*+%\}}", re.DOTALL),
}
_LONGEST = 5000
"""Characters. In longer tags, quotes are ignored."""
_OPENER = re.compile(r"\{[{%#]")
_DEFINES = re.compile(rf"\{{%[-+]?\s*(?:(?P<kind>{'|'.join(_KINDS)})\s+(?P<name>\w+)|end(?:{'|'.join(_KINDS)})\b)")
_NOT_NEWLINE = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class Tag:
    """A Jinja comment, statement or expression."""

    begin: int
    end: int
    opener: str


@dataclass(frozen=True, slots=True)
class Block:
    """A macro, test or snapshot: from `begin` to `end` with its tags, from `head` to `tail` without."""

    kind: str
    name: str
    begin: int
    head: int
    tail: int
    end: int
    signature: str


def tags(text: str) -> list[Tag]:
    """All closed tags of a text, in order."""
    result: list[Tag] = []
    unclosed: set[str] = set()
    position = 0
    while match := _OPENER.search(text, position):
        opener, position = match[0], match.end()
        end = -1 if opener in unclosed else text.find(_CLOSERS[opener], position)
        if end < 0:
            unclosed.add(opener)
            continue
        match_with_strings = (
            _TAG_WITH_STRINGS[opener].match(text, match.start(), position + _LONGEST)
            if opener in _TAG_WITH_STRINGS
            else None
        )
        position = match_with_strings.end() if match_with_strings else end + len(opener)
        result.append(Tag(match.start(), position, opener))
    return result


def blocks(text: str, tags: list[Tag]) -> Iterator[Block]:
    """The blocks of a text. A block without an end tag extends to the next one or the end of the text."""
    opened: tuple[re.Match[str], Tag] | None = None
    for tag in tags:
        match = _DEFINES.match(text, tag.begin, tag.end) if tag.opener == "{%" else None
        if not match:
            continue
        if opened:
            yield _block(*opened, tag.begin, tag.begin if match["kind"] else tag.end)
        opened = (match, tag) if match["kind"] else None
    if opened:
        yield _block(*opened, len(text), len(text))


def _block(match: re.Match[str], tag: Tag, tail: int, end: int) -> Block:
    signature = " ".join(match.string[tag.begin : tag.end].strip("{%-+ }").split())
    return Block(_KINDS[match["kind"]], match["name"], tag.begin, tag.end, tail, end, signature)


def blank_tags(text: str, tags: list[Tag]) -> str:
    """Replace tags with spaces, and expressions with a placeholder that may be part of a name. Lengths are kept."""
    pieces: list[str] = []
    position = 0
    for tag in tags:
        filling = PLACEHOLDER if tag.opener == "{{" else " "
        pieces += text[position : tag.begin], _NOT_NEWLINE.sub(filling, text[tag.begin : tag.end])
        position = tag.end
    return "".join(pieces) + text[position:]


def blank_blocks(text: str, blocks: list[Block]) -> str:
    """Replace blocks with spaces. Lengths are kept."""
    pieces: list[str] = []
    position = 0
    for block in blocks:
        pieces += text[position : block.begin], blanked(text[block.begin : block.end])
        position = block.end
    return "".join(pieces) + text[position:]
