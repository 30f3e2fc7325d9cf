"""Comments by their markers: which lines above a definition belong to it, and their text without markers."""

from __future__ import annotations

import re
from functools import cache

from codesearch.languages.registry import Language

_LICENSE = re.compile(
    r"licen[sc]ed (?:under|to)|permission is hereby|redistribution and use|general public license|free software"
    r"|(?:apache|mit|bsd|isc|mozilla public)[\w .-]{0,20} licen[sc]e|all rights reserved|without warrant|SPDX-License",
    re.IGNORECASE,
)


def first_line_of_comments(lines: list[str], line: int, floor: int, language: Language) -> int:
    """First line of the comments above `line`, or `line`; never `floor` or above. 1-based.

    They stand right above; only a documentation comment (`/** … */`) that does not open the file may be followed by
    a blank line.
    """
    line_markers = language.line_comments
    first = line
    while first - 1 > floor:
        above = lines[first - 2].strip()
        if line_markers and above.startswith(line_markers):
            first -= 1
        elif above and (opening := _block_opening(lines, first - 1, floor, language)):
            first = opening
        elif not above and first == line and first - 2 > max(floor, 1):
            opening = _block_opening(lines, first - 2, floor, language)
            if opening <= 2 or not lines[opening - 1].lstrip().startswith("/**"):
                break
            first = opening
        else:
            break
    return first


def _block_opening(lines: list[str], last: int, floor: int, language: Language) -> int:
    """First line of the block comment that ends line `last`, or 0 where no such comment stands alone there."""
    for opener, closer in language.block_comments:
        if not lines[last - 1].rstrip().endswith(closer):
            continue
        for line in range(last, floor, -1):
            if opener in lines[line - 1]:
                return line if lines[line - 1].lstrip().startswith(opener) else 0
    return 0


def header_blocks(lines: list[str], language: Language) -> list[tuple[int, int]]:
    """First and last lines of the comments that open a file, apart where a blank line parts them."""
    blocks: list[tuple[int, int]] = []
    index = 1 if lines and lines[0].startswith(("#!", "<?php")) else 0
    while index < len(lines):
        text = lines[index].strip()
        last = index + 1
        if text:
            if not (language.line_comments and text.startswith(language.line_comments)):
                last = _block_closing(lines, index, language)
            if not last:
                break
            if blocks and blocks[-1][1] == index:
                blocks[-1] = (blocks[-1][0], last)
            else:
                blocks.append((index + 1, last))
        index = last
    return blocks


def is_license(text: str) -> bool:
    """Whether a comment states terms of a licence."""
    return bool(_LICENSE.search(text))


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
    return re.compile(rf"^\s*(?:{head})?[ \t]?"), re.compile(rf"(?<![\s*])[\s*]*(?:{tail})\s*$")
