"""Dockerfile stages and batch labels run up to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import extend_to_next

_COMMENTS = ("#", "rem ", "REM ", "@rem", "@REM", "::")


def refine(units: Sequence[Unit], lines: Sequence[str]) -> list[Unit]:
    """Ended units, names without a label's colon."""
    named = [
        replace(unit, name=unit.name.lstrip(":").strip()) for unit in units if unit.name.strip(": ").lower() != "eof"
    ]
    return extend_to_next(named, lines, _COMMENTS)
