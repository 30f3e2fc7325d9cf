"""C functions whose names or parameters are inside a macro, as the grammar takes them. Lines are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codesearch.chunking.blanks import blanked

# What stands before a name at the margin: a type and specifiers, perhaps on the line above.
_TYPE = r"(?!(?:return|else|case|goto|typedef)\b)[A-Za-z_][\w \t*]*(?:[ \t*]|\w[ \t]*\n)"
# `int NAME(push)(int a) {`: the macro makes the name of its arguments.
_MADE_NAME = re.compile(rf"{_TYPE}(\w+\([ \t]*(\w+(?:[ \t]*,[ \t]*\w+){{0,3}})[ \t]*\))\s{{0,40}}(?=\()")
# `int name OF((int a)) {`: for compilers of before and after ANSI C.
_WRAPPED_PARAMETERS = re.compile(rf"{_TYPE}\w+[ \t\n]+(\w+[ \t]?\()(?=\()")
# Emacs' `DEFUN ("car", Fcar, Scar, 1, 1, 0, doc: /* … */)`, above the parameters
_PRIMITIVE = re.compile(
    r"^DEFUN \(\"[^\"\n]*\",\s*(\w+),"
    r"(?>[^()/\"]++|/\*(?>[^*]++|\*(?!/))*+\*/|/|\"(?:\\.|[^\"\\])*+\"|\([^()]*+\))*+\)(?=\s*\()",
    re.MULTILINE,
)
_SIGNS = (")(", ") (", ")\t(", "((")
"""In every line that has one of these; found much faster than a pattern."""
_ATTRIBUTE = re.compile(r"attr|align|declspec|section|packed|unused", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_PARENTHESIS = re.compile(r"[()]")
_BODY_OR_END = re.compile(r"\s*[{;]")
_LONGEST = 4000
"""Characters of a function's parameters."""


def with_plain_names(text: str) -> str:
    """Blank macros around the names and the parameters of functions that are declared or defined at the margin."""
    if "\nDEFUN (" in text:
        text = _PRIMITIVE.sub(_plain_primitive, text)
    parts: list[str] = []
    done = 0
    for start in _lines_at_margin(text):
        if start < done:
            continue
        if match := _MADE_NAME.match(text, start):
            if _end_of_function_head(text, match.end()):
                parts += (text[done : match.start(1)], max(_WORD.findall(match[2]), key=len))
                done = match.end(1)
        elif match := _WRAPPED_PARAMETERS.match(text, start):
            end = _end_of_function_head(text, match.end() - 1)
            if end and not _ATTRIBUTE.search(match[1]):
                parts += (text[done : match.start(1)], text[match.end() : end - 1])
                done = end
    return "".join((*parts, text[done:]))


def _plain_primitive(head: re.Match[str]) -> str:
    before, after = head[0][: head.start(1) - head.start()], head[0][head.end(1) - head.start() :]
    first, *others = before.split("\n")
    return "\n".join(("Lisp_Object".ljust(len(first)), *map(blanked, others))) + head[1] + blanked(after)


def _lines_at_margin(text: str) -> Iterator[int]:
    """Where lines with a sign begin, and the lines before those that are not indented."""
    lines = {text.rfind("\n", 0, at) + 1 for sign in _SIGNS for at in _places(sign, text)}
    for start in sorted(lines):
        if text[start].isalpha() or text[start] == "_":
            above = text.rfind("\n", 0, max(0, start - 1)) + 1
            if above < start and (text[above].isalpha() or text[above] == "_"):
                yield above
            yield start


def _places(sign: str, text: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + len(sign))


def _end_of_function_head(text: str, start: int) -> int:
    """The end of the parentheses that open at `start`, 0 if neither a body nor a semicolon follows them."""
    depth = 0
    for parenthesis in _PARENTHESIS.finditer(text, start, start + _LONGEST):
        depth += 1 if parenthesis[0] == "(" else -1
        if not depth:
            return parenthesis.end() if _BODY_OR_END.match(text, parenthesis.end()) else 0
    return 0
