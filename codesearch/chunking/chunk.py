"""The chunker's data: units (found by a grammar or scanner), definitions (found by name) and chunks (encoded and
searched)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import NamedTuple

from codesearch.languages.registry import Language

LINE_END = 1 << 30
"""A column after all others, for ends whose column is unknown."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A definition too small to be a unit: a constant, a field, an enumerator. Lines are 1-based and inclusive."""

    line: int
    name: str
    kind: str = "constant"
    end_line: int = 0
    """0 if it ends on its first line."""
    signature: str = ""
    documentation: str = ""
    """The comments right above it; added later."""
    language: Language | None = field(default=None, compare=False)
    """Its language, if other than the file's."""
    column: int = field(default=0, compare=False)
    """Of the name, in bytes from the start of the line."""

    @property
    def position(self) -> tuple[int, int]:
        return self.line, self.column


@dataclass(frozen=True, slots=True)
class Unit:
    """A definition as found in a text, before comments are attached and long ones are split.

    Lines are 1-based and inclusive and cover decorators and attributes but not leading comments; `header_end`
    is the last line of the signature. Containers (types, modules, namespaces) own the units within their lines.
    """

    kind: str
    name: str
    start_line: int
    end_line: int
    header_end: int
    is_container: bool = False
    qualifier: str = ""
    """The owner that the unit itself names (`Server` in Go's `func (s *Server) Run`); precedes the name."""
    signature: str = ""
    documentation: str = ""
    """Documentation inside the unit (a docstring); leading comments are added later."""
    members: tuple[Member, ...] = ()
    """Ordered by line."""
    language: Language | None = None
    """Its language, if other than the file's (a script in HTML)."""
    column: int = 0
    """Start on the first line and, below, end on the last line, in bytes."""
    end_column: int = LINE_END

    @property
    def start(self) -> tuple[int, int]:
        return self.start_line, self.column

    @property
    def end(self) -> tuple[int, int]:
        return self.end_line, self.end_column

    def ending_at(self, line: int) -> Unit:
        """The unit, ending at the end of `line`."""
        return replace(self, end_line=line, end_column=LINE_END)

    def contains(self, unit: Unit) -> bool:
        """Whether another unit lies inside this one; columns count, so both may be on one line."""
        return self.start <= unit.start and unit.end <= self.end


class Definition(NamedTuple):
    """A named definition, with lines that include the comments above it; 1-based and inclusive."""

    kind: str
    name: str
    qualified_name: str
    signature: str
    documentation: str
    start_line: int
    end_line: int


class Chunk(NamedTuple):
    """A searchable piece of a file. Lines are 1-based and inclusive; bytes are offsets in the normalised UTF-8 text."""

    path: str
    language: str
    kind: str
    documentation: str
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    text: str
    defines: tuple[str, ...] = ()
    """Names it can be found by: its own, those of a type's members, everything that a file defines."""
    definition: Definition | None = None
    """The definition it is named after: the one it contains or is part of, or the first of several. None for files."""
    definitions: tuple[Definition, ...] = ()
    """The definitions that begin in it, ordered by line. Each definition of a file is in exactly one chunk."""

    @property
    def name(self) -> str:
        """The name of its definition; the file name for a chunk of kind `file`."""
        if self.definition:
            return self.definition.name
        return PurePosixPath(self.path).name if self.kind == "file" else ""

    @property
    def qualified_name(self) -> str:
        """The qualified name of its definition, or else `name`."""
        return self.definition.qualified_name if self.definition else self.name

    @property
    def signature(self) -> str:
        """The signature of its definition, if any."""
        return self.definition.signature if self.definition else ""


@dataclass(frozen=True, slots=True)
class ChunkedFile:
    """The chunks of a file. `fallback` is the reason why it was split into line windows, empty if it was not."""

    chunks: tuple[Chunk, ...]
    fallback: str = ""
    outputs: int = 0
    """Number of notebook outputs that were skipped."""
