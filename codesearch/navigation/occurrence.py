"""A name in a text, and what the syntax around it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PROSE = frozenset(("Markdown", "Text", "TeX", "HTML"))
"""Languages of text in which code of any language is named."""
_LONGEST_LINE = 1_000
"""Characters of a line that are kept; those around the name."""
_BEFORE = 200


class Kind(StrEnum):
    """What a reference does with a name."""

    DEFINITION = "definition"
    CALL = "call"
    IMPORT = "import"
    MENTION = "mention"


class Form(StrEnum):
    """How a name is written."""

    BARE = "bare"
    MEMBER = "member"
    """After an object, a type or a module."""
    KEY = "key"
    """The name of a field or an argument, where it is set."""
    LOCAL = "local"
    """A variable or parameter of a function, or where it is used."""
    RAW = "raw"
    """In code or text that is not parsed."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in a text. Lines and columns (of characters) count from 1."""

    line: int
    column: int
    text: str
    """The line, or of a very long one the part around the name."""
    kind: Kind
    form: Form = Form.BARE
    receiver: str = ""
    """What is before the dot of a member: its last name, or a closing bracket; empty if there is nothing."""
    module: str = ""
    """What it is imported from."""
    names: bool = False
    """Whether it gives its name to something."""
    declares: bool = False
    """Whether it is the name of a function in its declaration or definition."""


def excerpt(line: str, column: int) -> str:
    """A line, or of a very long one the part around a column."""
    if len(line) <= _LONGEST_LINE:
        return line
    begin = max(column - 1 - _BEFORE, 0)
    return line[begin : begin + _LONGEST_LINE]
