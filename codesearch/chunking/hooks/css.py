"""CSS: rules and at-rules are named by their whole head (`@media (min-width: 40em)`)."""

from __future__ import annotations

from dataclasses import replace

from codesearch.chunking.chunk import Unit


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """The units, each with its head for a name."""
    return [replace(unit, name=unit.signature) for unit in units]
