"""Astro components: TypeScript in the frontmatter, between lines of `---`, and in scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codesearch.chunking.embedded import Region, scripts_and_styles
from codesearch.languages.registry import resolve

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)


def embedded(text: str) -> Iterator[Region]:
    """The frontmatter, then scripts and styles."""
    start = 0
    opening = _FENCE.search(text)
    closing = _FENCE.search(text, opening.end()) if opening and not text[: opening.start()].strip() else None
    if opening and closing:
        first_line = text.count("\n", 0, opening.end()) + 1
        yield Region(resolve("TypeScript"), first_line, text[opening.end() : closing.start()])
        start = closing.end()
    yield from scripts_and_styles(text, "TypeScript", start)
