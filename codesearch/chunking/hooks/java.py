"""Java: annotations of variable arguments (`@Nullable Object @Nullable ... values`), which the grammar lacks."""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blank_match

_ANNOTATED_DOTS = re.compile(r"(?:@[\w.]+(?:\([^()\n]*\))?[ \t]*){1,4}(?=\.\.\.)")


def prepare(text: str) -> str:
    """Blank such annotations. Lengths are kept."""
    return _ANNOTATED_DOTS.sub(blank_match, text) if "..." in text else text
