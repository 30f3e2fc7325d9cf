"""C#: conditional compilation, and syntax that the grammar lacks: extension blocks, `a?.b = c`, `#:package`."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.blanks import blanked
from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import conditionals

# `extension<T>(IEnumerable<T> source) where T : struct {`
_EXTENSION = re.compile(
    r"^([ \t]*)extension[ \t]*(?:<[^(){};]{0,300}>)?[ \t]*"
    r"\((?>[^(){};]++|\([^(){};]*+\)){0,300}+\)(?=[^(){};]{0,300}\{)",
    re.MULTILINE,
)
# `a?.b = c`, `a?[0] = c`
_CONDITIONAL_ASSIGNMENT = re.compile(
    r"\?(?=(?:\.\w|\[[^\[\]\n]*\])[\w.?]{0,200}(?:\[[^\[\]\n]*\])?[ \t]*(?:[-+*/%&|^]|<<|>>|\?\?)?=(?![=>]))"
)
_FILE_DIRECTIVE = re.compile(r"^#:.*", re.MULTILINE)
# `*(float*)&x`, `(float*)&x`
_POINTER_CAST = re.compile(r"\*\([\w.]+\*+\)&?|(?<=\*\))&")
# `Load(query, async)`, where `async` is a variable
_ASYNC_ARGUMENT = re.compile(r"async(?<!\wasync)(?=[,)])")
# `$@"""{name}"""`: a verbatim string that begins with a quote, not a raw string
_QUOTED_VERBATIM = re.compile(r'([$]@|@[$])"""([^"\n]*)"""')
# `closed record Shape`: one that only its assembly derives from
_CLOSED = re.compile(r"closed(?<!\wclosed)(?=[ \t]+(?:(?:abstract|partial)[ \t]+)*(?:record|class|interface)[ \t]+\w)")
# `operator +=(`: the grammar ends the name before the `=`
_COMPOUND_ASSIGNMENT = re.compile(r"\boperator\s+(?:checked\s+)?([^\w\s()]+=)\s*\(")
_NAME_PREFIXES = {"operator": "operator ", "destructor": "~"}
"""Prefixes of names as written in source, by kind."""
_REPLACEMENTS = (
    ("<,>", "<_,_>"),
    ("<,,>", "<_,_,_>"),
    ("allows ref struct", "class"),
    ("ref partial struct", "    partial struct"),
)


def prepare(text: str) -> str:
    """Resolve conditionals and replace unsupported syntax; extension blocks become classes named `extension`."""
    text = conditionals.resolve(text)
    if "extension" in text:
        text = _EXTENSION.sub(_as_class, text)
    if "?." in text or "?[" in text:
        text = _CONDITIONAL_ASSIGNMENT.sub(" ", text)
    if "#:" in text:
        text = _FILE_DIRECTIVE.sub("", text)
    if "*)" in text:
        text = _POINTER_CAST.sub(lambda cast: " " * len(cast[0]), text)
    if "closed " in text:
        text = _CLOSED.sub("      ", text)
    if "async)" in text or "async," in text:
        text = _ASYNC_ARGUMENT.sub("_sync", text)
    if '@"""' in text or '@$"""' in text:
        text = _QUOTED_VERBATIM.sub(r'\1"  \2  "', text)
    for unsupported, supported in _REPLACEMENTS:
        text = text.replace(unsupported, supported)
    return text


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Name operators and destructors as in source."""
    return [
        replace(unit, name=_NAME_PREFIXES[unit.kind] + _plain_name(unit)) if unit.kind in _NAME_PREFIXES else unit
        for unit in units
    ]


def _plain_name(unit: Unit) -> str:
    assignment = _COMPOUND_ASSIGNMENT.search(unit.signature)
    return assignment[1] if assignment else unit.name


def _as_class(block: re.Match[str]) -> str:
    """Replace the head of an extension block, which may have several lines."""
    head, newline, others = block[0].partition("\n")
    return f"{block[1]}class extension".ljust(len(head)) + newline + blanked(others)
