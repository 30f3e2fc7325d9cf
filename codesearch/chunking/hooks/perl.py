"""Perl: a sub's documentation is the POD that stands above it or has its name for a heading; what is named in full
(`sub A::f`, `package B { }`) lies in no other package."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

_HEADING = re.compile(r"^=(?:head[1-4]|item)\s+(.*)$")
_FORMATTING = re.compile(r"[A-Z]<+\s?(.*?)\s?>+")
_CALLED = re.compile(r"^(?:[$@%&]\w+\s*(?:->|=)\s*)?(?:\w+(?:->|::))*(\w+)\s*(?:\(|$|\s-)")
_NAMED_IN_FULL = re.compile(r"sub\s+([\w:]+)::\w+")
_PACKAGES = ("package", "class")
_LONGEST = 40
"""Lines of POD for one name; longer ones are chapters."""


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units with sigils off their names, documented by POD."""
    named, above = _pod(lines)
    return [_documented(_qualified(unit), named, above, lines) for unit in units]


def _qualified(unit: Unit) -> Unit:
    if unit.kind in _PACKAGES:
        return replace(unit, qualifier="")
    full = _NAMED_IN_FULL.match(unit.signature)
    return replace(unit, qualifier=full[1]) if full else unit


def _documented(unit: Unit, named: dict[str, str], above: dict[int, str], lines: list[str]) -> Unit:
    name = unit.name.lstrip("$*")
    line = unit.start_line - 1
    while line and not lines[line - 1].strip():
        line -= 1
    return replace(unit, name=name, documentation=above.get(line) or named.get(name, "") or unit.documentation)


def _pod(lines: list[str]) -> tuple[dict[str, str], dict[int, str]]:
    """Texts of POD by the name in their heading, and by the line of the `=cut` that ends them."""
    named: dict[str, str] = {}
    above: dict[int, str] = {}
    name, text, inside = "", list[str](), False
    for number, line in enumerate(lines, 1):
        is_command = line[:1] == "=" and line[1:2].isalpha()
        if not inside and not is_command:
            continue
        if is_command and (heading := _HEADING.match(line)):
            _keep(named, name, text)
            title = _FORMATTING.sub(r"\1", heading[1]).strip()
            called = _CALLED.match(title)
            name, text = (called[1] if called else ""), [title]
        elif not is_command and line.strip():
            text.append(line.strip())
        inside = not line.startswith("=cut")
        if not inside:
            above[number] = "\n".join(text[:_LONGEST])
            _keep(named, name, text)
            name, text = "", []
    _keep(named, name, text)
    return named, above


def _keep(named: dict[str, str], name: str, text: list[str]) -> None:
    if name and 1 < len(text) <= _LONGEST:
        named.setdefault(name, "\n".join(text))
