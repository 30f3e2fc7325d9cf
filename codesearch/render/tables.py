"""Tables of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_GAP = "  "


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines, with left-aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
