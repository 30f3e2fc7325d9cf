"""Comments by their markers: which lines above a definition belong to it, and their text without markers."""

from __future__ import annotations

import re
from functools import cache

from codesearch.languages.registry import Language


def first_line_of_comments(lines: list[str], line: int, floor: int, language: Language) -> int:
    """First line of the comments right above `line`, or `line`; never `floor` or above. 1-based."""
    line_markers = language.line_comments
    while line - 1 > floor:
        above = lines[line - 2].strip()
        if not above:
            break
        if line_markers and above.startswith(line_markers):
            line -= 1
            continue
        opening = _block_opening(lines, line - 1, floor, language)
        if not opening:
            break
        line = opening
    return line


def _block_opening(lines: list[str], last: int, floor: int, language: Language) -> int:
    """First line of the block comment that ends line `last`, or 0 where no such comment stands alone there."""
    for opener, closer in language.block_comments:
        if not lines[last - 1].rstrip().endswith(closer):
            continue
        for line in range(last, floor, -1):
            if opener in lines[line - 1]:
                return line if lines[line - 1].lstrip().startswith(opener) else 0
    return 0


def file_header(lines: list[str], language: Language) -> int:
    """Last line of the comments that open a file (blank lines and a `#!` line may lie between), or 0."""
    line = 1 if lines and lines[0].startswith("#!") else 0
    last = 0
    while line < len(lines):
        text = lines[line].strip()
        if not text:
            line += 1
        elif language.line_comments and text.startswith(language.line_comments):
            line += 1
            last = line
        elif closing := _block_closing(lines, line, language):
            line = last = closing
        else:
            break
    return last


def _block_closing(lines: list[str], index: int, language: Language) -> int:
    """Last line (1-based) of the block comment that begins at `index`, or 0."""
    for opener, closer in language.block_comments:
        if not lines[index].lstrip().startswith(opener):
            continue
        start = lines[index].index(opener) + len(opener)
        for line in range(index, len(lines)):
            if closer in lines[line][start if line == index else 0 :]:
                return line + 1
    return 0


def without_markers(lines: list[str], language: Language) -> str:
    """The text of comment lines: markers and decoration stripped, blank lines at both ends dropped."""
    leading, trailing = _markers(language)
    texts = [trailing.sub("", leading.sub("", line, count=1), count=1).rstrip() for line in lines]
    return "\n".join(texts).strip("\n")


@cache
def _markers(language: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    openers = [re.escape(opener) + "[*!]*" for opener, _ in language.block_comments]
    closers = [re.escape(closer) for _, closer in language.block_comments]
    heads = [re.escape(marker.strip()) + f"[{re.escape(marker[0])}!|]*" for marker in language.line_comments]
    stars = [r"\*+(?!/)"] if ("/*", "*/") in language.block_comments else []
    head = "|".join([*openers, *heads, *closers, *stars]) or "(?!)"
    tail = "|".join(closers) or "(?!)"
    return re.compile(rf"^\s*(?:{head})?[ \t]?"), re.compile(rf"\s*\**(?:{tail})\s*$")
