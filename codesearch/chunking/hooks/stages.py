"""Dockerfile stages, which extend to the next one."""

from __future__ import annotations

from collections.abc import Sequence

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.extents import extend_to_next


def refine(units: Sequence[Unit], lines: Sequence[str]) -> list[Unit]:
    """Extend units to the next one."""
    return extend_to_next(units, lines, ("#",))
