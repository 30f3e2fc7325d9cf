"""Rust: aliases of traits (`trait A = B + C;`) and macros without rules (`macro a($b:expr) { … }`), which the grammar
lacks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from codesearch.chunking.chunk import Unit
from codesearch.chunking.syntax import SIGNATURE_CHARS

_ALIAS = re.compile(r"(trait(?<!\wtrait)[ \t]+\w+[^;:{}=\n]*)=([^;{}]{0,1000});")
_BEFORE_ALIAS = re.compile(r"[ \t]*(?:pub(?:\([^()]*\))?[ \t]+)?(?:unsafe[ \t]+)?")
_MACRO = re.compile(
    r"^([ \t]*)(?:pub(?:\([^()\n]*\))?[ \t]+)?macro[ \t]+(\w+)[ \t]*(\([^{}]{0,1000}\)[ \t]*)?\{", re.MULTILINE
)
_MAY_BE_MACRO = re.compile(r"macro(?<!\wmacro)[ \t]+\w+[ \t]*[({]")
_LONGEST_HEAD = 20
"""Lines."""


def prepare(text: str) -> str:
    """Write aliases as traits without items, and macros as ones with a rule for everything. Lines are kept."""
    text = _ALIAS.sub(_as_trait, text)
    return _with_rules(text) if _MAY_BE_MACRO.search(text) else text


def _as_trait(alias: re.Match[str]) -> str:
    begin = alias.string.rfind("\n", 0, alias.start()) + 1
    is_item = _BEFORE_ALIAS.fullmatch(alias.string, begin, alias.start())
    return f"{alias[1]}:{alias[2]}{{}}" if is_item else alias[0]


def _with_rules(text: str) -> str:
    last_brace = cache(lambda indentation: text.rfind(f"\n{indentation}}}"))  # a search for each macro takes long
    parts: list[str] = []
    done = 0
    for head in _MACRO.finditer(text):
        if head.start() < done or (end := _end(text, head, last_brace(head[1]))) < 0:
            continue
        newlines = "\n" * (head[3] or "").count("\n")
        body = text[head.end() : end]
        parts += (text[done : head.start()], f"{head[1]}macro_rules! {head[2]} {newlines}{{() => {{{body}}}}}")
        done = end + 1
    return "".join(parts) + text[done:]


def _end(text: str, head: re.Match[str], last: int) -> int:
    """The offset of the brace that ends a macro: the last of its line, or the first at its indentation; -1 if none.

    `last` is the offset of the last line that begins with such a brace.
    """
    newline = text.find("\n", head.end())
    line = text[head.start() : newline if newline >= 0 else len(text)].rstrip()
    if line.count("{") == line.count("}") and line.endswith("}"):
        return head.start() + len(line) - 1
    end = text.find(f"\n{head[1]}}}", head.end()) if last >= head.end() else -1
    return end + len(head[1]) + 1 if end >= 0 else -1


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Take the signatures of aliases and macros from the text as it was."""
    return [_with_signature(unit, lines) if unit.kind in ("trait", "macro") else unit for unit in units]


def _with_signature(unit: Unit, lines: list[str]) -> Unit:
    pattern = _MACRO if unit.kind == "macro" else _ALIAS
    text = "\n".join(lines[unit.start_line - 1 : min(unit.end_line, unit.start_line + _LONGEST_HEAD)])
    head = pattern.search(text)
    if head is None or unit.name not in head[0]:
        return unit
    begin = text.rfind("\n", 0, head.start() + 1) + 1
    return replace(unit, signature=" ".join(text[begin : head.end()].rstrip("{; ").split())[:SIGNATURE_CHARS])
