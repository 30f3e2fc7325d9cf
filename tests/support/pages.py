"""The README and the pages under docs/, and the code that they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.places import ROOT

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    number: int
    heading: str
    """The last one of the second level above the block."""
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks(language: str) -> Iterator[Block]:
    """The blocks of all pages in a language."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found = re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        for number, match in enumerate(found):
            if match[1] == language:
                headings = re.findall(r"^## (.+)$", text[: match.start()], re.MULTILINE)
                yield Block(page.name, number, headings[-1] if headings else "", match[1], match[2])
