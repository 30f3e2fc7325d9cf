"""A reader's view of an index: one published state, which writers don't affect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.chunking.kinds import REMAINDER_KINDS
from codesearch.discovery.stamp import Stamp
from codesearch.errors import IndexDamaged, IndexUntrusted
from codesearch.index.access import check_exists, open_store
from codesearch.index.cache import ReadCache
from codesearch.index.database import database_error
from codesearch.index.inflections import forms
from codesearch.index.layout import Layout
from codesearch.index.postings import impact_scores
from codesearch.index.rows import ChunkRow, DefinitionRow, FileRow, FileStamp, Run, State
from codesearch.index.segment import NO_IDS, Ids, NameCount, Segment
from codesearch.index.store import Store
from codesearch.index.terms import name_key
from codesearch.index.vectors import Ties, Vectors, best, component

if TYPE_CHECKING:
    from codesearch.exact.trigrams import Required
    from codesearch.models.encoder import Embeddings

Scores = npt.NDArray[np.float32]
Selection = Sequence[npt.NDArray[np.bool_]]
"""For each segment, which of its rows a search may return."""
Mean = npt.NDArray[np.float64]
_MIN_NORM = 1e-12
MAX_SEGMENT_BYTES = 1 << 33
"""Of all segments (ten million chunks): verifying the checksums of as many takes seconds."""
FILE_SAMPLE = 48
"""Maximum number of chunks for a file's mean vector: more change it little."""
_CACHED_CHUNKS = 16_384
"""With their definitions 20 to 40 MB. Of 89 candidates of a new question to 20,000 chunks, after 500 others, 4 have to
be read; with 4096 they were 22, and the question took a sixth longer."""
_CACHED_FILES = 4096
_CACHED_FILE_VECTORS = 2048
"""4 MB with 256 dimensions."""
_CACHED_FREQUENCIES = 1 << 16
_CHUNKS_PER_READ = 20_000
"""Chunks held in memory at once when all of an index are read."""
_MAX_ATTEMPTS = 5
"""An update may delete a segment between reading the database and opening the segment; then the new state is read."""


