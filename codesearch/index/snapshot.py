"""What a reader sees: one published state of an index, whatever writers do meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.discovery.stamp import Stamp
from codesearch.errors import IndexDamaged, IndexUntrusted
from codesearch.index.access import check_exists, open_store
from codesearch.index.database import damaged
from codesearch.index.layout import Layout
from codesearch.index.postings import impact_scores
from codesearch.index.rows import ChunkRow, DefinitionRow, FileRow, Run, State
from codesearch.index.segment import NO_IDS, Ids, Segment
from codesearch.index.store import Store
from codesearch.index.terms import name_key
from codesearch.index.vectors import Ties, Vectors, best, component

if TYPE_CHECKING:
    from codesearch.models.encoder import Embeddings

Scores = npt.NDArray[np.float32]
Selection = Sequence[npt.NDArray[np.bool_]]
"""For each segment, which of its rows a search may return."""
Mean = npt.NDArray[np.float64]
_SHORTEST = 1e-12
MOST_BYTES = 1 << 33
"""All segments may have to be compared with their checksums, which takes seconds for so many (ten million chunks)."""
FILE_SAMPLE = 48
"""Chunks that a large file's mean vector is taken of: more move it by little."""
_READ_AT_ONCE = 20_000
"""Chunks that are held in memory where all of an index are looked through."""
_OPENINGS = 5
"""A segment may go between reading its name and opening it, when an update publishes; then the next state is read."""


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the index keeps it, with what is needed of its file.

    Kind, name, signature and lines are the chunk's own, or those of the definition in it that a question is about.
    """

    id: int
    file_id: int
    path: str
    language: str
    kind: str
    name: str
    qualified_name: str
    signature: str
    start_line: int
    end_line: int
    definitions: tuple[DefinitionRow, ...]
    """Those that begin in it, in order of their first line."""
    file_stamp: Stamp
    file_digest: bytes
    file_first_chunk: int
    file_chunks: int
    """Chunks of its file, numbered from `file_first_chunk`."""

    @property
    def place(self) -> tuple[str, int]:
        """Path and place in the file: the order of chunks that holds in every index."""
        return self.path, self.id - self.file_first_chunk

    @property
    def name_key(self) -> str:
        """What its name is looked up by."""
        return name_key(self.name)

    def about(self, definition: DefinitionRow) -> StoredChunk:
        """The chunk, named after a definition in it and with the lines of that alone."""
        return replace(
            self,
            kind=definition.kind,
            name=definition.name,
            qualified_name=definition.qualified_name,
            signature=definition.signature,
            start_line=definition.start_line,
            end_line=definition.end_line,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Chunks that were found, best first."""

    ids: Ids
    scores: Scores
    ties: Ties


NOTHING = Found(NO_IDS, np.zeros(0, np.float32), np.zeros(0, np.uint64))


