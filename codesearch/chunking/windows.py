"""Cut a run of lines into windows at the best places: where indentation is least, after a blank line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

TARGET_CHARS = 1500
"""What the retrieval experiments were run with."""


def cut(lines: Sequence[str], target: int) -> list[tuple[int, int]]:
    """Half-open ranges that cover `lines`, each of about `target` characters.

    A range ends before the least indented line of its last half, the later of two alike; a line after a blank
    one is preferred to any other. A line longer than `target` is never cut.
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
    """How bad it is to begin a window at `lines[index]`."""
    line = lines[index]
    text = line.lstrip()
    if not text:
        return 1, 1 << 20
    closes = text[0] in ")]}" or text.startswith("end")
    return int(closes or bool(lines[index - 1].strip())), len(line) - len(text)
