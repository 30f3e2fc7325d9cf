"""Comments, recognised by their markers: those above a definition, and their text without markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from codesearch.chunking import directives
from codesearch.languages.registry import Language

_TERMS = ("permission is hereby", "redistribution and use", "free software", "all rights reserved", "without warrant")
_LICENSE = re.compile(
    r"licen[sc]ed (?:under|to)|general public license|(?:apache|mit|bsd|isc|mozilla public)[\w .-]{0,20} licen[sc]e"
    r"|spdx-license"
)
"""In lower case, as the terms are."""
_WORD = re.compile(r"\w")
_PRAGMA = re.compile(r"\{-#(?:(?!\{-#).)*?#-\}", re.DOTALL)
"""Haskell's pragmas, which look like block comments."""
_DETACHABLE = ("/**", "<#")
"""Openers of block comments that may be separated by a blank line from the definition they document."""


class _Block(NamedTuple):
    """A block comment: its last line (1-based), and whether no code follows it there."""

    last: int
    stands_alone: bool


def first_line_of_comments(lines: list[str], line: int, floor: int, language: Language) -> int:
    """First line of the comments that belong to `line`, or else `line`; always after line `floor`. 1-based.

    They must be directly above, except that a documentation comment (`/** … */`) not at the top of the file may be
    followed by a blank line. Directives, rulers and a licence at the top of the file don't belong to a definition.
    """
    spans = _adjacent_comments(lines, line, floor, language) if line - 1 > floor else []
    if not any(_has_text(lines, span, language) for span in spans):
        return line
    if spans[-1][0] <= 2 and is_license("\n".join(lines[: line - 1])):
        return line
    while not _has_text(lines, spans[-1], language) and _is_directive(lines, spans[-1], language):
        spans.pop()
    return spans[-1][0]


def _has_text(lines: list[str], span: tuple[int, int], language: Language) -> bool:
    """Whether a comment has text for readers."""
    return any(map(_WORD.search, _text_lines(lines[span[0] - 1 : span[1]], language)))


def _is_directive(lines: list[str], span: tuple[int, int], language: Language) -> bool:
    line = lines[span[0] - 1]
    return directives.is_directive(line, _markers(language)[0].sub("", line, count=1))


def _adjacent_comments(lines: list[str], line: int, floor: int, language: Language) -> list[tuple[int, int]]:
    """First and last lines of the comments directly above `line`, nearest first; each line comment is a span."""
    spans: list[tuple[int, int]] = []
    blocks: dict[int, int] | None = None
    closes = _closers(language)
    while line - 1 > floor:
        previous = lines[line - 2].strip()
        last = line - 1
        is_detached = not previous
        if is_detached:
            last -= 1
            if spans or last <= max(floor, 1):
                break
        opening = 0
        if closes.search(lines[last - 1]):
            if blocks is None:
                blocks = {end: start for start, end in _blocks(lines, floor, line - 1, language)}
            opening = blocks.get(last, 0)
        if opening:
            if is_detached and not (opening > 2 and lines[opening - 1].lstrip().startswith(_DETACHABLE)):
                break
        elif is_detached or not _is_line_comment(previous, language):
            break
        line = opening or last
        if language.inner_comments and lines[line - 1].lstrip().startswith(language.inner_comments):
            break
        spans.append((line, last))
    return spans


def _blocks(lines: list[str], floor: int, last: int, language: Language) -> Iterator[tuple[int, int]]:
    """First and last lines of the block comments between `floor` and `last` that no code follows, in order."""
    index = floor
    while index < last:
        block = _block_at(lines, index, last, language)
        if block and block.stands_alone:
            yield index + 1, block.last
        index = block.last if block else index + 1


def header_blocks(lines: list[str], language: Language) -> list[tuple[int, int]]:
    """First and last lines of the comment blocks at the top of a file; blank lines separate blocks."""
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
    """Whether a comment contains licence terms."""
    lowered = text.lower()
    return any(term in lowered for term in _TERMS) or ("licen" in lowered and bool(_LICENSE.search(lowered)))


def _is_line_comment(text: str, language: Language) -> bool:
    """Whether a stripped line is a line comment."""
    is_marked = bool(language.line_comments) and f"{text} ".startswith(language.line_comments)
    return is_marked and not (language.has_preprocessor and directives.is_preprocessor(text))


def _block_at(lines: list[str], index: int, limit: int, language: Language) -> _Block | None:
    """The block comment that begins the line at `index`; it ends at line `limit` unless closed before."""
    text = lines[index].lstrip()
    if not text.startswith(_openers(language)):
        return None
    for opener, closer in language.block_comments:
        if opener.endswith("[[") and text.startswith(opener[:-1]):
            level = "=" * (len(text) - len(opener) + 1 - len(text[len(opener) - 1 :].lstrip("=")))
            opener, closer = f"{opener[:-1]}{level}[", f"]{level}]"
        if text.startswith(opener):
            break
    else:
        return None
    marker = _end_pattern(opener, closer, language.nests_comments)
    depth, column = 1, len(lines[index]) - len(text) + len(opener)
    for number in range(index, limit):
        for match in marker.finditer(lines[number], column):
            depth += 1 if match[0] == opener else -1
            if not depth:
                remainder = lines[number][match.end() :].strip()
                return _Block(number + 1, not remainder or _is_line_comment(remainder, language))
        column = 0
    return _Block(limit, stands_alone=False)


def without_markers(lines: list[str], language: Language) -> str:
    """The text of comment lines without markers, decoration, directives, and blank lines at the ends."""
    return "\n".join(_text_lines(lines, language)).strip("\n")


def _text_lines(lines: list[str], language: Language) -> Iterator[str]:
    """The lines of a comment that are for readers, without markers."""
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
def _openers(language: Language) -> tuple[str, ...]:
    """What block comments begin with; a long bracket may have `=` between its brackets."""
    return tuple(opener[:-1] if opener.endswith("[[") else opener for opener, _ in language.block_comments)


@lru_cache(maxsize=256)
def _end_pattern(opener: str, closer: str, nests: bool) -> re.Pattern[str]:
    """Matches the closer of a block comment, and its opener if comments nest."""
    return re.compile(f"{re.escape(closer)}|{re.escape(opener)}" if nests else re.escape(closer))


@cache
def _closers(language: Language) -> re.Pattern[str]:
    """Matches in lines that may end a block comment."""
    return re.compile("|".join(re.escape(closer.removeprefix("]")) for _, closer in language.block_comments) or "(?!)")


@cache
def _markers(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    dashed = [_marker_pattern(opener).replace(r"\-\-", r"\-\-+") for opener, _ in language.block_comments]
    openers = [opener + r"(?: ?\||[*!-]*)" for opener in dashed]
    closers = ["-*" + _marker_pattern(closer) + "-*" for _, closer in language.block_comments]
    heads = [re.escape(marker.strip()) + f"[{re.escape(marker[0])}!|]*" for marker in language.line_comments]
    stars = [r"\*+(?!/)"] if ("/*", "*/") in language.block_comments else []
    head = "|".join([*openers, *closers, *heads, *stars]) or "(?!)"
    tail = "|".join(closers) or "(?!)"
    return re.compile(rf"^\s*(?:{head})?[ \t]?"), re.compile(rf"(?<![\s*])[\s*]*(?:{tail})\s*$")


def _marker_pattern(marker: str) -> str:
    """Pattern of a marker. Long brackets (Lua, CMake) may have `=` inside; the brackets in `a[b[1]]` don't match."""
    return re.escape(marker).replace(r"\[\[", r"\[=*\[").replace(r"\]\]", r"(?<![^\s#-])\]=*\]")
