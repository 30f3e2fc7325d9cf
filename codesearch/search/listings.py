"""Lines of files as other programs list them, below the path of their file or behind it: which places they are.

ripgrep, ESLint and diffs list lines under the path of their file; grep writes the path and `-` before each line around
a match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_HEADING = re.compile(r"(?:FILE:\s+)?((?:[A-Za-z]:(?=[/\\]))?[^\s:\"'`<>|*?]+)")
"""A line that is a path, in the listing of PHP_CodeSniffer with a word before it."""
_FILE_OF_DIFF = re.compile(r"(?:diff --git (?:\S+) |\+\+\+ )(?:b/)?(\S+)")
_HUNK = re.compile(r"@@+ (?:-\d\S* )+\+(\d{1,9})")
_UNDER_HEADING = re.compile(r"\s*+(\d{1,9})(?::\d{1,9})?(\s*+[|│]|[:=-]|\s{2}|$)")
"""`499:  text`, `499-text`, `869:5  error`, `  2 | ERROR`."""
_CONTEXT = ("-", "=")
"""What grep writes behind the number of a line without a match: `-`, or `=` if it is the head of a function."""
_NUMBER_IN_CONTEXT = re.compile(r"([-=])(\d{1,9})\1")
_LONGEST_PATH = 512


class Listed(NamedTuple):
    """The paths and numbers of listed lines."""

    lines: list[tuple[str, int]]
    """Of a part of a diff, the first line in the new file."""
    around: list[tuple[str, int]]
    """Lines around a match, which are meant if there is no match."""


def listed_lines(text: str, is_file: Callable[[str], bool]) -> Listed:
    """The lines that a text lists."""
    listed = Listed([], [])
    heading = file_of_diff = ""
    for line in text.splitlines():
        if file := _FILE_OF_DIFF.match(line):
            file_of_diff = file[1]
        elif file_of_diff and (hunk := _HUNK.match(line)):
            listed.lines.append((file_of_diff, int(hunk[1])))
        elif (path := _HEADING.fullmatch(line.strip())) and (is_file(path[1]) or "/" in path[1]):
            heading = path[1]
        elif not line.strip():
            heading = ""
        elif heading and (number := _UNDER_HEADING.match(line)):
            places = listed.around if number[2] in _CONTEXT else listed.lines
            places.append((heading, int(number[1])))
        elif place := _place_in_context(line.strip(), is_file):
            listed.around.append(place)
    return listed


def _place_in_context(line: str, is_file: Callable[[str], bool]) -> tuple[str, int] | None:
    """The place of `path-262-  text`."""
    word = line[:_LONGEST_PATH].partition(" ")[0]
    for number in _NUMBER_IN_CONTEXT.finditer(word):
        if is_file(word[: number.start()]):
            return word[: number.start()], int(number[2])
    return None
