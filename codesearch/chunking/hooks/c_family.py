"""C and C++: one program without macros for the grammar, and no loops among the functions.

A loop whose head is a macro (`list_for_each(pos, head) {`) looks like a function without a type.
"""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import conditionals
from codesearch.chunking.hooks.c_macros import blank_group, without_comments_in_definitions, without_macros

# #ifdef __cplusplus / extern "C" { / #endif, and its closing counterpart
_EXTERN_C = re.compile(
    r"#[ \t]*if(?:def|[ \t]+defined)?[ \t(]*__cplusplus\)?[^\n]*\n"
    r'((?:[ \t]*(?:extern[ \t]*"C"[ \t]*\{?|\{|\}|/[/*][^\n]*)*[ \t]*\n){1,4})[ \t]*#[ \t]*endif',
    re.MULTILINE,
)
_ROUTINES = ("function", "test")
_MACRO_HEAD = re.compile(r"\w+\s*\(")


def prepare(text: str, *leading: re.Pattern[str]) -> str:
    """The text as one program, without macros that the grammars can't place; lines stay as they are.

    `leading` are further forms of macros that begin a line, which is in their first group.
    """
    text = without_comments_in_definitions(text)
    if "__cplusplus" in text:
        text = _EXTERN_C.sub(blank_group, text)
    return without_macros(conditionals.resolve(text), *leading)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units without loops, which lie in functions, or where these are broken away from the margin."""
    kept: list[Unit] = []
    around: list[Unit] = []
    for unit in units:
        while around and around[-1].end_line < unit.start_line:
            around.pop()
        if unit.kind in _ROUTINES and _MACRO_HEAD.match(unit.signature):
            is_loop = around[-1].kind in _ROUTINES if around else lines[unit.start_line - 1][:1].isspace()
            if is_loop:
                continue
        kept.append(unit)
        around.append(unit)
    return kept
