"""HTML: scripts, styles, landmarks and elements with an id; small ones are left to their parent.

Scripts and styles are chunked in their own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.embedded import Region, scripts_and_styles
from codesearch.chunking.syntax import Unparsable
from codesearch.languages.registry import resolve

_MACRO = re.compile(r"\{%[-+]?\s*macro\s")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr p li td th tr option".split())
_DEEPEST = 2_000
"""Parsing is quadratic in depth: 100,000 nested elements took 43 s."""
_FEWEST_LINES = 4


def prepare(text: str) -> str:
    """Return the text unchanged. Raises `Unparsable` if elements are nested too deeply."""
    depth = deepest = 0
    for closing, name in _TAG.findall(text):
        if name.lower() not in _VOID:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise Unparsable(f"elements nest {deepest} deep")
    return text


def embedded(text: str) -> Iterator[Region]:
    """Scripts and styles; in a template with Jinja macros, the whole text as Jinja, which includes both."""
    if "{%" in text and _MACRO.search(text):
        return iter((Region(resolve("Jinja"), 1, text),))
    return scripts_and_styles(text)


def keeps(unit: Unit) -> bool:
    """Whether a unit has several lines; a smaller one is a member of its parent."""
    return unit.end_line - unit.start_line + 1 >= _FEWEST_LINES


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Name units, with their start tag as the signature."""
    return [
        replace(
            unit, name=unit.name or unit.kind, signature=lines[unit.start_line - 1].strip()[:200], is_container=True
        )
        for unit in units
    ]
