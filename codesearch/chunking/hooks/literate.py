"""Literate Haskell: the code of a text whose other lines are prose. Lines and columns are kept."""

from __future__ import annotations

import re

_BEGIN, _END = "\\begin{code}", "\\end{code}"
_CODE = re.compile(r"^(?:>|\\begin\{code\})", re.MULTILINE)
_INNERMOST_COMMENT = re.compile(r"\{-(?:(?!\{-|-\}).)*+-\}", re.DOTALL)
_DEEPEST_COMMENT = 4


def is_literate(text: str) -> bool:
    """Whether a text is literate: in the comments of other Haskell, examples are marked in the same way."""
    if not text.startswith((">", _BEGIN)) and "\n>" not in text and "\n" + _BEGIN not in text:
        return False
    for _ in range(_DEEPEST_COMMENT):
        text = _INNERMOST_COMMENT.sub("", text)
    return _CODE.search(text) is not None


def code(text: str) -> str:
    """The text with all but its code blanked: lines after `>`, and those between `\\begin{code}` and `\\end{code}`."""
    lines, is_code = text.split("\n"), False
    for index, line in enumerate(lines):
        if line.startswith((_BEGIN, _END)):
            is_code = line.startswith(_BEGIN)
            lines[index] = ""
        elif not is_code:
            lines[index] = " " + line[1:] if line.startswith(">") else ""
    return "\n".join(lines)
