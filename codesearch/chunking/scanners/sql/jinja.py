"""Jinja in SQL, as dbt has it: the blocks that define something, and the text without tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codesearch.chunking.scanners.sql.definitions import PLACEHOLDER

_KINDS = {"macro": "macro", "materialization": "macro", "test": "test", "data_test": "test", "snapshot": "table"}
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STRINGS = r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'"
_WHOLE = {
    "{{": re.compile(rf"\{{\{{(?:[^\"'}}]++|{_STRINGS}|\}}(?!\}}))*+\}}\}}", re.DOTALL),
    "{%": re.compile(rf"\{{%(?:[^\"'%]++|{_STRINGS}|%(?!\}}))*+%\}}", re.DOTALL),
}
_LONGEST = 5000
"""Characters of a tag in which quotes are minded."""
_OPENER = re.compile(r"\{[{%#]")
_DEFINES = re.compile(rf"\{{%[-+]?\s*(?:(?P<kind>{'|'.join(_KINDS)})\s+(?P<name>\w+)|end(?:{'|'.join(_KINDS)})\b)")
_NOT_NEWLINE = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class Tag:
    """A comment, statement or expression of Jinja."""

    begin: int
    end: int
    opener: str


@dataclass(frozen=True, slots=True)
class Block:
    """What a macro, test or snapshot covers: its tags from `begin` to `end`, its text between `head` and `tail`."""

    kind: str
    name: str
    begin: int
    head: int
    tail: int
    end: int
    signature: str


def tags(text: str) -> list[Tag]:
    """All tags of a text, in order; those that never close are none."""
    found: list[Tag] = []
    unclosed: set[str] = set()
    place = 0
    while match := _OPENER.search(text, place):
        opener, place = match[0], match.end()
        end = -1 if opener in unclosed else text.find(_CLOSERS[opener], place)
        if end < 0:
            unclosed.add(opener)
            continue
        whole = _WHOLE[opener].match(text, match.start(), place + _LONGEST) if opener in _WHOLE else None
        place = whole.end() if whole else end + len(opener)
        found.append(Tag(match.start(), place, opener))
    return found


def blocks(text: str, tags: list[Tag]) -> Iterator[Block]:
    """What is defined; a block without an end runs to the next one, or to the end of the text."""
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


def without(text: str, tags: list[Tag]) -> str:
    """The text, as long as before, with blanks for tags and part of a name for what an expression puts in."""
    pieces: list[str] = []
    place = 0
    for tag in tags:
        filling = PLACEHOLDER if tag.opener == "{{" else " "
        pieces += text[place : tag.begin], _NOT_NEWLINE.sub(filling, text[tag.begin : tag.end])
        place = tag.end
    return "".join(pieces) + text[place:]


def blanked(text: str, blocks: list[Block]) -> str:
    """The text, as long as before, without what blocks cover."""
    pieces: list[str] = []
    place = 0
    for block in blocks:
        pieces += text[place : block.begin], _NOT_NEWLINE.sub(" ", text[block.begin : block.end])
        place = block.end
    return "".join(pieces) + text[place:]
