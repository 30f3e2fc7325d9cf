"""What a reader sees: one published state of an index, whatever writers do meanwhile."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.errors import IndexNotFound
from codesearch.index.layout import Layout
from codesearch.index.postings import impact_scores
from codesearch.index.segment import NO_IDS, Ids, Segment
from codesearch.index.store import FileRow, Store, damaged
from codesearch.index.terms import name_key
from codesearch.models.side import normalised

if TYPE_CHECKING:
    from codesearch.models.encoder import Embeddings

Scores = npt.NDArray[np.float32]
Selection = Sequence[npt.NDArray[np.bool_]]
"""For each segment, which of its rows a search may return."""
_NO_KEYS: frozenset[str] = frozenset()
FILE_SAMPLE = 48
"""Chunks that a large file's mean vector is taken of: more move it by little."""
_OPENINGS = 5
"""A segment may go between reading its name and opening it, when an update publishes; then the next state is read."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the index keeps it, with what is needed of its file."""

    id: int
    file_id: int
    path: str
    language: str
    kind: str
    name: str
    name_key: str
    defined_keys: frozenset[str]
    """Keys of the further names that it defines."""
    qualified_name: str
    signature: str
    start_line: int
    end_line: int
    file_size: int
    file_mtime_ns: int
    file_first_chunk: int
    file_chunks: int
    """Chunks of its file, numbered from `file_first_chunk`."""