class StoredChunk(NamedTuple):
    """A chunk as the index stores it, with facts about its file.

    Kind, name, signature and lines are those of the chunk, or after `focused_on` those of a definition in it.
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
    """Definitions that start in the chunk, in order of their first line."""
    file_stamp: Stamp
    file_digest: bytes
    file_first_chunk: int
    file_chunks: int
    """Number of chunks of the file, numbered from `file_first_chunk`."""

    @property
    def position(self) -> tuple[str, int]:
        """Path and position in the file: an order of chunks that is the same in every index."""
        return self.path, self.id - self.file_first_chunk

    @property
    def name_key(self) -> str:
        """The key by which its name is looked up."""
        return name_key(self.name)

    def focused_on(self, definition: DefinitionRow) -> StoredChunk:
        """The chunk with kind, names, signature and lines of a definition in it."""
        return self._replace(
            kind=definition.kind,
            name=definition.name,
            qualified_name=definition.qualified_name,
            signature=definition.signature,
            start_line=definition.start_line,
            end_line=definition.end_line,
        )


class ScoredChunks(NamedTuple):
    """Chunks with scores, best first."""

    ids: Ids
    scores: Scores
    ties: Ties


NO_CHUNKS = ScoredChunks(NO_IDS, np.zeros(0, np.float32), np.zeros(0, np.uint64))


class Snapshot:
    """One state of an index. Ids are chunk numbers. Results are sorted by score, then by tie.

    Results do not depend on the history of the index: on past updates, on the segment of a chunk, or on deletions.
    """

    def __init__(self, store: Store, segments: Sequence[Segment], state: State, share: float = 1) -> None:
        """`share` is the share of what it has read that it keeps, where many are open at once."""
        self._store = store
        self._segments = segments
        self._chunks = ReadCache[int, StoredChunk](round(_CACHED_CHUNKS * share))
        self._files = ReadCache[int, FileRow | None](round(_CACHED_FILES * share))
        self._frequencies = ReadCache[tuple[str, ...], int](round(_CACHED_FREQUENCIES * share))
        self._file_vectors = ReadCache[Run, Mean](round(_CACHED_FILE_VECTORS * share))
        self.meta = state.meta
        self.chunk_count = state.chunks

    @classmethod
    def open(cls, layout: Layout, share: float = 1) -> Snapshot:
        """Open the last published state; `share` as for a snapshot.

        Raises IndexNotFound, IndexIncompatible, IndexUntrusted or IndexDamaged.
        """
        check_exists(layout)
        for attempt in range(_MAX_ATTEMPTS):
            try:
                return cls._open(layout, share)
            except FileNotFoundError as error:
                if attempt == _MAX_ATTEMPTS - 1:
                    raise database_error(layout.database, ValueError("a segment is missing")) from error
            except IndexUntrusted:
                raise
            except IndexDamaged:
                if attempt == _MAX_ATTEMPTS - 1 or not layout.exists():
                    raise
        raise AssertionError

    @classmethod
    def _open(cls, layout: Layout, share: float) -> Snapshot:
        store = open_store(layout)
        try:
            state = store.state()
            _check_size(layout, state)
            segments = [Segment(layout.segment(r.number), r, state.deletions) for r in state.segments]
            if sum(segment.live_chunks for segment in segments) != state.chunks:
                raise database_error(layout.database, ValueError("its files and segments hold different chunks"))
            return cls(store, segments, state, share)
        except BaseException:
            store.close()
            raise

    @property
    def segments(self) -> Sequence[Segment]:
        """The parts of the index."""
        return self._segments

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    # lexical

    def document_frequencies(self, terms: Iterable[str]) -> list[int]:
        """The number of chunks that contain each term, in any inflection."""
        return self._frequencies.get([forms(term) for term in terms], self._read_frequencies)

    def name_frequencies(self, keys: Iterable[str]) -> list[int]:
        """The number of chunks that contain each name, given by its key."""
        return self._frequencies.get([(key,) for key in keys], self._read_frequencies)

    def _read_frequencies(self, words: Sequence[tuple[str, ...]]) -> list[int]:
        return [sum(segment.frequency(word) for segment in self._segments) for word in words]

    def lexical(self, idfs: Mapping[str, float], k: int, selection: Selection | None) -> ScoredChunks:
        """The `k` best chunks by BM25, all with a score above 0; `idfs` maps the query's terms to their IDF."""
        by_segment = []
        for i, segment in enumerate(self._segments):
            scores = np.zeros(len(segment.ids), np.float32)
            for term, idf in idfs.items():
                found = segment.matches(forms(term))
                scores[found.rows] += impact_scores(found.impacts, idf)
            allowed = self._allowed(i, selection)
            if allowed is not None:
                scores *= allowed
            matching = np.flatnonzero(scores > 0)
            rows = matching[best(scores[matching], segment.ties[matching], k)]
            by_segment.append(ScoredChunks(segment.ids[rows], scores[rows], segment.ties[rows]))
        return merged(by_segment, k)

    def term_scores(self, idfs: Mapping[str, float], ids: Ids) -> Scores:
        """Contribution of each term to the BM25 score of each chunk, float32 [terms, ids]; `idfs` as in lexical()."""
        out = np.zeros((len(idfs), len(ids)), np.float32)
        for segment in self._segments:
            positions, rows = segment.rows_of(ids)
            if not len(positions):
                continue
            for t, (term, idf) in enumerate(idfs.items()):
                found = segment.matches(forms(term))
                if not len(found.rows):
                    continue
                at = np.minimum(np.searchsorted(found.rows, rows.astype(found.rows.dtype)), len(found.rows) - 1)
                is_match = found.rows[at] == rows
                out[t, positions[is_match]] = impact_scores(found.impacts[at[is_match]], idf)
        return out

    # semantic

    def nearest(self, vector: Embeddings, k: int, selection: Selection | None) -> ScoredChunks:
        """The `k` chunks whose vectors have the largest cosine with a unit vector, float32 [dimensions]."""
        by_segment = []
        for i, segment in enumerate(self._segments):
            vectors = self.vectors_of(segment, len(vector))
            rows, scores = vectors.nearest(vector, k, self._allowed(i, selection), segment.ties)
            by_segment.append(ScoredChunks(segment.ids[rows], scores, segment.ties[rows]))
        return merged(by_segment, k)

    def similarities(self, vector: Embeddings, ids: Ids) -> Scores:
        """Cosine of each chunk's vector with a unit vector, float32 [ids]."""
        out = np.zeros(len(ids), np.float32)
        for segment in self._segments:
            positions, rows = segment.rows_of(ids)
            if len(positions):
                out[positions] = self.vectors_of(segment, len(vector)).similarities(vector, rows)
        return out

    def vectors_of(self, segment: Segment, dimensions: int) -> Vectors:
        """A segment's vectors. Raises IndexDamaged if they have other dimensions than a query's."""
        if segment.vectors.dimensions != dimensions:
            raise self._damaged(f"its vectors have {segment.vectors.dimensions} dimensions, not {dimensions}")
        return segment.vectors

    # per file

    def file_similarities(self, vector: Embeddings, files: Sequence[Run]) -> Scores:
        """Cosine of the mean of each file's vectors with a unit vector, float32 [files].

        `files` are the chunks of each file. Of a large file, FILE_SAMPLE evenly spaced chunks are used.
        """
        return cosines(self.file_vectors(files, len(vector)), vector)

    def file_vectors(self, files: Sequence[Run], dimensions: int) -> list[Mean]:
        """The normalised mean of the vectors of each file, as in `file_similarities`."""
        return self._file_vectors.get(files, lambda missing: self._means(missing, dimensions))

    def file_term_impacts(self, terms: Sequence[str], files: Sequence[Run]) -> Scores:
        """Sum of each term's impacts (0 to 1 per chunk) over all chunks of each file, float32 [terms, files]."""
        out = np.zeros((len(terms), len(files)), np.float32)
        begins = np.asarray([run.first for run in files], np.int64)
        ends = np.asarray([run.first + run.chunks for run in files], np.int64)
        for segment in self._segments:
            first, last = np.searchsorted(segment.ids, begins), np.searchsorted(segment.ids, ends)
            for t, term in enumerate(terms):
                out[t] += segment.matches(forms(term)).summed(first, last)
        return out

    def _means(self, files: Sequence[Run], dimensions: int) -> list[Mean]:
        """The normalised mean of each file's vectors, each float64 [dimensions]."""
        sums = np.zeros((len(files), dimensions), np.int64)
        counts = np.zeros(len(files), np.int64)
        ids, file_indices = _sampled(files)
        for segment in self._segments:
            positions, rows = segment.rows_of(ids)
            if len(positions):
                row_files = file_indices[positions]
                starts = np.r_[0, np.flatnonzero(np.diff(row_files)) + 1]
                sums[row_files[starts]] += self.vectors_of(segment, dimensions).sums(rows, starts)
                counts += np.bincount(row_files, minlength=len(files))
        means = component(sums / np.maximum(counts, 1)[:, None])
        return [mean / max(float(np.sqrt((mean * mean).sum())), _MIN_NORM) for mean in means]

    # names and stored rows

    def named(self, keys: Sequence[str], limit: int, selection: Selection | None) -> ScoredChunks:
        """Live chunks that define a name with one of the keys, at most `limit`, all with the score 0."""
        by_segment = []
        for i, segment in enumerate(self._segments):
            rows = _unique([segment.names.find(key).rows for key in keys])
            allowed = self._allowed(i, selection)
            rows = rows if allowed is None else rows[allowed[rows]]
            by_segment.append(ScoredChunks(segment.ids[rows], np.zeros(len(rows), np.float32), segment.ties[rows]))
        return merged(by_segment, limit)

    def scored(self, scores: Mapping[int, float], limit: int, selection: Selection | None) -> ScoredChunks:
        """Those of some live chunks that are selected, at most `limit`, with the scores that are given by their ids."""
        ids = np.asarray(sorted(scores), np.int64)
        values = np.asarray([scores[number] for number in ids.tolist()], np.float32)
        by_segment = []
        for i, segment in enumerate(self._segments):
            positions, rows = segment.rows_of(ids)
            allowed = self._allowed(i, selection)
            if allowed is not None:
                positions, rows = positions[allowed[rows]], rows[allowed[rows]]
            by_segment.append(ScoredChunks(segment.ids[rows], values[positions], segment.ties[rows]))
        return merged(by_segment, limit)

    def containing(self, terms: Sequence[str], selection: Selection | None) -> Ids:
        """Live chunks that contain all of the terms, in order."""
        by_segment = []
        for i, segment in enumerate(self._segments):
            mask = np.ones(len(segment.ids), np.bool_)
            for term in terms:
                has_term = np.zeros(len(segment.ids), np.bool_)
                has_term[segment.postings.find(term).rows] = True
                mask &= has_term
            allowed = self._allowed(i, selection)
            by_segment.append(segment.ids[mask if allowed is None else mask & allowed])
        return np.sort(np.concatenate([NO_IDS, *by_segment]))

    def vector(self, number: int) -> Embeddings | None:
        """The vector of a chunk, float32 [dimensions]; None if there is no such chunk."""
        for segment in self._segments:
            found, rows = segment.rows_of(np.asarray([number], np.int64))
            if len(found):
                return np.asarray(segment.vectors.reconstruct(rows)[0], np.float32)
        return None

    def names_starting_with(self, prefix: str, limit: int) -> list[str]:
        """At most `limit` names of definitions that start with a prefix, ignoring case, in order."""
        names: set[str] = set()
        for segment in self._segments:
            keys = segment.names.vocabulary.starting_with(name_key(prefix), limit)
            for chunk in self.chunks(self.named(keys, limit, None).ids):
                names.update(d.name for d in chunk.definitions if d.name.lower().startswith(prefix.lower()))
        return sorted(names)[:limit]

    def chunks(self, ids: Ids) -> list[StoredChunk]:
        """The chunks with these ids, in this order. Raises IndexDamaged."""
        return self._chunks.get(ids.tolist(), self._read)

    def _read(self, ids: Sequence[int]) -> list[StoredChunk]:
        """As chunks(), but always from the database."""
        rows = self._store.chunks(ids)
        heads = self._store.chunks(sorted({row.head for row in rows.values()}.difference(rows)))
        numbers = list({row.file for row in rows.values()})
        files = dict(zip(numbers, self._files.get(numbers, self._read_files), strict=True))
        definitions = self._store.definitions([*rows.values(), *heads.values()])
        chunks = []
        for number in ids:
            row = rows.get(number)
            file = files[row.file] if row else None
            if row is None or file is None or not 0 <= number - file.first_chunk < file.chunks <= self.chunk_count:
                raise self._damaged(f"chunk {number} is missing from it")
            chunks.append(self._stored(row, file, definitions))
        return chunks

    def _read_files(self, ids: Sequence[int]) -> list[FileRow | None]:
        files = self._store.files_by_id(ids)
        return [files.get(number) for number in ids]

    def _stored(self, row: ChunkRow, file: FileRow, definitions: Mapping[int, Sequence[DefinitionRow]]) -> StoredChunk:
        """A chunk from its rows, named after the first definition of its head, or after its file."""
        name = qualified_name = signature = ""
        if row.kind == "file":
            name = qualified_name = file.path.rpartition("/")[2]
        elif row.kind not in REMAINDER_KINDS:
            if not 0 <= row.head - file.first_chunk < file.chunks or not definitions.get(row.head):
                raise self._damaged(f"chunk {row.id} has no definition to be named after")
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
            definitions=tuple(definitions.get(row.id, ())),
            file_stamp=file.stamp,
            file_digest=file.digest,
            file_first_chunk=file.first_chunk,
            file_chunks=file.chunks,
        )

    def chunks_of(self, file: FileRow) -> list[StoredChunk]:
        """The chunks of a file, in order."""
        return self.chunks(np.arange(file.first_chunk, file.first_chunk + file.chunks))

    def chunk_rows(self, files: Sequence[FileRow]) -> list[ChunkRow]:
        """The rows of all chunks of these files: less to read than the chunks."""
        ids = [number for file in files for number in range(file.first_chunk, file.first_chunk + file.chunks)]
        return list(self._store.chunks(ids).values())

    def stamps(self, paths: Collection[str] | None = None) -> list[FileStamp]:
        """The stamps of files, by default of all, including skipped ones. Checksums are not verified."""
        return self._store.stamps(paths)

    def file_count(self) -> int:
        """The number of files, including skipped ones."""
        return self._store.file_count()

    @cached_property
    def files(self) -> Sequence[FileRow]:
        """All files that are not skipped."""
        return self.read_files()

    def read_files(self) -> list[FileRow]:
        """As `files`, which keeps them in memory."""
        return [file for file in self._store.files() if not file.skipped]

    @cached_property
    def chunks_by_language(self) -> Mapping[str, int]:
        """The number of chunks in each language."""
        return self._store.chunks_by_language()

    def files_with(self, required: Required) -> Sequence[FileRow]:
        """The files that are not skipped and may contain what is required."""
        if required.is_nothing:
            return self.files
        firsts = [int(first) for segment in self._segments for first in segment.files_with(required)]
        rows = self._store.chunks(firsts)
        return list(self._store.files_by_id([row.file for row in rows.values()]).values())

    def may_contain(self, firsts: Ids, trigrams: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Which files, given by their first chunks, may contain each of the trigrams [files, trigrams]."""
        found = np.zeros((len(firsts), len(trigrams)), np.bool_)
        for segment in self._segments:
            positions, in_segment = segment.may_contain(firsts, trigrams)
            found[positions] = in_segment
        return found

    def files_in(self, place: str) -> list[FileRow]:
        """The file with this path, or the files in this folder, that are not skipped, in order."""
        return [file for file in self._store.files_in(place) if not file.skipped]

    def files_named(self, names: Collection[str]) -> list[FileRow]:
        """The files with one of these names, ignoring the case of ASCII letters, that are not skipped."""
        return [file for file in self._store.files_named(names) if not file.skipped]

    @cached_property
    def names(self) -> Mapping[str, NameCount]:
        """How often each defined name occurs, by its key (codesearch.index.terms.name_key)."""
        counts: dict[str, NameCount] = {}
        for segment in self._segments:
            for key, count in segment.count_names():
                counts[key] = counts[key] + count if key in counts else count
        return counts

    def kinds(self) -> dict[str, int]:
        """The number of chunks that have, or contain a definition of, each kind."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            counts.update(segment.count_kinds())
        return dict(counts)

    # filters

    def select_files(self, accepts: Callable[[FileRow], bool]) -> Selection:
        """The chunks of the files that are accepted."""
        runs = [Run(file.first_chunk, file.chunks) for file in self.files if accepts(file)]
        return self._masks(_expanded(sorted(runs, key=lambda run: run.first)))

    def select_chunks(self, ids: Sequence[int]) -> Selection:
        """The chunks with these numbers, which are in order."""
        return self._masks(np.asarray(ids, np.int64))

    def select_kinds(self, kinds: Sequence[str]) -> Selection:
        """The chunks of the given kinds."""
        return [segment.rows_of_kinds(kinds) for segment in self._segments]

    def select_definitions(
        self,
        accepts: Callable[[str, StoredChunk | DefinitionRow], bool],
        keys: Sequence[str] = (),
        among: Selection | None = None,
    ) -> Selection:
        """The chunks that are accepted, given with their path, or that contain an accepted definition.

        With `keys`, only chunks that define a name with one of these keys are considered, with `among` only those.
        """
        ids = self.named(keys, self.chunk_count, among).ids.tolist() if keys else self._live_ids(among)
        accepted = [
            chunk.id
            for begin in range(0, len(ids), _CHUNKS_PER_READ)
            for chunk in self._read(ids[begin : begin + _CHUNKS_PER_READ])
            if accepts(chunk.path, chunk) or any(accepts(chunk.path, definition) for definition in chunk.definitions)
        ]
        return self._masks(np.asarray(sorted(accepted), np.int64))

    def _live_ids(self, among: Selection | None = None) -> list[int]:
        masks = [segment.live for segment in self._segments] if among is None else among
        return [
            number
            for segment, mask in zip(self._segments, masks, strict=True)
            for number in segment.ids[segment.live & mask].tolist()
        ]

    def _masks(self, ids: Ids) -> Selection:
        return [np.isin(segment.ids, ids, assume_unique=True) for segment in self._segments]

    def _allowed(self, segment: int, selection: Selection | None) -> npt.NDArray[np.bool_] | None:
        """The rows of a segment that are live and selected; None if all are."""
        live = self._segments[segment].live if self._segments[segment].has_deletions else None
        if selection is None:
            return live
        return selection[segment] if live is None else selection[segment] & live

    def _damaged(self, why: str) -> Exception:
        return self._store.damaged(why)


def cosines(means: Iterable[Mean], vector: Embeddings) -> Scores:
    """Cosine of each mean vector with a unit vector."""
    # Row by row: in a product with all rows at once, the rounding of a row may depend on the others.
    return np.asarray([(mean * vector).sum() for mean in means], np.float32)


def intersection(selections: Sequence[Selection]) -> Selection | None:
    """The rows in all selections; None if there are no selections."""
    if not selections:
        return None
    return [np.logical_and.reduce(masks) for masks in zip(*selections, strict=True)]


def _expanded(runs: Sequence[Run]) -> Ids:
    parts = [np.arange(run.first, run.first + run.chunks) for run in runs if run.chunks]
    return np.concatenate(parts) if parts else NO_IDS


def _sampled(files: Sequence[Run]) -> tuple[Ids, Ids]:
    """The ids of some chunks of each file, and for each the index of its file."""
    parts = [run.first + _spread(run.chunks) for run in files]
    sizes = [len(part) for part in parts]
    return (np.concatenate(parts) if parts else NO_IDS), np.repeat(np.arange(len(parts)), sizes)


def _spread(count: int) -> Ids:
    """At most FILE_SAMPLE evenly spaced numbers below `count`."""
    return np.arange(count) if count <= FILE_SAMPLE else np.linspace(0, count - 1, FILE_SAMPLE, dtype=np.int64)


def merged(by_segment: Sequence[ScoredChunks], k: int) -> ScoredChunks:
    """The `k` best of the segments' results."""
    if not by_segment:
        return NO_CHUNKS
    ids = np.concatenate([chunks.ids for chunks in by_segment])
    scores = np.concatenate([chunks.scores for chunks in by_segment])
    ties = np.concatenate([chunks.ties for chunks in by_segment])
    kept = best(scores, ties, k)
    return ScoredChunks(ids[kept], scores[kept], ties[kept])


def _unique(arrays: Sequence[npt.NDArray[Any]]) -> Ids:
    return np.asarray(sorted({row for array in arrays for row in array.tolist()}), np.int64)


def _check_size(layout: Layout, state: State) -> None:
    if sum(record.arrays.stamp.size + record.vectors.stamp.size for record in state.segments) > MAX_SEGMENT_BYTES:
        raise database_error(layout.database, ValueError("its segments are too large"))
