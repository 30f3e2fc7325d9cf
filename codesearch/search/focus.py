"""A chunk and a question → the definition in the chunk that the question is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.index.terms import words
from codesearch.search.symbols import Spelling, Symbol, spelling

if TYPE_CHECKING:
    from codesearch.index.rows import DefinitionRow
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.filters import DefinitionRule
    from codesearch.search.question import Question


MOST_OF_CHUNK = 20
"""Definitions of one chunk that are candidates of their own: lists of constants are longer than anybody reads."""


def focused(
    chunk: StoredChunk, question: Question, symbols: Sequence[Symbol], accepts: DefinitionRule | None
) -> list[StoredChunk]:
    """The chunk as the definitions in it that are asked for by name, or else are accepted; the whole where it may be.

    All of one name answer a question that is a symbol; one that only names it, the first.
    """
    accepted = [one for one in chunk.definitions if accepts is None or accepts(one.kind, one.name, one.qualified_name)]
    spelled = [_spelling(symbols, one.name) for one in accepted]
    best = max(spelled, default=Spelling.OTHER)
    if best >= (Spelling.CONVENTION if question.symbol else Spelling.BARE):  # prose may only mean the word
        named = [one for one, spelling in zip(accepted, spelled, strict=True) if spelling is best]
        most = MOST_OF_CHUNK if question.symbol else 1
        return [chunk if _is_whole(chunk, one) else chunk.about(one) for one in named[:most]]
    is_accepted = accepts is None or accepts(chunk.kind, chunk.name, chunk.qualified_name)
    if is_accepted and not (accepts and _is_joined(chunk)):
        return [chunk]
    accepted.sort(key=lambda one: -len(set(question.terms).intersection(words(one.name))))
    return [chunk.about(one) for one in accepted[:MOST_OF_CHUNK]] or [chunk]


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