class Snapshot:
    """One state of an index. Ids are chunk numbers; arrays of ids and scores run best first."""

    def __init__(self, store: Store, segments: Sequence[Segment]) -> None:
        self._store = store
        self._segments = segments
        self._chunks: dict[int, StoredChunk] = {}
        self._files: dict[int, FileRow] = {}
        self._frequencies: dict[str, int] = {}
        self._file_vectors: dict[tuple[int, int], Embeddings] = {}
        self.meta: Mapping[str, str] = store.meta()
        self.chunk_count = sum(segment.live_chunks for segment in segments)

    @classmethod
    def open(cls, layout: Layout) -> Snapshot:
        """Raises IndexNotFound, IndexIncompatible or IndexDamaged."""
        if not layout.exists():
            raise IndexNotFound(f"{layout.root} is not indexed", "run: codesearch index")
        for attempt in range(_OPENINGS):
            store = Store.open(layout.database)
            try:
                store.begin_reading()
                deleted = _expanded(store.deletions())
                segments = [Segment(layout.segment(r.number), r, deleted) for r in store.segments()]
                return cls(store, segments)
            except FileNotFoundError as error:
                store.close()
                if attempt == _OPENINGS - 1:
                    raise damaged(layout.database, error) from error
            except sqlite3.Error as error:
                store.close()
                raise damaged(layout.database, error) from error
            except BaseException:
                store.close()
                raise
        raise AssertionError

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    # by words

    def document_frequency(self, term: str) -> int:
        """How many chunks hold a term (deleted ones that still lie in a segment included)."""
        known = self._frequencies.get(term)
        if known is None:
            known = self._frequencies[term] = sum(segment.postings.frequency(term) for segment in self._segments)
        return known

    def rarity(self, term: str) -> float:
        """Inverse document frequency, as in BM25: ln(1 + (n − df + ½) / (df + ½))."""
        df = self.document_frequency(term)
        return math.log1p((max(self.chunk_count - df, 0) + 0.5) / (df + 0.5))

    def lexical(self, term_weights: Mapping[str, float], k: int, selection: Selection | None) -> tuple[Ids, Scores]:
        """The `k` best chunks by BM25, all with a score above 0."""
        weighted = {term: weight * self.rarity(term) for term, weight in term_weights.items()}
        found = []
        for i, segment in enumerate(self._segments):
            scores = np.zeros(len(segment.ids), np.float32)
            for term, weight in weighted.items():
                rows, impacts = segment.postings.find(term)
                scores[rows] += impact_scores(impacts, weight)
            allowed = self._allowed(i, selection)
            if allowed is not None:
                scores *= allowed
            rows = _top(scores, k)
            found.append((segment.ids[rows], scores[rows]))
        return _merged(found, k)

    def term_scores(self, terms: Sequence[str], ids: Ids) -> Scores:
        """What each term adds to the BM25 score of each chunk, [terms, ids]."""
        out = np.zeros((len(terms), len(ids)), np.float32)
        for segment in self._segments:
            held, rows = segment.rows_of(ids)
            if not len(held):
                continue
            for t, term in enumerate(terms):
                found, impacts = segment.postings.find(term)
                if not len(found):
                    continue
                place = np.minimum(np.searchsorted(found, rows.astype(found.dtype)), len(found) - 1)
                hit = found[place] == rows
                out[t, held[hit]] = impact_scores(impacts[place[hit]], self.rarity(term))
        return out

    # by meaning

    def nearest(self, vector: Embeddings, k: int, selection: Selection | None) -> tuple[Ids, Scores]:
        """The `k` chunks whose vectors have the largest cosine with a unit vector, float32 [dimensions]."""
        found = []
        for i, segment in enumerate(self._segments):
            rows, scores = segment.vectors.nearest(vector, k, self._allowed(i, selection))
            found.append((segment.ids[rows], scores))
        return _merged(found, k)

    def similarities(self, vector: Embeddings, ids: Ids) -> Scores:
        """Cosine of each chunk."""
        out = np.zeros(len(ids), np.float32)
        for segment in self._segments:
            held, rows = segment.rows_of(ids)
            if len(held):
                out[held] = segment.vectors.similarities(vector, rows)
        return out

    # by file

    def file_similarities(self, vector: Embeddings, files: Sequence[tuple[int, int]]) -> Scores:
        """Cosine of the mean of each file's vectors; a file is its first chunk and their number.

        Of a large file FILE_SAMPLE chunks are taken, evenly spread.
        """
        missing = [run for run in files if run not in self._file_vectors]
        self._file_vectors.update(zip(missing, self._mean_vectors(missing, len(vector)), strict=True))
        return np.asarray([self._file_vectors[run] @ vector for run in files], np.float32)

    def file_term_impacts(self, terms: Sequence[str], files: Sequence[tuple[int, int]]) -> Scores:
        """Sum of each term's impacts (0 to 1 a chunk) over all chunks of each file, [terms, files]."""
        out = np.zeros((len(terms), len(files)), np.float32)
        bounds = np.asarray(files, np.int64).reshape(-1, 2)
        for segment in self._segments:
            first = np.searchsorted(segment.ids, bounds[:, 0])
            last = np.searchsorted(segment.ids, bounds[:, 0] + bounds[:, 1])
            for t, term in enumerate(terms):
                out[t] += segment.postings.summed(term, first, last)
        return out

    def _mean_vectors(self, files: Sequence[tuple[int, int]], dimensions: int) -> Embeddings:
        sums = np.zeros((len(files), dimensions), np.float32)
        ids, owners = _sampled(files)
        for segment in self._segments:
            held, rows = segment.rows_of(ids)
            if len(held):
                own = owners[held]
                starts = np.r_[0, np.flatnonzero(np.diff(own)) + 1]
                sums[own[starts]] += np.add.reduceat(segment.vectors.reconstruct(rows), starts)
        return normalised(sums)

    # by name and by what is stored

    def named(self, keys: Sequence[str], limit: int, selection: Selection | None) -> Ids:
        """Live chunks whose name has one of the keys, at most `limit` of them."""
        ids = np.asarray(self._store.chunks_named(keys, limit), np.int64)
        return self._kept(ids, selection)

    def chunks(self, ids: Ids) -> list[StoredChunk]:
        """Chunks in the order of their ids."""
        wanted = ids.tolist()
        rows = self._store.chunks([i for i in wanted if i not in self._chunks])
        missing = {row.file for row in rows.values()}.difference(self._files)
        self._files.update(self._store.files_by_id(list(missing)))
        for row in rows.values():
            file = self._files[row.file]
            self._chunks[row.id] = StoredChunk(
                row.id,
                row.file,
                file.path,
                file.language,
                row.kind,
                row.name,
                name_key(row.name),
                frozenset(map(name_key, row.defines.split("\n"))) if row.defines else _NO_KEYS,
                row.qualified_name,
                row.signature,
                row.start_line,
                row.end_line,
                file.size,
                file.mtime_ns,
                file.first_chunk,
                file.chunks,
            )
        return [self._chunks[i] for i in wanted]

    def chunks_of(self, file: FileRow) -> list[StoredChunk]:
        """The chunks of a file, in order."""
        return self.chunks(np.arange(file.first_chunk, file.first_chunk + file.chunks))

    @cached_property
    def files(self) -> Sequence[FileRow]:
        """All indexed files."""
        return [file for file in self._store.files() if not file.skipped]

    def kinds(self) -> dict[str, int]:
        """How many chunks there are of each kind."""
        return self._store.chunk_kinds()

    # filters

    def select_files(self, accepts: Callable[[FileRow], bool]) -> Selection:
        """The chunks of the files that are accepted."""
        runs = [(file.first_chunk, file.chunks) for file in self.files if accepts(file)]
        return self._masks(_expanded(sorted(runs)))

    def select_kinds(self, kinds: Sequence[str]) -> Selection:
        """The chunks of the given kinds."""
        return self._masks(np.asarray(sorted(self._store.chunks_of_kinds(kinds)), np.int64))

    def select_names(self, accepts: Callable[[str, str], bool]) -> Selection:
        """The chunks whose name and qualified name are accepted, or another name that they define."""
        ids = [
            i
            for i, name, qualified, defines in self._store.chunk_names()
            if accepts(name, qualified) or (defines and any(accepts(other, other) for other in defines.split("\n")))
        ]
        return self._masks(np.asarray(sorted(ids), np.int64))

    def _masks(self, ids: Ids) -> Selection:
        return [np.isin(segment.ids, ids, assume_unique=True) for segment in self._segments]

    def _allowed(self, segment: int, selection: Selection | None) -> npt.NDArray[np.bool_] | None:
        """Rows that are live and selected; None for all."""
        one = self._segments[segment]
        live = one.live if one.has_deletions else None
        if selection is None:
            return live
        return selection[segment] if live is None else selection[segment] & live

    def _kept(self, ids: Ids, selection: Selection | None) -> Ids:
        keep = np.zeros(len(ids), np.bool_)
        for i, segment in enumerate(self._segments):
            held, rows = segment.rows_of(ids)
            allowed = self._allowed(i, selection)
            keep[held] = True if allowed is None else allowed[rows]
        return ids[keep]


