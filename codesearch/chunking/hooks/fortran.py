"""FORTRAN as the grammar takes it: in free form, without preprocessor lines. Documentation may stand below a head."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Unit
from codesearch.languages.registry import resolve

_COMMENT_SIGNS = ("c", "C", "*", "d", "D", "!")
_FREE_FORM = re.compile(
    r"^(?![cC*!]).*&[ \t]*(?:!.*)?$|"
    r"^ {0,4}(?:module|program|subroutine|function|contains|use|implicit|integer|real|type|end|if|do|call)\b",
    re.MULTILINE | re.IGNORECASE,
)
_FIXED_COMMENT = re.compile(r"^(?:[cC*]\W|[cC*]$|\*)", re.MULTILINE)
_CONTINUED = re.compile(r"^(?: {5}[^ 0\n!]|\t[1-9])", re.MULTILINE)
_LAST_COLUMN = 72
_SEQUENCE = re.compile(r"^(?=.{73,80}$)(.{1,71}?)[ \t]{2,}\w+[ \t]*$")
"""Cards were numbered in columns 73 to 80."""
_PREPROCESSOR = re.compile(r"#[ \t]*(if|el|endif)?")
_END = re.compile(
    r"[ \t]*end[ \t]*(?:(?:subroutine|function|procedure|(?:sub)?module|program|type|interface|block[ \t]*data)\b|!|$)",
    re.IGNORECASE,
)
_BELOW = ("!!", "!<")
_TRAILING_COMMENT = re.compile(r"""^((?:[^!'"]|'[^']*'|"[^"]*")*)!.*$""")


def is_fixed_form(text: str) -> bool:
    """Whether a text has comments in column 1 or continuations in column 6, and no sign of free form."""
    return bool(_CONTINUED.search(text) or _FIXED_COMMENT.search(text)) and not _FREE_FORM.search(text)


def prepare(text: str) -> str:
    """The text in free form and without preprocessor lines; lines stay."""
    if text.startswith("#") or "\n#" in text:
        text = _without_preprocessor(text)
    return _in_free_form(text) if is_fixed_form(text) else text


def _without_preprocessor(text: str) -> str:
    """The text with one branch of each `#if`, or all of them where others end a definition of their own.

    The grammar can't place such lines in statements that go on, nor two heads with one end.
    """
    lines = text.split("\n")
    others: list[int] = []
    for index, line in enumerate(lines):
        if not (match := line.startswith("#") and _PREPROCESSOR.match(line)):
            continue
        lines[index] = ""
        if match[1] == "if":
            others.append(0)
        elif match[1] == "el" and others:
            others[-1] = others[-1] or index
        elif match[1] == "endif" and others:
            first = others.pop() or index
            if not any(map(_END.match, lines[first:index])):
                lines[first:index] = [""] * (index - first)
    return "\n".join(lines)


def _in_free_form(text: str) -> str:
    lines = text.split("\n")
    last_code = -1
    for index, line in enumerate(lines):
        if line.startswith(_COMMENT_SIGNS):
            lines[index] = "!" + line[1:]
        elif line.strip() and not line.lstrip().startswith("!"):
            if _CONTINUED.match(line):
                column = line.startswith("\t") or 5
                lines[index] = line[:column] + " " + line[column + 1 :]
                if last_code >= 0:
                    lines[last_code] = _continued(lines[last_code])
            if sequence := _SEQUENCE.match(lines[index]):
                lines[index] = sequence[1]
            last_code = index
    return "\n".join(lines)


def _continued(line: str) -> str:
    code = line[:_LAST_COLUMN]
    comment = _TRAILING_COMMENT.match(code)
    return (comment[1] if comment else code).rstrip() + " &"


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, with continuation signs taken out of their signatures and what is said below their heads."""
    return [
        replace(
            unit,
            signature=" ".join(unit.signature.replace("&", " ").split()),
            documentation=_said_below(lines, unit.header_end),
        )
        for unit in units
    ]


def _said_below(lines: list[str], line: int) -> str:
    """The text of the comments right below a line that document what stands above."""
    end = line
    while end < len(lines) and lines[end].lstrip().startswith(_BELOW):
        end += 1
    return comments.without_markers(lines[line:end], resolve("FORTRAN")) if end > line else ""
