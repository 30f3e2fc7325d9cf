"""Perl: subs are documented by the POD above them or under a heading with their name; fully qualified names
(`sub A::f`, `package B { }`) are not nested in another package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.syntax import SIGNATURE_CHARS, Outline

_HEADING = re.compile(r"^=(?:head[1-4]|item)\s+(.*)$")
_FORMATTING = re.compile(r"[A-Z]<+\s?(.*?)\s?>+")
_NAME_IN_TITLE = re.compile(r"^(?:[$@%&]\w+\s*(?:->|=)\s*)?(?:\w+(?:->|::))*(\w+)\s*(?:\(|$|\s-)")
_FULL_NAME = re.compile(r"sub\s+([\w:]+)::\w+")
_GLOB = re.compile(
    r"\{\s*(?:[\"']?(?P<owner>\w+(?:::\w+)*)|[^{}]*(?:\{\w+\}[^{}]*)?)(?:::|[\"'])(?P<name>\w+)[\"']?\s*\}"
)
"""A name that is a string: `*{"A::f"}`, `*{"${class}::f"}`, `*{$class . '::f'}`."""
_LONGEST_LIST = 20
"""Maximum lines of a list of attributes."""
_PACKAGES = ("package", "class")
_TRANSLITERATION = re.compile(
    r"=~\s*(?:tr|y)\b\s*(?:\((?:[^()\\\n]|\\.)*+\)|\{(?:[^{}\\\n]|\\.)*+\}|\[(?:[^][\\\n]|\\.)*+\]"
    r"|([^\w\s(\[{<=,;])(?:(?!\1)[^\\\n]|\\.)*+\1)"
)
"""Up to the end of the characters that are searched for."""
_DIGIT = re.compile(r"::(?=\d)")
INSERTED = "\u01c0"
"""Precedes a part of a name that begins with a digit (`Archive::7Z`), which the grammar takes for a version."""
_SIGIL = re.compile(r"[$@]")
_LONGEST = 40
"""Maximum lines of POD for a name; longer texts are chapters."""


def prepare(text: str) -> str:
    """Blank what the grammar takes for variables in `tr/$@//d`, and insert `INSERTED`. Lines are kept."""
    if "=~" in text:
        text = _TRANSLITERATION.sub(lambda match: _SIGIL.sub("_", match[0]), text)
    return _DIGIT.sub(f"::{INSERTED}", text)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Strip sigils from names, and add qualifiers and POD."""
    by_name, by_last_line = _pod(lines)
    return [_with_pod(_with_qualifier(unit), by_name, by_last_line, lines) for unit in units]


def refine_outline(outline: Outline, lines: list[str]) -> Outline:
    """Split lists of attributes (`has [qw(a b)] => …`), and take names out of strings and modifiers (`has '+a'`)."""
    units = [replace(unit, members=tuple(_plain_members(unit.members, lines))) for unit in outline.units]
    return replace(outline, units=units, members=tuple(_plain_members(outline.members, lines)))


def _plain_members(members: Iterable[Member], lines: list[str]) -> Iterator[Member]:
    for member in members:
        if member.kind == "field" and not member.name.isidentifier():
            yield from _attributes(member, lines)
        elif member.name[:1] == "{":
            glob = _GLOB.fullmatch(member.name)
            yield replace(member, name=glob["name"]) if glob else member
        else:
            yield member


def _attributes(member: Member, lines: list[str]) -> Iterator[Member]:
    """An attribute for each word of a list."""
    for word in member.name.split():
        below = range(member.line, min(member.line + _LONGEST_LIST, len(lines)) + 1)
        line = next((line for line in below if word in lines[line - 1]), member.line)
        if line > member.line:
            member = replace(member, line=line, signature=" ".join(lines[line - 1].split())[:SIGNATURE_CHARS])
        yield replace(member, name=word.lstrip("+"))


def _with_qualifier(unit: Unit) -> Unit:
    if unit.kind in _PACKAGES:
        return replace(unit, qualifier="")
    if glob := _GLOB.fullmatch(unit.name.lstrip("*")):
        return replace(unit, name=glob["name"], qualifier=glob["owner"] or unit.qualifier)
    full = _FULL_NAME.match(unit.signature)
    return replace(unit, qualifier=full[1]) if full else unit


def _with_pod(unit: Unit, by_name: dict[str, str], by_last_line: dict[int, str], lines: list[str]) -> Unit:
    name = unit.name.lstrip("$*")
    line = unit.start_line - 1
    while line and not lines[line - 1].strip():
        line -= 1
    return replace(unit, name=name, documentation=by_last_line.get(line) or by_name.get(name, "") or unit.documentation)


def _pod(lines: list[str]) -> tuple[dict[str, str], dict[int, str]]:
    """Texts of POD by the name in their heading, and by the line of the `=cut` that ends them (1-based)."""
    by_name: dict[str, str] = {}
    by_last_line: dict[int, str] = {}
    name, text, is_pod = "", list[str](), False
    for number, line in enumerate(lines, 1):
        is_command = line[:1] == "=" and line[1:2].isalpha()
        if not is_pod and not is_command:
            continue
        if is_command and (heading := _HEADING.match(line)):
            _add(by_name, name, text)
            title = _FORMATTING.sub(r"\1", heading[1]).strip()
            name_in_title = _NAME_IN_TITLE.match(title)
            name, text = (name_in_title[1] if name_in_title else ""), [title]
        elif not is_command and line.strip():
            text.append(line.strip())
        is_pod = not line.startswith("=cut")
        if not is_pod:
            by_last_line[number] = "\n".join(text[:_LONGEST])
            _add(by_name, name, text)
            name, text = "", []
    _add(by_name, name, text)
    return by_name, by_last_line


def _add(by_name: dict[str, str], name: str, text: list[str]) -> None:
    if name and 1 < len(text) <= _LONGEST:
        by_name.setdefault(name, "\n".join(text))