def intersection(selections: Sequence[Selection]) -> Selection | None:
    """What all selections allow; None where there is none."""
    if not selections:
        return None
    return [np.logical_and.reduce(masks) for masks in zip(*selections, strict=True)]


def _expanded(runs: Sequence[tuple[int, int]]) -> Ids:
    parts = [np.arange(first, first + count) for first, count in runs if count]
    return np.concatenate(parts) if parts else NO_IDS


def _sampled(files: Sequence[tuple[int, int]]) -> tuple[Ids, Ids]:
    """Some chunks of each file, and to which of the files each belongs."""
    parts = [
        first + (np.arange(count) if count <= FILE_SAMPLE else np.linspace(0, count - 1, FILE_SAMPLE, dtype=np.int64))
        for first, count in files
    ]
    sizes = [len(part) for part in parts]
    return (np.concatenate(parts) if parts else NO_IDS), np.repeat(np.arange(len(parts)), sizes)


def _top(scores: Scores, k: int) -> npt.NDArray[np.int64]:
    """Rows of the `k` highest scores above 0, best first."""
    rows = np.flatnonzero(scores)
    found = scores[rows]
    if len(rows) > 4 * k:
        best = np.argpartition(found, -k)[-k:]
        rows, found = rows[best], found[best]
    return rows[np.argsort(-found, kind="stable")[:k]]


def _merged(found: Sequence[tuple[Ids, Scores]], k: int) -> tuple[Ids, Scores]:
    if len(found) == 1:
        return found[0]
    ids = np.concatenate([ids for ids, _ in found]) if found else NO_IDS
    scores = np.concatenate([scores for _, scores in found]) if found else np.zeros(0, np.float32)
    best = np.argsort(-scores, kind="stable")[:k]
    return ids[best], scores[best]
