"""Render docs/example.svg, the README's picture: what `codesearch query` prints in a terminal about a small repository.

    python docs/render_example.py

tests/test_docs.py compares the picture's text with what the command prints now.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from html import unescape
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "example.svg"
REPOSITORY = ROOT / "tests" / "data" / "shop"
QUESTIONS = ("how are passwords hashed", "retry with backoff")
WIDTH = 100
_FONTS = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)
"""Would be loaded from the network."""


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(render(run(Path(folder))), encoding="utf-8", newline="\n")


def run(folder: Path) -> list[Text]:
    """The terminal's lines: each question as it is typed, and its best hit. Works in a copy of the repository."""
    shop = folder / "shop"
    shutil.copytree(REPOSITORY, shop)
    subprocess.run(["git", "init", "--quiet", str(shop)], check=True)
    lines: list[Text] = []
    for question in QUESTIONS:
        lines.append(Text.assemble(("$ ", "green"), f'codesearch query "{question}" -n 1'))
        lines += [*Text.from_ansi(_answer(shop, question)).split("\n"), Text()]
    return lines[:-1]


def render(lines: list[Text]) -> str:
    """The lines as SVG."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    for line in lines:
        console.print(line, soft_wrap=True)
    return _FONTS.sub("", console.export_svg(title="codesearch", theme=SVG_EXPORT_THEME, unique_id="example"))


def text_of(svg: str) -> str:
    """The text that an SVG of `render` shows, without white space."""
    return "".join(unescape("".join(re.findall(r"<text [^>]*>([^<]*)</text>", svg))).split())


def _answer(shop: Path, question: str) -> str:
    command = [sys.executable, "-m", "codesearch", "query", question, "-n", "1", "--color", "always"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(WIDTH)}
    done = subprocess.run(command, cwd=shop, env=environment, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.rstrip("\n")


if __name__ == "__main__":
    main()
