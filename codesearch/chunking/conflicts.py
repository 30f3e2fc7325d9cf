"""Conflict markers of Git: of both sides, only the first is parsed, since both together are rarely valid code."""

from __future__ import annotations

_OURS, _BASE, _THEIRS, _END = "<<<<<<< ", "||||||| ", "=======", ">>>>>>> "


def without_theirs(text: str) -> str:
    """The text with the markers of conflicts and their second sides as empty lines. Other lines are kept."""
    if _OURS not in text or _END not in text:
        return text
    lines = text.split("\n")
    begin = second = -1
    for index, line in enumerate(lines):
        if line.startswith(_OURS):
            begin, second = index, -1
        elif begin >= 0 > second and (line == _THEIRS or line.startswith(_BASE)):
            second = index
        elif second >= 0 and line.startswith(_END):
            lines[begin] = ""
            lines[second : index + 1] = [""] * (index + 1 - second)
            begin = second = -1
    return "\n".join(lines)