class Snapshot:
    """One state of an index. Ids are chunk numbers; what is found runs best first, equals by their ties.

    What it returns does not depend on how the index came about: which updates there were, in which segment a chunk
    lies, or what was deleted.
    """

    def __init__(self, store: Store, segments: Sequence[Segment], state: State) -> None:
        self._store = store
        self._segments = segments
        self._chunks: dict[int, StoredChunk] = {}
        self._files: dict[int, FileRow] = {}
        self._frequencies: dict[str, int] = {}
        self._file_vectors: dict[Run, Mean] = {}
        self.meta = state.meta
        self.chunk_count = state.chunks

    @classmethod
    def open(cls, layout: Layout) -> Snapshot:
        """Raises IndexNotFound, IndexIncompatible, IndexUntrusted or IndexDamaged."""
        check_exists(layout)
        for attempt in range(_OPENINGS):
            try:
                return cls._open(layout)
            except FileNotFoundError as error:
                if attempt == _OPENINGS - 1:
                    raise damaged(layout.database, ValueError("a segment is missing")) from error
            except IndexUntrusted:
                raise
            except IndexDamaged:
                if attempt == _OPENINGS - 1 or not layout.exists():
                    raise
        raise AssertionError

    @classmethod
    def _open(cls, layout: Layout) -> Snapshot:
        store = open_store(layout)
        try:
            state = store.state()
            _check_size(layout, state)
            segments = [Segment(layout.segment(r.number), r, state.deletions) for r in state.segments]
            if sum(segment.live_chunks for segment in segments) != state.chunks:
                raise damaged(layout.database, ValueError("its files and segments hold different chunks"))
            return cls(store, segments, state)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    # by words

    def document_frequency(self, term: str) -> int:
        """How many chunks hold a term."""
        known = self._frequencies.get(term)
        if known is None:
            known = self._frequencies[term] = sum(segment.frequency(term) for segment in self._segments)
        return known

    def lexical(self, rarities: Mapping[str, float], k: int, selection: Selection | None) -> Found:
        """The `k` best chunks by BM25, all with a score above 0; `rarities` are the terms' IDF."""
        found = []
        for i, segment in enumerate(self._segments):
            scores = np.zeros(len(segment.ids), np.float32)
            for term, rarity in rarities.items():
                rows, impacts = segment.postings.find(term)
                scores[rows] += impact_scores(impacts, rarity)
            allowed = self._allowed(i, selection)
            if allowed is not None:
                scores *= allowed
            held = np.flatnonzero(scores)
            rows = held[best(scores[held], segment.ties[held], k)]
            found.append(Found(segment.ids[rows], scores[rows], segment.ties[rows]))
        return _merged(found, k)

    def term_scores(self, rarities: Mapping[str, float], ids: Ids) -> Scores:
        """What each term adds to the BM25 score of each chunk, [terms, ids]; `rarities` are the terms' IDF."""
        out = np.zeros((len(rarities), len(ids)), np.float32)
        for segment in self._segments:
            held, rows = segment.rows_of(ids)
            if not len(held):
                continue
            for t, (term, rarity) in enumerate(rarities.items()):
                found, impacts = segment.postings.find(term)
                if not len(found):
                    continue
                place = np.minimum(np.searchsorted(found, rows.astype(found.dtype)), len(found) - 1)
                hit = found[place] == rows
                out[t, held[hit]] = impact_scores(impacts[place[hit]], rarity)
        return out

    # by meaning

    def nearest(self, vector: Embeddings, k: int, selection: Selection | None) -> Found:
        """The `k` chunks whose vectors have the largest cosine with a unit vector, float32 [dimensions]."""
        found = []
        for i, segment in enumerate(self._segments):
            vectors = self._vectors(segment, len(vector))
            rows, scores = vectors.nearest(vector, k, self._allowed(i, selection), segment.ties)
            found.append(Found(segment.ids[rows], scores, segment.ties[rows]))
        return _merged(found, k)

    def similarities(self, vector: Embeddings, ids: Ids) -> Scores:
        """Cosine of each chunk."""
        out = np.zeros(len(ids), np.float32)
        for segment in self._segments:
            held, rows = segment.rows_of(ids)
            if len(held):
                out[held] = self._vectors(segment, len(vector)).similarities(vector, rows)
        return out

    # by file

    def file_similarities(self, vector: Embeddings, files: Sequence[Run]) -> Scores:
        """Cosine of the mean of each file's vectors.

        Of a large file FILE_SAMPLE chunks are taken, evenly spread.
        """
        missing = [run for run in files if run not in self._file_vectors]
        self._file_vectors.update(zip(missing, self._means(missing, len(vector)), strict=True))
        # Row by row: a product with all of them at once may round a row otherwise beside others.
        return np.asarray([(self._file_vectors[run] * vector).sum() for run in files], np.float32)

    def file_term_impacts(self, terms: Sequence[str], files: Sequence[Run]) -> Scores:
        """Sum of each term's impacts (0 to 1 a chunk) over all chunks of each file, [terms, files]."""
        out = np.zeros((len(terms), len(files)), np.float32)
        begins = np.asarray([run.first for run in files], np.int64)
        ends = np.asarray([run.first + run.chunks for run in files], np.int64)
        for segment in self._segments:
            first, last = np.searchsorted(segment.ids, begins), np.searchsorted(segment.ids, ends)
            for t, term in enumerate(terms):
                out[t] += segment.postings.summed(term, first, last)
        return out

    def _means(self, files: Sequence[Run], dimensions: int) -> list[Mean]:
        """The mean of each file's vectors, of length 1: float64 [dimensions]."""
        sums = np.zeros((len(files), dimensions), np.int64)
        counts = np.zeros(len(files), np.int64)
        ids, owners = _sampled(files)
        for segment in self._segments:
            held, rows = segment.rows_of(ids)
            if len(held):
                own = owners[held]
                starts = np.r_[0, np.flatnonzero(np.diff(own)) + 1]
                sums[own[starts]] += self._vectors(segment, dimensions).sums(rows, starts)
                counts += np.bincount(own, minlength=len(files))
        means = component(sums / np.maximum(counts, 1)[:, None])
        return [mean / max(float(np.sqrt((mean * mean).sum())), _SHORTEST) for mean in means]

    def _vectors(self, segment: Segment, dimensions: int) -> Vectors:
        """A segment's vectors. Raises IndexDamaged where they are of another length than the question's."""
        if segment.vectors.dimensions != dimensions:
            raise self._damaged(f"its vectors have {segment.vectors.dimensions} dimensions, not {dimensions}")
        return segment.vectors

    # by name and by what is stored

    def named(self, keys: Sequence[str], limit: int, selection: Selection | None) -> Found:
        """Live chunks one of whose names has one of the keys, at most `limit` of them; all score 0."""
        found = []
        for i, segment in enumerate(self._segments):
            rows = _unique([segment.names.find(key)[0] for key in keys])
            allowed = self._allowed(i, selection)
            rows = rows if allowed is None else rows[allowed[rows]]
            found.append(Found(segment.ids[rows], np.zeros(len(rows), np.float32), segment.ties[rows]))
        return _merged(found, limit)

    def names_starting_with(self, prefix: str, limit: int) -> list[str]:
        """Names of definitions that begin with a prefix, in any case, at most so many, in order."""
        found: set[str] = set()
        for segment in self._segments:
            keys = segment.names.starting_with(name_key(prefix), limit)
            for chunk in self.chunks(self.named(keys, limit, None).ids):
                found.update(one.name for one in chunk.definitions if one.name.lower().startswith(prefix.lower()))
        return sorted(found)[:limit]

    def chunks(self, ids: Ids) -> list[StoredChunk]:
        """Chunks in the order of their ids."""
        wanted = ids.tolist()
        unread = [number for number in wanted if number not in self._chunks]
        self._chunks.update(zip(unread, self._read(unread), strict=True))
        return [self._chunks[number] for number in wanted]

    def _read(self, ids: Sequence[int]) -> list[StoredChunk]:
        """Chunks in the order of their ids, from the database."""
        rows = self._store.chunks(ids)
        heads = self._store.chunks(sorted({row.head for row in rows.values()}.difference(rows)))
        files = {row.file for row in rows.values()}.difference(self._files)
        self._files.update(self._store.files_by_id(list(files)))
        definitions = self._store.definitions([*rows.values(), *heads.values()])
        found = []
        for number in ids:
            row = rows.get(number)
            file = self._files.get(row.file) if row else None
            if row is None or file is None or not 0 <= number - file.first_chunk < file.chunks <= self.chunk_count:
                raise self._damaged(f"chunk {number} is missing from it")
            found.append(self._stored(row, file, definitions))
        return found

    def _stored(self, row: ChunkRow, file: FileRow, definitions: Mapping[int, Sequence[DefinitionRow]]) -> StoredChunk:
        """A chunk, named after its definition, or after its file."""
        held = definitions.get(row.id, ())
        name = qualified_name = signature = ""
        if row.kind == "file":
            name = qualified_name = file.path.rpartition("/")[2]
        elif row.kind not in REMAINDER_KINDS:
            if not 0 <= row.head - file.first_chunk < file.chunks or not definitions.get(row.head):
                raise self._damaged(f"chunk {row.id} is named after nothing")
            head = definitions[row.head][0]
            name, qualified_name, signature = head.name, head.qualified_name, head.signature
        return StoredChunk(
            id=row.id,
            file_id=row.file,
            path=file.path,
            language=file.language,
            kind=row.kind,
            name=name,
            qualified_name=qualified_name,
            signature=signature,
            start_line=row.start_line,
            end_line=row.end_line,
            definitions=tuple(held),
            file_stamp=file.stamp,
            file_digest=file.digest,
            file_first_chunk=file.first_chunk,
            file_chunks=file.chunks,
        )

    def chunks_of(self, file: FileRow) -> list[StoredChunk]:
        """The chunks of a file, in order."""
        return self.chunks(np.arange(file.first_chunk, file.first_chunk + file.chunks))

    def stamps(self) -> list[tuple[str, int, int, int, int]]:
        """Path, size, times and inode of every file, unchecked: for a first look at what an update would do."""
        return self._store.stamps()

    def file_count(self) -> int:
        """How many files there are, skipped ones included."""
        return self._store.file_count()

    @cached_property
    def files(self) -> Sequence[FileRow]:
        """All indexed files."""
        return [file for file in self._store.files() if not file.skipped]

    def kinds(self) -> dict[str, int]:
        """How many chunks there are of each kind."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            counts.update(segment.count_kinds())
        return dict(counts)

    # filters

    def select_files(self, accepts: Callable[[FileRow], bool]) -> Selection:
        """The chunks of the files that are accepted."""
        runs = [(file.first_chunk, file.chunks) for file in self.files if accepts(file)]
        return self._masks(_expanded(sorted(runs)))

    def select_kinds(self, kinds: Sequence[str]) -> Selection:
        """The chunks of the given kinds."""
        return [segment.rows_of_kinds(kinds) for segment in self._segments]

    def select_definitions(self, accepts: Callable[[str, str, str], bool], keys: Sequence[str] = ()) -> Selection:
        """The chunks that are, or hold a definition, of an accepted kind, name and qualified name.

        Only those that define a name with one of the `keys` are looked at, where there are any.
        """
        ids = self.named(keys, self.chunk_count, None).ids.tolist() if keys else self._live_ids()
        accepted = [
            chunk.id
            for begin in range(0, len(ids), _READ_AT_ONCE)
            for chunk in self._read(ids[begin : begin + _READ_AT_ONCE])
            if any(accepts(*naming) for naming in _namings(chunk))
        ]
        return self._masks(np.asarray(sorted(accepted), np.int64))

    def _live_ids(self) -> list[int]:
        return [number for segment in self._segments for number in segment.ids[segment.live].tolist()]

    def _masks(self, ids: Ids) -> Selection:
        return [np.isin(segment.ids, ids, assume_unique=True) for segment in self._segments]

    def _allowed(self, segment: int, selection: Selection | None) -> npt.NDArray[np.bool_] | None:
        """Rows that are live and selected; None for all."""
        one = self._segments[segment]
        live = one.live if one.has_deletions else None
        if selection is None:
            return live
        return selection[segment] if live is None else selection[segment] & live

    def _damaged(self, why: str) -> Exception:
        return self._store.damaged(why)


def _namings(chunk: StoredChunk) -> Iterator[tuple[str, str, str]]:
    """Kind, name and qualified name of a chunk, and of each definition in it."""
    yield chunk.kind, chunk.name, chunk.qualified_name
    for definition in chunk.definitions:
        yield definition.kind, definition.name, definition.qualified_name


def intersection(selections: Sequence[Selection]) -> Selection | None:
    """What all selections allow; None where there is none."""
    if not selections:
        return None
    return [np.logical_and.reduce(masks) for masks in zip(*selections, strict=True)]


def _expanded(runs: Sequence[tuple[int, int]]) -> Ids:
    parts = [np.arange(first, first + count) for first, count in runs if count]
    return np.concatenate(parts) if parts else NO_IDS


def _sampled(files: Sequence[Run]) -> tuple[Ids, Ids]:
    """Some chunks of each file, and to which of the files each belongs."""
    parts = [run.first + _spread(run.chunks) for run in files]
    sizes = [len(part) for part in parts]
    return (np.concatenate(parts) if parts else NO_IDS), np.repeat(np.arange(len(parts)), sizes)


def _spread(count: int) -> Ids:
    """At most FILE_SAMPLE of so many places."""
    return np.arange(count) if count <= FILE_SAMPLE else np.linspace(0, count - 1, FILE_SAMPLE, dtype=np.int64)


def _merged(found: Sequence[Found], k: int) -> Found:
    """The `k` best of what the segments found."""
    if not found:
        return NOTHING
    ids = np.concatenate([one.ids for one in found])
    scores = np.concatenate([one.scores for one in found])
    ties = np.concatenate([one.ties for one in found])
    kept = best(scores, ties, k)
    return Found(ids[kept], scores[kept], ties[kept])


def _unique(arrays: Sequence[npt.NDArray[Any]]) -> Ids:
    return np.asarray(sorted({row for array in arrays for row in array.tolist()}), np.int64)


def _check_size(layout: Layout, state: State) -> None:
    if sum(record.arrays.stamp.size + record.vectors.stamp.size for record in state.segments) > MOST_BYTES:
        raise damaged(layout.database, ValueError("its segments are too large"))
