"""Fixed-form FORTRAN, rewritten line by line as free form for the grammar."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

_COMMENT_SIGNS = ("c", "C", "*", "d", "D", "!")
_FREE_FORM = re.compile(
    r"^(?![cC*!]).*&[ \t]*(?:!.*)?$|"
    r"^ {0,4}(?:module|program|subroutine|function|contains|use|implicit|integer|real|type|end|if|do|call)\b",
    re.MULTILINE | re.IGNORECASE,
)
_FIXED_COMMENT = re.compile(r"^(?:[cC*]\W|[cC*]$|\*)", re.MULTILINE)
_CONTINUED = re.compile(r"^(?: {5}[^ 0\n!]|\t[1-9])", re.MULTILINE)
_LAST_COLUMN = 72
_TRAILING_COMMENT = re.compile(r"""^((?:[^!'"]|'[^']*'|"[^"]*")*)!.*$""")


def is_fixed_form(text: str) -> bool:
    """Whether a text has comments in column 1 or continuations in column 6, and no sign of free form."""
    return bool(_CONTINUED.search(text) or _FIXED_COMMENT.search(text)) and not _FREE_FORM.search(text)


def prepare(text: str) -> str:
    """The text in free form, line by line; what is in free form is returned as it is."""
    if not is_fixed_form(text):
        return text
    lines = text.split("\n")
    last_code = -1
    for index, line in enumerate(lines):
        if line.startswith(_COMMENT_SIGNS):
            lines[index] = "!" + line[1:]
        elif line.strip() and line[0] != "#" and not line.lstrip().startswith("!"):
            if _CONTINUED.match(line):
                column = line.startswith("\t") or 5
                lines[index] = line[:column] + " " + line[column + 1 :]
                if last_code >= 0:
                    lines[last_code] = _continued(lines[last_code])
            last_code = index
    return "\n".join(lines)


def _continued(line: str) -> str:
    code = line[:_LAST_COLUMN]
    comment = _TRAILING_COMMENT.match(code)
    return (comment[1] if comment else code).rstrip() + " &"


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, with continuation signs taken out of their signatures."""
    return [replace(unit, signature=" ".join(unit.signature.replace("&", " ").split())) for unit in units]
