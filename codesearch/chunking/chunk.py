"""What the chunker makes: units (what a grammar or scanner finds) and chunks (what is indexed)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from codesearch.languages.registry import Language


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
    members: tuple[tuple[int, str], ...] = ()
    """Lines and names of what the unit defines but what is no unit itself (constants, enumerators)."""
    language: Language | None = None
    """Its language where that isn't the file's (a script in HTML)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One searchable piece of a file. Lines are 1-based and inclusive; bytes count in the normalised UTF-8 text."""

    path: str
    language: str
    kind: str
    name: str
    qualified_name: str
    signature: str
    documentation: str
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    text: str
    defines: tuple[str, ...] = ()
    """Names that the chunk defines: its own, a type's members, a file's outline."""

    @property
    def digest(self) -> bytes:
        """16 bytes that name the chunk's text, wherever it lies."""
        return hashlib.blake2b(self.text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class ChunkedFile:
    """The chunks of one file; `fallback` says why the file was cut into line windows, or is empty."""

    chunks: tuple[Chunk, ...]
    fallback: str = ""
