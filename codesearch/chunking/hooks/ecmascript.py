"""JavaScript and TypeScript: overloads are merged with their implementation, prototypes with their class."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import overloads

_SUITE = re.compile(r"(?:[fx]?(?:describe|context)|suite|test\.describe|QUnit\.module)\b")
_PROTOTYPE = ".prototype"
_TYPE_EXPORT, _EXPORT = "export type *", "export      *"
"""TypeScript 5 syntax that the grammar lacks."""


def prepare(text: str) -> str:
    """Replace syntax that the grammar lacks."""
    return text.replace(_TYPE_EXPORT, _EXPORT)


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
    return _without_prototype(unit) if unit.qualifier else unit


def _without_prototype(unit: Unit) -> Unit:
    """`Cart.prototype.add` → the method `Cart.add`; `Cart.prototype = {}` → `Cart`."""
    if unit.qualifier.endswith(_PROTOTYPE):
        kind = "method" if unit.kind == "function" else unit.kind
        return replace(unit, kind=kind, qualifier=unit.qualifier.removesuffix(_PROTOTYPE))
    if unit.name == "prototype":
        qualifier, _, name = unit.qualifier.rpartition(".")
        return replace(unit, qualifier=qualifier, name=name)
    return unit
