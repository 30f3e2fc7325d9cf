"""FORTRAN: fixed form is converted to free form, preprocessor lines are removed; documentation may follow a head."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking import comments
from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import fypp
from codesearch.chunking.hooks.fortran_skeleton import skeleton
from codesearch.languages.registry import resolve

__all__ = ["prepare", "refine", "skeleton"]

_COMMENT_CHARACTERS = ("c", "C", "*", "d", "D", "!")
_FREE_FORM = re.compile(
    r"^(?![cC*!]).*&[ \t]*(?:!.*)?$|"
    r"^ {0,4}(?:module|program|subroutine|function|contains|use|implicit|integer|real|type|end|if|do|call)\b",
    re.MULTILINE | re.IGNORECASE,
)
_FIXED_COMMENT = re.compile(r"^(?:[cC*]\W|[cC*]$|\*)", re.MULTILINE)
_CONTINUATION = re.compile(r"^(?: {5}[^ 0\n!]|\t[1-9])", re.MULTILINE)
_LAST_COLUMN = 72
_SEQUENCE = re.compile(r"^(?=.{73,80}$)(.{1,71}?)[ \t]{2,}\w+[ \t]*$")
"""Sequence numbers in columns 73 to 80, as on punched cards."""
_PREPROCESSOR = re.compile(r"#[ \t]*(if|el|endif)?")
_DIRECTIVE_MACRO = re.compile(
    r"^[ \t]*(?!NON_)[A-Z][A-Z0-9]*_[A-Z0-9_]+[ \t]+(?=[a-z])(?!.*\b(?:function|subroutine)\b)"
    r"(?:.*&[ \t]*\n)*.*$",
    re.MULTILINE,
)
"""A macro that stands for the mark of a directive (`DEV_OMP parallel do`), with continuations. No keyword has `_`."""
_BINDING = re.compile(
    r"^[ \t]*(?:generic|(?:module[ \t]+)?procedure)\b(?:.*&[ \t]*(?:!.*)?\n(?:[ \t]*\n)*)*.*$",
    re.MULTILINE | re.IGNORECASE,
)
"""A statement that lists procedures of a type or an interface, with continuations."""
_NAME_IN_MACRO = re.compile(r"\b(?!PROCEDURE|PASS|BIND|OPERATOR|ASSIGNMENT)[A-Z][A-Z0-9_]+\((\w+)\)")
_END = re.compile(
    r"[ \t]*end[ \t]*(?:(?:subroutine|function|procedure|(?:sub)?module|program|type|interface|block[ \t]*data)\b|!|$)",
    re.IGNORECASE,
)
_BELOW = ("!!", "!<")
_TRAILING_COMMENT = re.compile(r"""^((?:[^!'"]|'[^']*'|"[^"]*")*)!.*$""")


def is_fixed_form(text: str) -> bool:
    """Whether a text has comments in column 1 or continuations in column 6, and no free-form syntax."""
    return bool(_CONTINUATION.search(text) or _FIXED_COMMENT.search(text)) and not _FREE_FORM.search(text)


def prepare(text: str) -> str:
    """Convert to free form without preprocessor lines. Lines are kept."""
    if "#:" in text or "${" in text:
        text = fypp.expanded(text)
    if text.startswith("#") or "\n#" in text:
        text = _without_macros(_without_preprocessor(text))
    return _to_free_form(text) if is_fixed_form(text) else text


def _without_preprocessor(text: str) -> str:
    """Keep only the first branch of each `#if`, or all branches if the others contain the end of a definition.

    The grammar can't parse directives within continued statements, or two heads with one end.
    """
    lines = text.split("\n")
    branch_starts: list[int] = []
    for index, line in enumerate(lines):
        if not (match := line.startswith("#") and _PREPROCESSOR.match(line)):
            continue
        lines[index] = ""
        if match[1] == "if":
            branch_starts.append(0)
        elif match[1] == "el" and branch_starts:
            branch_starts[-1] = branch_starts[-1] or index
        elif match[1] == "endif" and branch_starts:
            first = branch_starts.pop() or index
            if not any(map(_END.match, lines[first:index])):
                lines[first:index] = [""] * (index - first)
    return "\n".join(lines)


def _without_macros(text: str) -> str:
    """Blank macros that stand for marks of directives, and those around the names of bound procedures."""
    text = _DIRECTIVE_MACRO.sub(lambda match: "\n" * match[0].count("\n"), text)
    return _BINDING.sub(lambda match: _NAME_IN_MACRO.sub(r"\1", match[0]), text)


def _to_free_form(text: str) -> str:
    lines = text.split("\n")
    last_code = -1
    for index, line in enumerate(lines):
        if line.startswith(_COMMENT_CHARACTERS):
            lines[index] = "!" + line[1:]
        elif line.strip() and not line.lstrip().startswith("!"):
            if _CONTINUATION.match(line):
                column = line.startswith("\t") or 5
                lines[index] = line[:column] + " " + line[column + 1 :]
                if last_code >= 0:
                    lines[last_code] = _with_continuation(lines[last_code])
            if sequence := _SEQUENCE.match(lines[index]):
                lines[index] = sequence[1]
            last_code = index
    return "\n".join(lines)


def _with_continuation(line: str) -> str:
    code = line[:_LAST_COLUMN]
    comment = _TRAILING_COMMENT.match(code)
    return (comment[1] if comment else code).rstrip() + " &"


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Remove continuation characters from signatures and add the documentation below heads."""
    return [
        replace(
            unit,
            signature=" ".join(unit.signature.replace("&", " ").split()),
            documentation=_documentation_below(lines, unit.header_end),
        )
        for unit in units
    ]


def _documentation_below(lines: list[str], line: int) -> str:
    """The text of the documentation comments (`!!`, `!<`) right below a line."""
    end = line
    while end < len(lines) and lines[end].lstrip().startswith(_BELOW):
        end += 1
    return comments.without_markers(lines[line:end], resolve("FORTRAN")) if end > line else ""
