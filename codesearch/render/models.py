"""Models as a table and as records, and comparisons with their published values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from codesearch.quantities import size
from codesearch.render.records import Record

if TYPE_CHECKING:
    from codesearch.models.catalog import ModelState
    from codesearch.models.verify import Comparison

_HEADINGS = ("name", "parameters", "dimensions", "tokens", "licence", "download", "here", "languages")


def model_records(states: Sequence[ModelState]) -> list[Record]:
    """Models as JSON records."""
    return [
        {
            "name": state.model.name,
            "repository": state.model.repository,
            "parameters": state.model.parameters,
            "dimensions": state.model.dimensions,
            "length": state.model.length,
            "languages": state.model.languages,
            "licence": state.model.licence,
            "download_size": state.model.size,
            "folder": str(state.folder) if state.folder else None,
            "revision": state.revision or None,
        }
        for state in states
    ]


def model_table(states: Sequence[ModelState]) -> str:
    """One line per model, below the headings."""
    rows = [_HEADINGS, *(_row(state) for state in states)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def comparison_lines(comparisons: Iterable[Comparison]) -> Iterable[str]:
    """One line per comparison; lazy, so that each can be printed as it is made."""
    for comparison in comparisons:
        verdict = "ok   " if comparison.is_within_tolerance else "WRONG"
        figures = f"off by {comparison.difference:.1e}, allowed {comparison.tolerance:.0e}"
        if len(comparison.expected) == 1:
            figures = f"{comparison.computed[0]:.4f}, published {comparison.expected[0]:.4f}, {figures}"
        yield f"{verdict} {comparison.about}: {figures} ({comparison.source})"


def _row(state: ModelState) -> tuple[str, ...]:
    model = state.model
    if not model.repository and not model.package:
        return (model.name, "", str(model.dimensions), "any", model.licence, "", "yes", model.languages)
    return (
        model.name,
        f"{model.parameters / 1e6:.0f} M",
        str(model.dimensions),
        f"{model.length:,}",
        model.licence,
        size(model.size),
        ", ".join(filter(None, ("yes", state.revision[:8]))) if state.folder else "no",
        model.languages,
    )
