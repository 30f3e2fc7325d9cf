"""`--format`: hits in a format given by the user, such as `{path}:{start_line}`."""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codesearch.errors import CodesearchError
from codesearch.render.excerpt import best_line, best_text
from codesearch.render.safe import printable, printable_lines

if TYPE_CHECKING:
    from codesearch.search.hit import Hit

FIELDS = (
    "path start_line end_line language kind name qualified_name signature score snippet"  # as in JSON
    " best_line best_text rank"
).split()
_NUMBERS = {"start_line": 1, "end_line": 1, "best_line": 1, "rank": 1, "score": 0.5}
_EXAMPLE: dict[str, Any] = dict.fromkeys(FIELDS, "") | _NUMBERS
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\0": "\0", "\\\\": "\\"}
MOST_COLUMNS = 1000
"""The largest width and precision; wider than any terminal, yet small in memory."""
_SPECIFICATION = re.compile(r"(?:.?[<>=^])?[+\- ]?z?#?0?([0-9]*)[,_]?(?:\.([0-9]+))?[bdoxXeEfFgG%s]?", re.DOTALL)
"""Python's format specifications without nested fields, and without `c`, which could produce control characters."""


class Template:
    """A valid template. Fields take Python's format specifications: `{score:.2f}`, `{path:<40}`."""

    def __init__(self, template: str) -> None:
        """Raises CodesearchError for an unknown field or a specification that does not fit its field."""
        try:
            parsed = [*string.Formatter().parse(_unescape(template))]
        except ValueError as error:
            raise CodesearchError(f"invalid format {template!r}: {error}", "write {{ for a literal brace") from error
        try:
            self._pieces = [_piece(*one) for one in parsed]
            self._format(_EXAMPLE)
        except ValueError as error:
            raise CodesearchError(f"invalid format {template!r}: {error}") from error

    def line(self, hit: Hit, path: str, rank: int) -> str:
        """A formatted hit; `rank` is 1-based. Control characters in its values are made visible."""
        return self._format(_values(hit, path, rank))

    def _format(self, values: Mapping[str, Any]) -> str:
        return "".join(
            piece.literal + (format(values[piece.field], piece.specification) if piece.field else "")
            for piece in self._pieces
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """Literal text and the field that follows it ("" for none)."""

    literal: str
    field: str
    specification: str


def _piece(literal: str, name: str | None, specification: str | None, conversion: str | None) -> _Piece:
    """Raises ValueError with a message for an invalid specification, CodesearchError for an unknown field."""
    if name is None:
        return _Piece(literal, "", "")
    _check_field(name)
    if conversion:
        raise ValueError(f"conversions such as !{conversion} are not supported")
    match = _SPECIFICATION.fullmatch(specification or "")
    if not match:
        raise ValueError(f"{specification!r} is not a format specification")
    if any(len(number or "") > 4 or int(number or 0) > MOST_COLUMNS for number in match.groups()):
        raise ValueError(f"{specification!r} is wider than {MOST_COLUMNS} columns")
    return _Piece(literal, name, specification or "")


def _values(hit: Hit, path: str, rank: int) -> dict[str, Any]:
    return {
        "path": printable(path),
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "language": printable(hit.language),
        "kind": printable(hit.kind),
        "name": printable(hit.name),
        "qualified_name": printable(hit.qualified_name),
        "signature": printable(hit.signature),
        "score": hit.score,
        "snippet": printable_lines(hit.snippet),
        "best_line": best_line(hit),
        "best_text": printable(best_text(hit)),
        "rank": rank,
    }


def _check_field(name: str) -> None:
    if name in FIELDS:
        return
    near = difflib.get_close_matches(name, FIELDS, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else f"fields: {', '.join(FIELDS)}"
    raise CodesearchError(f"unknown field {name!r}", hint)


def _unescape(template: str) -> str:
    """Replace `\\n`, `\\t`, `\\0` and `\\\\`, which shells pass on unchanged."""
    parts, remaining = [], template
    while (at := remaining.find("\\")) >= 0:
        parts += [remaining[:at], _ESCAPES.get(remaining[at : at + 2], remaining[at : at + 2])]
        remaining = remaining[at + 2 :]
    return "".join([*parts, remaining])
