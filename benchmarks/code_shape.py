"""Count the modules and functions of the package and their lines.

    python benchmarks/code_shape.py

Prints how many there are, their median and the longest, and the words of the README. That no modules import each other
in a cycle is a test (tests/test_imports.py).
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A module or function."""

    lines: int
    name: str


def functions(module: Path) -> Iterator[Piece]:
    """The functions of a module, those in classes too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Piece(lines, f"{module.relative_to(ROOT)}:{node.lineno} {node.name}")


def show(name: str, pieces: list[Piece]) -> None:
    """Print how many there are, how long half of them are, and the longest three."""
    longest = ", ".join(f"{piece.name} {piece.lines}" for piece in sorted(pieces, reverse=True)[:3])
    print(f"{name}: {len(pieces):,}, median {median(piece.lines for piece in pieces):g} lines; longest: {longest}")


def main() -> None:
    """Run the program."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    modules = sorted((ROOT / "codesearch").rglob("*.py"))
    show(
        "modules",
        [Piece(len(m.read_text(encoding="utf-8").splitlines()), str(m.relative_to(ROOT))) for m in modules],
    )
    show("functions", [function for module in modules for function in functions(module)])
    print(f"README: {len((ROOT / 'README.md').read_text(encoding='utf-8').split())} words")


if __name__ == "__main__":
    main()
