"""Which of a chunk's definitions a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import REMAINDER_KINDS, TITLED_KINDS
from codesearch.index.terms import words
from codesearch.search.conversion import Conversion, conversions_asked, converts
from codesearch.search.places import at_lines, is_named_by
from codesearch.search.symbols import Spelling, Symbol, spelling

if TYPE_CHECKING:
    from codesearch.index.rows import DefinitionRow
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.filters import DefinitionRule
    from codesearch.search.question import Question


MAX_DEFINITIONS = 20
"""Definitions of one chunk that become separate candidates; long lists of constants have more than anyone reads."""


def focus(
    chunk: StoredChunk, question: Question, symbols: Sequence[Symbol], accepts: DefinitionRule | None
) -> list[StoredChunk]:
    """The candidates that a chunk yields: definitions named in the question, else the chunk, else accepted definitions.

    At a line that the question names, it is the innermost definition. A question that is a symbol takes all
    definitions of that name, one that only mentions it the first. The whole chunk is a candidate only if the filters
    accept it. Of several definitions in a chunk, the one that converts as the question asks is meant.
    """
    if located := [one for one in at_lines(question, chunk) if accepts is None or accepts(chunk.path, one)]:
        return located
    if is_named_by(question, chunk.path):
        symbols = ()
    if accepts is None and not symbols:
        return [_converting(chunk, conversions_asked(question.text))]
    accepted = [d for d in chunk.definitions if accepts is None or accepts(chunk.path, d)]
    spellings = [_spelling(symbols, definition) for definition in accepted] if symbols else []
    best = max(spellings, default=Spelling.OTHER)
    if best >= _least_spelling(question):
        named = [definition for definition, found in zip(accepted, spellings, strict=True) if found is best]
        most = MAX_DEFINITIONS if question.symbol else 1
        return [chunk if _is_whole(chunk, definition) else chunk.focused_on(definition) for definition in named[:most]]
    is_accepted = accepts is None or accepts(chunk.path, chunk)
    if is_accepted and not (accepts and _is_merged(chunk)):
        return [_converting(chunk, conversions_asked(question.text))]
    accepted.sort(key=lambda definition: -len(set(question.terms).intersection(words(definition.name))))
    return [chunk.focused_on(definition) for definition in accepted[:MAX_DEFINITIONS]] or [chunk]


def at_line(chunk: StoredChunk, line: int) -> StoredChunk:
    """The innermost definition at a line, if the chunk merges several; otherwise the chunk itself."""
    if not _is_merged(chunk):
        return chunk
    holders = [definition for definition in chunk.definitions if definition.start_line <= line <= definition.end_line]
    return chunk.focused_on(min(holders, key=lambda holder: holder.end_line - holder.start_line)) if holders else chunk


def _converting(chunk: StoredChunk, asked: Sequence[Conversion]) -> StoredChunk:
    """The definition of a merged chunk that does one of the conversions, else the chunk."""
    if asked and _is_merged(chunk):
        for definition in chunk.definitions:
            if converts(definition.qualified_name, asked):
                return chunk.focused_on(definition)
    return chunk


def _is_merged(chunk: StoredChunk) -> bool:
    """Whether a chunk merges neighbouring definitions: it extends beyond the one that it is named after."""
    if chunk.kind in REMAINDER_KINDS or not chunk.definitions:
        return False
    first = chunk.definitions[0]
    return (chunk.kind, chunk.name) == (first.kind, first.name) and chunk.end_line > first.end_line


def _is_whole(chunk: StoredChunk, definition: DefinitionRow) -> bool:
    """Whether a chunk is this definition, or a part of it, and nothing else."""
    return (
        (chunk.kind, chunk.name) == (definition.kind, definition.name)
        and definition.start_line <= chunk.start_line
        and chunk.end_line <= definition.end_line
    )


def _least_spelling(question: Question) -> Spelling:
    """How well a name has to match for its definition to be meant: an identifier in prose may only mean the word."""
    return Spelling.CONVENTION if question.symbol or question.words_of_name else Spelling.BARE


def _spelling(symbols: Sequence[Symbol], definition: DefinitionRow) -> Spelling:
    is_title = definition.kind in TITLED_KINDS
    found = (spelling(symbol, definition.name, is_title=is_title) for symbol in symbols)
    return max(found, default=Spelling.OTHER)
