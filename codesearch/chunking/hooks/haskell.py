"""Haskell: a type signature and its equations are merged into one function; instances are named by their head."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

_INSTANCE_HEAD = re.compile(r"^instance\s+(?:\{-#.*?#-\}\s*)?(?:.*?=>\s*)?(.*?)(?:\s+where\b.*)?$", re.DOTALL)
_MERGED = ("function", "method", "declaration")


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Merge consecutive units of one name, and name instances."""
    merged: list[Unit] = []
    for unit in units:
        unit = replace(unit, name=unit.name.strip("()"))
        if merged and _continues(merged[-1], unit):
            merged[-1] = _merge(merged[-1], unit)
        else:
            merged.append(unit)
    return [_normalised(unit) for unit in merged]


def _continues(previous: Unit, unit: Unit) -> bool:
    return (
        previous.kind in _MERGED
        and unit.kind in _MERGED
        and unit.name in re.split(r"\s*,\s*", previous.name)
        and unit.start_line >= previous.end_line
    )


def _merge(previous: Unit, unit: Unit) -> Unit:
    kind = unit.kind if previous.kind == "declaration" else previous.kind
    last = max(previous, unit, key=lambda unit: unit.end)
    return replace(previous, kind=kind, name=unit.name, end_line=last.end_line, end_column=last.end_column)


def _normalised(unit: Unit) -> Unit:
    if unit.kind == "instance" and (head := _INSTANCE_HEAD.match(unit.signature)):
        return replace(unit, name=head[1] or unit.name, is_container=True)
    if unit.kind == "declaration":
        return replace(unit, kind="function")
    if unit.kind in ("function", "method") and "::" not in unit.signature:
        return replace(unit, signature=re.split(r"\s[=|]\s", unit.signature)[0])
    return unit
