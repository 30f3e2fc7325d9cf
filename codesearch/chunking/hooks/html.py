"""HTML: scripts, styles, landmarks and elements with an id; small ones are left to their parent.

Scripts and styles are chunked in their own language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.embedded import Region, scripts_and_styles
from codesearch.chunking.syntax import SIGNATURE_CHARS, Outline, Unparsable
from codesearch.languages.registry import resolve

_MACRO = re.compile(r"\{%[-+]?\s*macro\s")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr p li td th tr option".split())
_DEEPEST = 2_000
"""Parsing is quadratic in depth: 100,000 nested elements took 43 s."""
_FEWEST_LINES = 4
_LONGEST_HEADING = 2_000
"""Characters, with markup."""
_MOST_HEADING_LINES = 50
_WITH_MARKUP = re.compile(
    r"<(title|h[1-6])\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>(.*?)(?:</\1\b|\Z)", re.DOTALL | re.IGNORECASE
)
_MARKUP = re.compile(r"<!--.*?-->|</?[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>?", re.DOTALL)

_BREAK = re.compile(r"</?(?:br|hr|p|div|li|h[1-6]|t[dhr])\b", re.IGNORECASE)


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


def refine_outline(outline: Outline, lines: list[str]) -> Outline:
    """Name sections by the text of their headings, and take the markup out of titles."""
    units = [
        replace(unit, documentation=_text(unit.documentation), members=tuple(_with_headings(unit.members, lines)))
        for unit in outline.units
    ]
    members = tuple(_with_headings(outline.members, lines))
    return replace(outline, units=units, members=members, documentation=_text(outline.documentation))


def _with_headings(members: Iterable[Member], lines: list[str]) -> Iterator[Member]:
    """The members with sections named by the text of their headings, but for those without any text."""
    number, line = 0, b""
    for member in members:
        if member.kind == "section":
            if member.line != number:
                number, line = member.line, lines[member.line - 1].encode("utf-8", "surrogatepass")
            first = line[member.column : member.column + _LONGEST_HEADING].decode("utf-8", "replace")
            following = lines[number : min(member.end_line, number + _MOST_HEADING_LINES)]
            member = replace(member, name=_text("\n".join((first, *following))[:_LONGEST_HEADING]))
        if member.name:
            yield member


def _text(element: str) -> str:
    """The text of a title or heading."""
    match = _WITH_MARKUP.match(element)
    if match is None:
        return element
    text = _MARKUP.sub(lambda tag: " " if _BREAK.match(tag[0]) else "", match[2])
    return " ".join(unescape(text).split())[:SIGNATURE_CHARS]
