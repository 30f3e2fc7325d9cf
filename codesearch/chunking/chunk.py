"""What the chunker makes: units (what a grammar or scanner finds), definitions (what a reader asks for by name) and
chunks (what is encoded and searched)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from codesearch.languages.registry import Language

LINE_END = 1 << 30
"""A column behind all others, where none is known."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """What is defined but no unit of its own: a constant, a field, an enumerator. Lines are 1-based and inclusive."""

    line: int
    name: str
    kind: str = "constant"
    end_line: int = 0
    """0 where it ends on its first line."""
    signature: str = ""
    documentation: str = ""
    """The comments right above it, which are found later."""
    language: Language | None = field(default=None, compare=False)
    """As a unit's."""
    column: int = field(default=0, compare=False)
    """Of the name, in bytes."""

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.column


@dataclass(frozen=True, slots=True)
class Unit:
    """A definition found in a text, before documentation is attached and long ones are split.

    Lines are 1-based and inclusive and cover decorators and attributes but not leading comments;
    `header_end` is the last line of the signature. Containers (types, modules, namespaces) hold the
    units whose lines lie inside theirs.
    """

    kind: str
    name: str
    start_line: int
    end_line: int
    header_end: int
    is_container: bool = False
    qualifier: str = ""
    """Owner named by the unit itself (`Server` of Go's `func (s *Server) Run`), joined before the name."""
    signature: str = ""
    documentation: str = ""
    """Documentation that lies inside the unit (a docstring); leading comments are found later."""
    members: tuple[Member, ...] = ()
    """In order of their lines."""
    language: Language | None = None
    """Its language where that isn't the file's (a script in HTML)."""
    column: int = 0
    """Where it begins on its first line, and ends on its last one, in bytes."""
    end_column: int = LINE_END

    @property
    def start(self) -> tuple[int, int]:
        return self.start_line, self.column

    @property
    def end(self) -> tuple[int, int]:
        return self.end_line, self.end_column

    def ended(self, line: int) -> Unit:
        """The unit, up to the end of a line."""
        return replace(self, end_line=line, end_column=LINE_END)

    def holds(self, unit: Unit) -> bool:
        """Whether another unit lies inside, where both may be on one line."""
        return self.start <= unit.start and unit.end <= self.end


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for, whatever chunk it lies in. Lines are 1-based, inclusive, and cover the comments above."""

    kind: str
    name: str
    qualified_name: str
    signature: str
    documentation: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """One searchable piece of a file. Lines are 1-based and inclusive; bytes count in the normalised UTF-8 text."""

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
    """Names that it is searched by: its own, a type's members, all that a file defines."""
    definition: Definition | None = None
    """What it is named after: the definition that it holds, or a part of, or the first of several; none for a file."""
    definitions: tuple[Definition, ...] = ()
    """Those that begin in it, in order of their first line. Each of a file's definitions is in one chunk."""

    @property
    def name(self) -> str:
        """Of its definition; the file's for a chunk of a file."""
        if self.definition:
            return self.definition.name
        return PurePosixPath(self.path).name if self.kind == "file" else ""

    @property
    def qualified_name(self) -> str:
        """Of its definition, as `name`."""
        return self.definition.qualified_name if self.definition else self.name

    @property
    def signature(self) -> str:
        """Of its definition."""
        return self.definition.signature if self.definition else ""


@dataclass(frozen=True, slots=True)
class ChunkedFile:
    """The chunks of one file; `fallback` says why the file was cut into line windows, or is empty."""

    chunks: tuple[Chunk, ...]
    fallback: str = ""
    outputs: int = 0
    """How many outputs of a notebook were left out."""
