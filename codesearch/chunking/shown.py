"""The text of a file as it is shown and searched."""

from __future__ import annotations

from codesearch.discovery.options import NOTEBOOK_ENDING


def shown_text(path: str, text: str) -> str:
    """The text with the lines of its cells, in the same places, if it is a notebook; otherwise the text itself."""
    if not path.lower().endswith(NOTEBOOK_ENDING):
        return text
    from codesearch.chunking import notebook, syntax

    try:
        return "\n".join(notebook.cell_lines(text))
    except syntax.Unparsable:
        return text
