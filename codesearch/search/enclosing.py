"""The definitions around a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codesearch.search.hit import Hit, hit_of

if TYPE_CHECKING:
    from codesearch.index.rows import DefinitionRow, FileRow
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.filters import DefinitionRule


def is_in_accepted(chunks: Sequence[StoredChunk], line: int, accepts: DefinitionRule) -> bool:
    """Whether a definition around a line of a file with these chunks is accepted, or else its chunk."""
    chunk = _chunk_at(chunks, line)
    if chunk is None:
        return False
    return accepts(chunk.path, chunk) or any(accepts(chunk.path, row) for row in _definitions_around(chunks, line))


def enclosing_hit(file: FileRow, chunks: Sequence[StoredChunk], line: int, text: str) -> Hit:
    """A line of a file with these chunks as a hit, with the kind and names of the innermost definition around it."""
    chunk = _chunk_at(chunks, line)
    around = _definitions_around(chunks, line)
    if chunk and around:
        chunk = chunk.focused_on(min(around, key=lambda row: row.end_line - row.start_line))
    if chunk:
        return hit_of(chunk._replace(start_line=line, end_line=line), [text], 1.0)
    return Hit(file.path, line, line, file.language, "", "", "", "", 1.0, text, best_line=line)


def _definitions_around(chunks: Sequence[StoredChunk], line: int) -> list[DefinitionRow]:
    return [row for chunk in chunks for row in chunk.definitions if row.start_line <= line <= row.end_line]


def _chunk_at(chunks: Sequence[StoredChunk], line: int) -> StoredChunk | None:
    """The shortest chunk that holds a line."""
    holders = [chunk for chunk in chunks if chunk.start_line <= line <= chunk.end_line]
    return min(holders, key=lambda chunk: chunk.end_line - chunk.start_line, default=None)
