"""Splitting lines into windows, preferably after blank lines and at low indentation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

TARGET_CHARS = 1500
"""The window size used in the retrieval experiments."""


def split(lines: Sequence[str], target: int) -> list[tuple[int, int]]:
    """Half-open ranges that cover `lines`, each of about `target` characters.

    A range ends before a line of its second half, preferably one that follows a blank line and doesn't close a block;
    among these, before the least indented, and the last of equals. Lines that `\\` joins are kept together if possible.
    Lines are never split, however long.
    """
    ends = list(accumulate(len(line) + 1 for line in lines))
    windows: list[tuple[int, int]] = []
    begin = 0
    while begin < len(lines):
        done = ends[begin - 1] if begin else 0
        if ends[-1] - done <= target * 4 // 3:
            windows.append((begin, len(lines)))
            break
        best, best_cost, index = begin + 1, (2, 1 << 30), begin + 1
        while index < len(lines) and ends[index - 1] - done <= target:
            if ends[index - 1] - done >= target // 2:
                cost = _cost(lines, index)
                if cost <= best_cost:
                    best, best_cost = index, cost
            index += 1
        if best_cost[0] == 2:
            best = max(index - 1, begin + 1)
        windows.append((begin, best))
        begin = best
    return windows


def _cost(lines: Sequence[str], index: int) -> tuple[int, int]:
    """Cost of beginning a window at `lines[index]`."""
    line = lines[index]
    text = line.lstrip()
    if not text or lines[index - 1].endswith("\\"):
        return 1, 1 << 20
    closes = text[0] in ")]}" or text.startswith("end")
    return int(closes or bool(lines[index - 1].strip())), len(line) - len(text)
