"""A chunk and a question → the definition in the chunk that the question is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.search.symbols import Spelling, Symbol, spelling

if TYPE_CHECKING:
    from codesearch.index.rows import DefinitionRow
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.filters import DefinitionRule


def focused(
    chunk: StoredChunk, symbols: Sequence[Symbol], least: Spelling, accepts: DefinitionRule | None
) -> StoredChunk:
    """The chunk as the definition in it that is asked for by name, or else is accepted; the whole where it may be."""
    accepted = [one for one in chunk.definitions if accepts is None or accepts(one.kind, one.name, one.qualified_name)]
    best = max(accepted, key=lambda one: _spelling(symbols, one.name), default=None)
    if best and _spelling(symbols, best.name) >= least:
        return chunk if _is_whole(chunk, best) else chunk.about(best)
    if accepts is None or accepts(chunk.kind, chunk.name, chunk.qualified_name):
        return chunk
    return chunk.about(accepted[0]) if accepted else chunk


def at_line(chunk: StoredChunk, line: int) -> StoredChunk:
    """One of several neighbours that are a chunk together: that which holds a line. Any other chunk is itself."""
    if not _is_joined(chunk):
        return chunk
    holders = [one for one in chunk.definitions if one.start_line <= line <= one.end_line]
    return chunk.about(min(holders, key=lambda one: one.end_line - one.start_line)) if holders else chunk


def _is_joined(chunk: StoredChunk) -> bool:
    """Whether a chunk, as it was indexed, is more than the definition that it is named after."""
    if chunk.kind in REMAINDER_KINDS or not chunk.definitions:
        return False
    first = chunk.definitions[0]
    return (chunk.kind, chunk.name) == (first.kind, first.name) and chunk.end_line > first.end_line


def _is_whole(chunk: StoredChunk, definition: DefinitionRow) -> bool:
    """Whether a chunk is a definition, or a part of it, and no other beside it."""
    return (
        (chunk.kind, chunk.name) == (definition.kind, definition.name)
        and definition.start_line <= chunk.start_line
        and chunk.end_line <= definition.end_line
    )


def _spelling(symbols: Sequence[Symbol], name: str) -> Spelling:
    return max((spelling(symbol, name) for symbol in symbols), default=Spelling.OTHER)
