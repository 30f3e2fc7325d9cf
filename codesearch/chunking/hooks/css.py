"""CSS: rules are named by their selectors; syntax that the grammar can't parse is removed."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

# Empty declarations (`;;`) and hacks for old browsers (`*zoom: 1`, `filter: progid:…`): after one, the grammar fails
# for the remainder of the file.
_EMPTY = re.compile(r";(?=\s{0,200};)")
_STAR_HACK = re.compile(r"(?<=[;{\s])\*(?=[a-z-]+\s?:)")
_FILTER = re.compile(r"(?<=filter:)[ \t]*(?:progid:|alpha\()[^;{}\n]*")


def prepare(text: str) -> str:
    """Remove such declarations. Lines are kept."""
    text = _STAR_HACK.sub(" ", _EMPTY.sub(" ", text))
    return _FILTER.sub(" none", text) if "filter:" in text else text


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Name units by their signatures."""
    return [replace(unit, name=unit.signature) for unit in units]
