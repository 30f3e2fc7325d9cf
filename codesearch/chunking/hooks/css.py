"""CSS: rules are named by their whole head; what the grammar stumbles over is taken out."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

# An empty declaration (`;;`) and the hacks for old browsers (`*zoom: 1`, `filter: progid:…`): each costs the
# grammar the rest of the file.
_EMPTY = re.compile(r";(?=\s{0,200};)")
_STAR_HACK = re.compile(r"(?<=[;{\s])\*(?=[a-z-]+\s?:)")
_FILTER = re.compile(r"(?<=filter:)[ \t]*(?:progid:|alpha\()[^;{}\n]*")


def prepare(text: str) -> str:
    """The text without such declarations; lines stay."""
    text = _STAR_HACK.sub(" ", _EMPTY.sub(" ", text))
    return _FILTER.sub(" none", text) if "filter:" in text else text


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, each with its head for a name."""
    return [replace(unit, name=unit.signature) for unit in units]
