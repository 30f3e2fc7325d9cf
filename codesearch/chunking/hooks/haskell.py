"""Haskell: all branches of conditional compilation are kept; a type signature and its equations are merged into one
function; instances are named by their head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import literate

_INSTANCE_HEAD = re.compile(
    r"^(?:type\s+)?instance\s+(?:\{-#.*?#-\}\s*)?(?:forall\b[^.]*\.\s*)?(?:.*?=>\s*)?(.*?)"
    r"(?:\s+(?:where\b|=\s).*)?$",
    re.DOTALL,
)
_CPP = re.compile(r"#[ \t]*(if|el|endif)")
_DEFINITION = re.compile(r"(?!(?:import|module|where|infix[lr]?)\b)[a-z_(]")
"""A line at the top level that is not part of the head of a module."""
_NOT_CODE = re.compile(r"\s*(?:$|--|#|\{-.*-\}\s*$)")
_MERGED = ("function", "method", "declaration")


def prepare(text: str) -> str:
    """Blank the prose of literate code and some directives. Lines are kept."""
    if literate.is_literate(text):
        text = literate.code(text)
    return _without_conditionals(text) if text.startswith("#") or "\n#" in text else text


def _without_conditionals(text: str) -> str:
    """Blank the directives of conditionals, if other branches than the first hold definitions: the grammar skips
    those."""
    lines = text.split("\n")
    definitions = _definitions(lines)
    conditionals: list[list[int]] = []
    for index, line in enumerate(lines):
        directive = _CPP.match(line)
        if directive and directive[1] == "if":
            conditionals.append([index])
        elif directive and conditionals:
            conditionals[-1].append(index)
            if directive[1] == "endif":
                _blank_directives(lines, definitions, conditionals.pop())
    return "\n".join(lines)


def _definitions(lines: list[str]) -> list[int]:
    """For each line, the index of the next one of code, itself included, if a definition begins there; else -1."""
    following, found = -1, []
    for index in range(len(lines) - 1, -1, -1):
        if not _NOT_CODE.match(lines[index]):
            following = index if _DEFINITION.match(lines[index]) else -1
        found.append(following)
    return found[::-1]


def _blank_directives(lines: list[str], definitions: list[int], directives: list[int]) -> None:
    """Blank the directives of a conditional if a branch after the first begins with a definition."""
    if any(first < definitions[first] < last for first, last in pairwise(directives[1:])):
        for index in directives:
            lines[index] = ""


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Merge consecutive units of one name, and name instances."""
    merged: list[Unit] = []
    for unit in units:
        if merged and _continues(merged[-1], unit):
            merged[-1] = _merge(merged[-1], unit)
        else:
            merged.append(unit)
    return [_normalised(one) for unit in merged for one in _each(unit)]


def _each(unit: Unit) -> Iterator[Unit]:
    """A unit for each name, in columns of its own: units that begin and end together would own each other."""
    *others, last = _names(unit)
    column = unit.column
    for name in others:
        yield replace(unit, name=name, column=column, end_line=unit.start_line, end_column=column + 1)
        column += 1
    yield replace(unit, name=last, column=column)


def _names(unit: Unit) -> list[str]:
    """The names of a unit: a type signature may have several."""
    names = unit.name.split(",") if unit.kind == "declaration" else [unit.name]
    return [name.strip("() ") for name in names]


def _continues(previous: Unit, unit: Unit) -> bool:
    return (
        previous.kind in _MERGED
        and unit.kind in _MERGED
        and _names(unit)[0] in _names(previous)
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
