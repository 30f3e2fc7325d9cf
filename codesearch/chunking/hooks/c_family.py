"""C and C++: preprocessing for the grammar, and removal of loops that look like functions.

A loop whose head is a macro (`list_for_each(pos, head) {`) looks like a function without a type.
"""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blank_group
from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import conditionals
from codesearch.chunking.hooks.c_macros import without_comments_in_definitions, without_macros
from codesearch.chunking.hooks.c_names import with_plain_names

# #ifdef __cplusplus / extern "C" { / #endif, and the closing counterpart
_EXTERN_C = re.compile(
    r"#[ \t]*if(?:def|[ \t]+defined)?[ \t(]*__cplusplus\)?[^\n]*\n"
    r'((?:(?:[ \t]*+(?:extern[ \t]*+"C"(?:[ \t]*+\{)?|\{|\}|/[/*][^\n]*+))*+[ \t]*+\n){1,4})[ \t]*#[ \t]*endif',
    re.MULTILINE,
)
_ROUTINES = ("function", "test")
_MACRO_HEAD = re.compile(r"\w+\s*\(")


def prepare(text: str, *leading: re.Pattern[str]) -> str:
    """Resolve conditionals and blank macros that the grammars can't parse. Lines are kept.

    `leading` are additional patterns of macros at the beginning of a line; their first group is the macro.
    """
    text = without_comments_in_definitions(text)
    if "__cplusplus" in text:
        text = _EXTERN_C.sub(blank_group, text)
    return without_macros(with_plain_names(conditionals.resolve(text)), *leading)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Remove loops: such units inside functions, or indented ones outside, where the function was not parsed."""
    result: list[Unit] = []
    enclosing: list[Unit] = []
    for unit in units:
        while enclosing and enclosing[-1].end_line < unit.start_line:
            enclosing.pop()
        if unit.kind in _ROUTINES and _MACRO_HEAD.match(unit.signature):
            is_loop = enclosing[-1].kind in _ROUTINES if enclosing else lines[unit.start_line - 1][:1].isspace()
            if is_loop:
                continue
        result.append(unit)
        enclosing.append(unit)
    return result
