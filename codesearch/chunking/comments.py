"""Comments by their markers: which lines above a definition belong to it, and their text without markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from codesearch.chunking import directives
from codesearch.languages.registry import Language

_LICENSE = re.compile(
    r"licen[sc]ed (?:under|to)|permission is hereby|redistribution and use|general public license|free software"
    r"|(?:apache|mit|bsd|isc|mozilla public)[\w .-]{0,20} licen[sc]e|all rights reserved|without warrant|SPDX-License",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_PRAGMA = re.compile(r"\{-#(?:(?!\{-#).)*?#-\}", re.DOTALL)
"""Haskell's, a comment only by its first sign."""
_APART = ("/**", "<#")
"""Openers of block comments that may stand a blank line above what they document."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Where a block comment ends (1-based), and whether no code follows it there."""

    last: int
    stands_alone: bool


def first_line_of_comments(lines: list[str], line: int, floor: int, language: Language) -> int:
    """First line of the comments above `line`, or `line`; never `floor` or above. 1-based.

    They stand right above; only a documentation comment (`/** … */`) that does not open the file may be followed by
    a blank line. Comments that say nothing to a reader and a licence that opens the file belong to no definition.
    """
    spans = _adjoining(lines, line, floor, language) if line - 1 > floor else []
    if not any(_says(lines, span, language) for span in spans):
        return line
    if spans[-1][0] <= 2 and is_license("\n".join(lines[: line - 1])):
        return line
    while not _says(lines, spans[-1], language) and _is_directive(lines, spans[-1], language):
        spans.pop()
    return spans[-1][0]


def _says(lines: list[str], span: tuple[int, int], language: Language) -> bool:
    """Whether a comment has words for a reader."""
    return any(map(_WORD.search, _words(lines[span[0] - 1 : span[1]], language)))


def _is_directive(lines: list[str], span: tuple[int, int], language: Language) -> bool:
    line = lines[span[0] - 1]
    return directives.is_directive(line, _markers(language)[0].sub("", line, count=1))


def _adjoining(lines: list[str], line: int, floor: int, language: Language) -> list[tuple[int, int]]:
    """First and last lines of the comments that end above `line`, nearest first; a line comment is one line."""
    spans: list[tuple[int, int]] = []
    blocks: dict[int, int] | None = None
    closes = _closers(language)
    while line - 1 > floor:
        above = lines[line - 2].strip()
        last = line - 1
        is_apart = not above
        if is_apart:
            last -= 1
            if spans or last <= max(floor, 1):
                break
        opening = 0
        if closes.search(lines[last - 1]):
            if blocks is None:
                blocks = {end: start for start, end in _blocks(lines, floor, line - 1, language)}
            opening = blocks.get(last, 0)
        if opening:
            if is_apart and not (opening > 2 and lines[opening - 1].lstrip().startswith(_APART)):
                break
        elif is_apart or not _is_line_comment(above, language):
            break
        line = opening or last
        if language.inner_comments and lines[line - 1].lstrip().startswith(language.inner_comments):
            break
        spans.append((line, last))
    return spans


def _blocks(lines: list[str], floor: int, last: int, language: Language) -> Iterator[tuple[int, int]]:
    """First and last lines of the block comments that stand alone between `floor` and `last`, in order."""
    index = floor
    while index < last:
        block = _block_at(lines, index, last, language)
        if block and block.stands_alone:
            yield index + 1, block.last
        index = block.last if block else index + 1


def header_blocks(lines: list[str], language: Language) -> list[tuple[int, int]]:
    """First and last lines of the comments that open a file, apart where a blank line parts them."""
    blocks: list[tuple[int, int]] = []
    index = 1 if lines and lines[0].startswith(("#!", "<?php")) else 0
    while index < len(lines):
        text = lines[index].strip()
        last = index + 1
        if text:
            block = _block_at(lines, index, len(lines), language)
            if not (block.stands_alone if block else _is_line_comment(text, language)):
                break
            last = block.last if block else last
            if blocks and blocks[-1][1] == index:
                blocks[-1] = (blocks[-1][0], last)
            else:
                blocks.append((index + 1, last))
        index = last
    return blocks


