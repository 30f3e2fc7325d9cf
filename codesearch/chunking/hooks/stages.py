"""Dockerfile stages and batch labels, which extend to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import extend_to_next

_COMMENTS = ("#", "rem ", "REM ", "@rem", "@REM", "::")


def refine(units: Sequence[Unit], lines: Sequence[str]) -> list[Unit]:
    """Extend units to the next one, and strip the colon from names of labels."""
    renamed = [
        replace(unit, name=unit.name.lstrip(":").strip()) for unit in units if unit.name.strip(": ").lower() != "eof"
    ]
    return extend_to_next(renamed, lines, _COMMENTS)
