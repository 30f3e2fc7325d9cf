"""Code that is like some other code: copies, variants, and functions for the same purpose."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.errors import CodesearchError
from codesearch.index.terms import terms
from codesearch.search.filters import select
from codesearch.search.hit import Filters, Hit, hit_of

if TYPE_CHECKING:
    from codesearch.index.snapshot import Snapshot, StoredChunk
    from codesearch.search.snippets import Snippets

MAX_CANDIDATES = 60
"""Chunks whose text is compared; reading and comparing as many takes 30 ms."""
_EXTRA = 20
"""Further chunks that are looked for, as the code itself is among those found."""


@dataclass(frozen=True, slots=True)
class Located:
    """The definition or chunk at a line, and the number of the chunk at it."""

    chunk: StoredChunk
    """Named after the innermost definition that holds the line, and with the lines of that."""
    number: int


def locate(snapshot: Snapshot, path: str, line: int) -> Located:
    """What lies at a line of an indexed file. Raises CodesearchError if there is no such file or line."""
    files = [file for file in snapshot.files_in(path) if file.path == path]
    if not files:
        raise CodesearchError(f"{path} is not indexed", "to see what was skipped, run: codesearch status")
    chunks = snapshot.chunks_of(files[0])
    last = max((chunk.end_line for chunk in chunks), default=0)
    if not 1 <= line <= last:
        raise CodesearchError(f"{path} has no line {line:,}; the last is {last:,}")
    chunk = min(chunks, key=lambda chunk: (_distance(chunk, line), chunk.end_line - chunk.start_line))
    rows = [row for other in chunks for row in other.definitions if row.start_line <= line <= row.end_line]
    inner = min(rows, key=lambda row: row.end_line - row.start_line, default=None)
    return Located(chunk.focused_on(inner) if inner else chunk, chunk.id)


def find_similar(
    snapshot: Snapshot, snippets: Snippets, path: str, line: int, k: int = 10, filters: Filters | None = None
) -> tuple[Hit, ...]:
    """The `k` pieces of code most like the one at a line, best first, without that itself.

    For a definition only definitions are returned. A score is the mean of two: the cosine of the vectors, and how many
    words the texts share (Dice's coefficient of their terms with multiplicity, 1 for a copy). Raises CodesearchError if
    there is no such file or line.
    """
    own = locate(snapshot, path, line)
    vector = snapshot.vector(own.number)
    if vector is None or not vector.any():
        return ()
    scope = select(snapshot, filters or Filters())
    nearest = snapshot.nearest(vector, max(k, MAX_CANDIDATES) + _EXTRA, scope.chunks)
    cosines = dict(zip(nearest.ids.tolist(), nearest.scores.tolist(), strict=True))
    left_out = frozenset() if own.chunk.kind in REMAINDER_KINDS else REMAINDER_KINDS
    candidates = [c for c in snapshot.chunks(nearest.ids) if c.kind not in left_out and not _overlaps(c, own)]
    words = Counter(terms(snippets.text(own.chunk)))
    hits = []
    for chunk in candidates[: max(k, MAX_CANDIDATES)]:
        if current := snippets.current(chunk):
            shared = _dice(words, Counter(terms("\n".join(current.lines))))
            score = (float(np.clip(cosines[chunk.id], 0, 1)) + shared) / 2
            hits.append(replace(hit_of(current.chunk, current.lines, score), is_stale=current.is_moved))
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.path, hit.start_line))[:k])


def _distance(chunk: StoredChunk, line: int) -> int:
    """How many lines a line lies outside a chunk; 0 if it lies in it."""
    return max(chunk.start_line - line, line - chunk.end_line, 0)


def _overlaps(chunk: StoredChunk, own: Located) -> bool:
    return (
        chunk.path == own.chunk.path
        and chunk.start_line <= own.chunk.end_line
        and own.chunk.start_line <= chunk.end_line
    )


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