def is_license(text: str) -> bool:
    """Whether a comment states terms of a licence."""
    return bool(_LICENSE.search(text))


def _is_line_comment(text: str, language: Language) -> bool:
    """Whether a stripped line is a comment up to its end."""
    is_marked = bool(language.line_comments) and f"{text} ".startswith(language.line_comments)
    return is_marked and not (language.has_preprocessor and directives.is_preprocessor(text))


def _block_at(lines: list[str], index: int, limit: int, language: Language) -> _Block | None:
    """The block comment that the line at `index` begins with, up to line `limit` where it isn't closed before."""
    text = lines[index].lstrip()
    for opener, closer in language.block_comments:
        if opener.endswith("[[") and text.startswith(opener[:-1]):
            level = "=" * (len(text) - len(opener) + 1 - len(text[len(opener) - 1 :].lstrip("=")))
            opener, closer = f"{opener[:-1]}{level}[", f"]{level}]"
        if text.startswith(opener):
            break
    else:
        return None
    marker = re.compile(f"{re.escape(closer)}|{re.escape(opener)}" if language.nests_comments else re.escape(closer))
    depth, place = 1, len(lines[index]) - len(text) + len(opener)
    for number in range(index, limit):
        for match in marker.finditer(lines[number], place):
            depth += 1 if match[0] == opener else -1
            if not depth:
                rest = lines[number][match.end() :].strip()
                return _Block(number + 1, not rest or _is_line_comment(rest, language))
        place = 0
    return _Block(limit, stands_alone=False)


def without_markers(lines: list[str], language: Language) -> str:
    """The text of comment lines: markers, decoration and what only tools read left out, no blank lines at the ends."""
    return "\n".join(_words(lines, language)).strip("\n")


def _words(lines: list[str], language: Language) -> Iterator[str]:
    """What the lines of a comment say to a reader."""
    if ("{-", "-}") in language.block_comments and any("{-#" in line for line in lines):
        lines = _PRAGMA.sub("", "\n".join(lines)).split("\n")
    leading, trailing = _markers(language)
    ends = (*(closer[-1] for _, closer in language.block_comments), "-")
    for line in lines:
        text = leading.sub("", line, count=1).rstrip()
        if text.endswith(ends):
            text = trailing.sub("", text, count=1).rstrip()
        if not directives.is_noise(line, text):
            yield text


@cache
def _closers(language: Language) -> re.Pattern[str]:
    """What a line that ends a block comment has in it."""
    return re.compile("|".join(re.escape(closer.removeprefix("]")) for _, closer in language.block_comments) or "(?!)")


@cache
def _markers(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    dashed = [_any_level(opener).replace(r"\-\-", r"\-\-+") for opener, _ in language.block_comments]
    openers = [opener + r"(?: ?\||[*!-]*)" for opener in dashed]
    closers = ["-*" + _any_level(closer) + "-*" for _, closer in language.block_comments]
    heads = [re.escape(marker.strip()) + f"[{re.escape(marker[0])}!|]*" for marker in language.line_comments]
    stars = [r"\*+(?!/)"] if ("/*", "*/") in language.block_comments else []
    head = "|".join([*openers, *closers, *heads, *stars]) or "(?!)"
    tail = "|".join(closers) or "(?!)"
    return re.compile(rf"^\s*(?:{head})?[ \t]?"), re.compile(rf"(?<![\s*])[\s*]*(?:{tail})\s*$")


def _any_level(marker: str) -> str:
    """Pattern of a marker; Lua's and CMake's long brackets may have `=` between them, and in `a[b[1]]` is none."""
    return re.escape(marker).replace(r"\[\[", r"\[=*\[").replace(r"\]\]", r"(?<![^\s#-])\]=*\]")
