"""`--format`: a line of the user's own for each hit, such as `{path}:{start_line}`."""

from __future__ import annotations

import difflib
import string
from typing import TYPE_CHECKING, Any

from codesearch.errors import CodesearchError
from codesearch.render.excerpt import best_line, best_text

if TYPE_CHECKING:
    from codesearch.search.hit import Hit

FIELDS = (
    "path start_line end_line language kind name qualified_name signature score snippet"  # as in JSON
    " best_line best_text rank"
).split()
_NUMBERS = {"start_line": 1, "end_line": 1, "best_line": 1, "rank": 1, "score": 0.5}
_EXAMPLE: dict[str, Any] = dict.fromkeys(FIELDS, "") | _NUMBERS
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\0": "\0", "\\\\": "\\"}


class Template:
    """A checked template. Fields take Python's format specifications: `{score:.2f}`, `{path:<40}`."""

    def __init__(self, template: str) -> None:
        """Raises CodesearchError for a field that no hit has, or a specification that does not suit its field."""
        self._template = _unescape(template)
        try:
            fields = [name for _, name, _, _ in string.Formatter().parse(self._template) if name is not None]
        except ValueError as error:
            raise CodesearchError(f"the format {template!r} is not sound: {error}", "write {{ for a brace") from error
        for name in fields:
            _check(name)
        try:
            self._template.format(**_EXAMPLE)
        except (ValueError, KeyError, IndexError) as error:
            raise CodesearchError(f"the format {template!r} is not sound: {error}") from error

    def line(self, hit: Hit, path: str, rank: int) -> str:
        """The line of one hit; `rank` counts from 1."""
        return self._template.format(**_values(hit, path, rank))


def _values(hit: Hit, path: str, rank: int) -> dict[str, Any]:
    return {
        "path": path,
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "language": hit.language,
        "kind": hit.kind,
        "name": hit.name,
        "qualified_name": hit.qualified_name,
        "signature": hit.signature,
        "score": hit.score,
        "snippet": hit.snippet,
        "best_line": best_line(hit),
        "best_text": best_text(hit),
        "rank": rank,
    }


def _check(name: str) -> None:
    if name in FIELDS:
        return
    near = difflib.get_close_matches(name, FIELDS, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else f"fields: {', '.join(FIELDS)}"
    raise CodesearchError(f"no field is called {name!r}", hint)


def _unescape(template: str) -> str:
    """`\\n`, `\\t`, `\\0` and `\\\\` as shells hand them over."""
    parts, rest = [], template
    while (at := rest.find("\\")) >= 0:
        parts += [rest[:at], _ESCAPES.get(rest[at : at + 2], rest[at : at + 2])]
        rest = rest[at + 2 :]
    return "".join([*parts, rest])
