"""Render docs/comparison.svg, the README's chart, from the table beside it.

    python docs/render_chart.py

tests/test_docs.py compares it with the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "comparison.svg"
_ROW = re.compile(r"^\| ([^|]+?) \| (\.\d+) \| (\.\d+) \|$", re.MULTILINE)
_HEADER = re.compile(r"^\| \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
_COLORS = ("#3b6fb6", "#9db8dc")
_LABEL_WIDTH = 300
_BAR_WIDTH = 420
_BAR_HEIGHT = 16
_ROW_HEIGHT = 52
_TOP = 36


@dataclass(frozen=True, slots=True)
class System:
    """A row of the table."""

    name: str
    figures: tuple[str, str]


def main() -> None:
    """Write the chart."""
    PICTURE.write_text(render(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def render(readme: str) -> str:
    """The chart of the table in a README, as SVG: two bars per system, from 0 to 1."""
    header = _HEADER.search(readme)
    systems = [System(name, (first, second)) for name, first, second in _ROW.findall(readme)]
    assert header and systems
    width, height = _LABEL_WIDTH + _BAR_WIDTH + 60, _TOP + _ROW_HEIGHT * len(systems)
    shapes = [*_legend(header.groups()), *(shape for i, system in enumerate(systems) for shape in _bars(i, system))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="14">\n<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def _legend(names: Sequence[str]) -> Iterator[str]:
    for i, (name, color) in enumerate(zip(names, _COLORS, strict=True)):
        x = _LABEL_WIDTH + i * _BAR_WIDTH // 2
        yield f'<rect x="{x}" y="10" width="12" height="12" fill="{color}"/>'
        yield f'<text x="{x + 18}" y="21" fill="#333333">{escape(name)}</text>'


def _bars(row: int, system: System) -> Iterator[str]:
    top = _TOP + row * _ROW_HEIGHT
    yield (
        f'<text x="{_LABEL_WIDTH - 10}" y="{top + _BAR_HEIGHT + 5}" text-anchor="end" fill="#333333">'
        f"{escape(system.name)}</text>"
    )
    for i, (figure, color) in enumerate(zip(system.figures, _COLORS, strict=True)):
        y, width = top + i * (_BAR_HEIGHT + 2), round(float(figure) * _BAR_WIDTH)
        yield f'<rect x="{_LABEL_WIDTH}" y="{y}" width="{width}" height="{_BAR_HEIGHT}" fill="{color}"/>'
        yield f'<text x="{_LABEL_WIDTH + width + 6}" y="{y + 13}" fill="#333333">{figure}</text>'


if __name__ == "__main__":
    main()
