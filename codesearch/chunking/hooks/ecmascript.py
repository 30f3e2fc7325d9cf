"""JavaScript and TypeScript: overloads are merged with their implementation, prototypes with their class."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.blanks import blank_match
from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import flow, overloads
from codesearch.chunking.syntax import split_qualified

_SUITE = re.compile(r"(?:[fx]?(?:describe|context)|suite|test\.describe|QUnit\.module)\b")
_PROTOTYPE = ".prototype"
_TYPE_EXPORT, _EXPORT = "export type *", "export      *"
"""TypeScript 5 syntax that the grammar lacks."""
_TYPE_TEMPLATE = re.compile(r"^(?:export[ \t]+)?type\b[^`;]{1,300}?=\s*`(?:\\.|[^`\\])*`", re.MULTILINE)
_ESCAPED_BACKTICK = "\\`"
INSERTED = "\u01c0"
"""Follows an attribute of JSX that is a keyword (`<label class="total" for={id}>`), which the grammar lacks."""
_KEYWORDS = ("class", "for", "in", "default")
_KEYWORD_ATTRIBUTE = re.compile(rf"(?<=\s)(?:{'|'.join(_KEYWORDS)})(?==[\"'{{])")
_SUBSCRIPT = re.compile(r"\[\s*(?:'([\w$]+)'|\"([\w$]+)\")\s*\]")
_VARIANCE = re.compile(r"([<,\n][ \t]*)(?:in[ \t]+)?(?:in|out)(?=[ \t]+[A-Z]\w*(?:[,>\n]|[ \t]*=|[ \t]+extends\b))")
_NAMELESS = re.compile(r"(?<=export default )abstract(?= class\b\s*(?:[<{]|(?:extends|implements)\b))")
_GENERIC_LINE = re.compile(r"\n[ \t]*(?=<(?:\n|(?:const[ \t]+)?[A-Z]\w*(?:,|>\(|[ \t]+(?:extends\b|=))))")
_TYPE_END = re.compile(r"[^:>|&(\[{]*[:>|&(\[{].+(?<=[\w>)}\]\"'`])(?<!=>)|[ \t]*[>)}\]]+")
_LOOK_BACK = 4000
"""Characters before a generic signature that are searched for the end of the one above."""


def prepare(text: str) -> str:
    """Replace syntax that the grammar lacks. Lines are kept."""
    if flow.MARK in text:
        text = flow.prepare(text)
    if any(f"{keyword}=" in text for keyword in _KEYWORDS):
        text = _KEYWORD_ATTRIBUTE.sub(rf"\g<0>{INSERTED}", text)
    text = text.replace(_TYPE_EXPORT, _EXPORT)
    if _ESCAPED_BACKTICK in text:
        text = _TYPE_TEMPLATE.sub(lambda match: match[0].replace(_ESCAPED_BACKTICK, "''"), text)
    if "default abstract" in text:
        text = _NAMELESS.sub(blank_match, text)
    if "out " in text:
        text = _VARIANCE.sub(r"\1", text)
    return _GENERIC_LINE.sub(_separated, text) if "\n  <" in text or "\n\t<" in text else text


def _separated(match: re.Match[str]) -> str:
    """The beginning of a line of a generic signature, with the `;` that ends the signature above."""
    above = match.string[max(0, match.start() - _LOOK_BACK) : match.start()].rstrip()
    while above.endswith("*/") or above.rpartition("\n")[2].lstrip().startswith("//"):
        above = above[: max(0, above.rfind("/*" if above.endswith("*/") else "//"))].rstrip()
    line = above.rpartition("\n")[2]
    return match[0] + ";" if _TYPE_END.fullmatch(line) else match[0]


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Merge overloads, normalise units, drop functions that repeat a name (`const Row = memo(function Row() {})`)."""
    result: list[Unit] = []
    for unit in overloads.merge(units, lines):
        if not (result and _repeats(unit, result[-1])):
            result.append(_normalised(unit))
    return result


def _repeats(unit: Unit, previous: Unit) -> bool:
    return unit.name == previous.name and unit.start_line == previous.start_line and unit.end_line <= previous.end_line


def _normalised(unit: Unit) -> Unit:
    if unit.kind == "test":
        return replace(unit, kind="suite", is_container=True) if _SUITE.match(unit.signature) else unit
    if "[" in unit.qualifier or unit.name.endswith("]"):
        unit = _without_subscripts(unit)
    return _without_prototype(unit) if unit.qualifier else unit


def _without_subscripts(unit: Unit) -> Unit:
    """`exports['add']` → `exports.add`."""
    path = _SUBSCRIPT.sub(r".\1\2", f"{unit.qualifier}.{unit.name}" if unit.qualifier else unit.name)
    qualifier, name = split_qualified(path.lstrip("."))
    return replace(unit, qualifier=qualifier, name=name)


def _without_prototype(unit: Unit) -> Unit:
    """`Cart.prototype.add` → the method `Cart.add`; `Cart.prototype = {}` → `Cart`."""
    if unit.qualifier.endswith(_PROTOTYPE):
        kind = "method" if unit.kind == "function" else unit.kind
        return replace(unit, kind=kind, qualifier=unit.qualifier.removesuffix(_PROTOTYPE))
    if unit.name == "prototype":
        qualifier, _, name = unit.qualifier.rpartition(".")
        return replace(unit, qualifier=qualifier, name=name)
    return unit
