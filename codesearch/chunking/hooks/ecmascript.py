"""JavaScript and TypeScript: overloads are one with what they declare; members of a prototype are the class's."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import overloads

_SUITE = re.compile(r"(?:[fx]?(?:describe|context)|suite|test\.describe|QUnit\.module)\b")
_PROTOTYPE = ".prototype"
_TYPE_EXPORT, _EXPORT = "export type *", "export      *"
"""Of TypeScript 5: the grammar takes it for an error."""


def prepare(text: str) -> str:
    """The text without what the grammar does not know."""
    return text.replace(_TYPE_EXPORT, _EXPORT)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units; a function that is named again inside a call (`const Row = memo(function Row() {})`) is one."""
    named_once: list[Unit] = []
    for unit in overloads.merged(units, lines):
        if not (named_once and _is_again(unit, named_once[-1])):
            named_once.append(_finished(unit))
    return named_once


def _is_again(unit: Unit, around: Unit) -> bool:
    return unit.name == around.name and unit.start_line == around.start_line and unit.end_line <= around.end_line


def _finished(unit: Unit) -> Unit:
    if unit.kind == "test":
        return replace(unit, kind="suite", is_container=True) if _SUITE.match(unit.signature) else unit
    return _of_class(unit) if unit.qualifier else unit


def _of_class(unit: Unit) -> Unit:
    """`Cart.prototype.add` as the method `Cart.add`, and `Cart.prototype = {}` as `Cart`."""
    if unit.qualifier.endswith(_PROTOTYPE):
        kind = "method" if unit.kind == "function" else unit.kind
        return replace(unit, kind=kind, qualifier=unit.qualifier.removesuffix(_PROTOTYPE))
    if unit.name == "prototype":
        qualifier, _, name = unit.qualifier.rpartition(".")
        return replace(unit, qualifier=qualifier, name=name)
    return unit
