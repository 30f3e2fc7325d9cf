"""A shard as rows of the tables.

Words are stored by their stems, as a question asks for all inflections of its words. `terms` holds the stems of a chunk
for Lance's index of words, each as often as it counts there; `weights` holds what each adds to the chunk's BM25 score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.numbering import CHUNK_BITS
from codesearch.index.bm25 import K1
from codesearch.index.inflections import stem
from codesearch.index.postings import as_one_term, relative_counts
from codesearch.index.rows import FileRow, Run
from codesearch.index.segment import Segment
from codesearch.index.snapshot import Snapshot, StoredChunk
from codesearch.lance.columns import OF_CHUNK, OF_FILE, components, word_checksum
from codesearch.lance.tables import CHUNKS, DEFINITIONS, FILES, NAMES, WORDS
from codesearch.search.snippets import Snippets

_COMPRESSED = {"lance-encoding:compression": "zstd"}
_LONG_TEXTS = ("text", "terms")

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Weights:
    """The stems of each row and their impacts: one entry per row and stem, by row."""

    stems: Sequence[str]
    row: Integers
    stem: Integers
    """Index into `stems`."""
    impact: npt.NDArray[Any]

    def texts(self, rows: int) -> Any:
        """For each row the stems, separated by spaces, each as often as Lance has to count it."""
        times = np.maximum(np.rint(K1 * relative_counts(self.impact)), 1).astype(np.int64)
        words = pa.array(self.stems, pa.string()).take(pa.array(np.repeat(self.stem, times)))
        ends = np.cumsum(np.bincount(self.row, times, rows)).astype(np.int32)
        return pc.binary_join(pa.ListArray.from_arrays(pa.array(np.append(np.int32(0), ends)), words), " ")

    def packed(self, rows: int, kind: np.dtype[Any]) -> Any:
        """For each row the weights of its stems."""
        weights = np.empty(len(self.row), kind)
        weights["word"] = np.asarray([word_checksum(word) for word in self.stems], np.uint32)[self.stem]
        weights["impact"] = self.impact
        ends = np.cumsum(np.bincount(self.row, minlength=rows)).tolist()
        return pa.array([weights[first:end].tobytes() for first, end in pairwise([0, *ends])], pa.binary())

    def by_file(self, file: Integers, files: int) -> Weights:
        """The sums over the rows of each file; `file` has the number of each row's file."""
        keys = file[self.row] * len(self.stems) + self.stem
        order = np.argsort(keys, kind="stable")
        found, starts = np.unique(keys[order], return_index=True)
        impacts = self.impact[order].astype(np.int64)
        sums = np.add.reduceat(impacts, starts) if len(starts) else impacts
        return Weights(self.stems, *np.divmod(found, max(len(self.stems), 1)), sums)


def rows_of(shard: HeldShard) -> dict[str, Any]:
    """The rows of each table for a shard, whose number is that of its rows."""
    snapshot, base = shard.snapshot, shard.number << CHUNK_BITS
    segments = snapshot.segments
    live = np.concatenate([segment.ids[segment.live] for segment in segments] or [np.zeros(0, np.int64)])
    ids = np.sort(live)
    files = [file for file in snapshot.files if file.chunks]
    chunks = [chunk for file in files for chunk in snapshot.chunks_of(file)]
    chunks.sort(key=lambda chunk: chunk.id)
    file_of = {file.id: number for number, file in enumerate(files)}
    file = np.asarray([file_of[chunk.file_id] for chunk in chunks], np.int64)
    weights = _weights(segments, ids)
    of_files = weights.by_file(file, len(files))
    tables = {
        CHUNKS: {
            **_facts(chunks, base),
            "text": _texts(chunks, shard.snippets),
            "terms": weights.texts(len(ids)),
            "weights": weights.packed(len(ids), OF_CHUNK),
            "vector": _vectors(segments, ids),
            "tie": _in_order(segments, ids, [segment.ties for segment in segments]),
        },
        DEFINITIONS: _definitions(chunks, base),
        NAMES: _names(segments, base),
        FILES: {
            "id": pa.array([base + one.id for one in files], pa.int64()),
            "path": pa.array([one.path for one in files], pa.string()),
            "language": pa.array([one.language for one in files], pa.string()),
            "weights": of_files.packed(len(files), OF_FILE),
            "vector": _means(snapshot, files),
        },
        WORDS: _words(segments, weights),
    }
    return {name: _with_shard(columns, shard.number) for name, columns in tables.items()}


def _with_shard(columns: dict[str, Any], number: int) -> Any:
    count = len(next(iter(columns.values())))
    table = pa.table({"shard": pa.array(np.full(count, number, np.int64)), **columns})
    fields = [one.with_metadata(_COMPRESSED) if one.name in _LONG_TEXTS else one for one in table.schema]
    return table.cast(pa.schema(fields))


def _facts(chunks: Sequence[StoredChunk], base: int) -> dict[str, Any]:
    """The columns that say what each chunk is."""
    numbers = {
        "id": [base + chunk.id for chunk in chunks],
        "file": [base + chunk.file_id for chunk in chunks],
        "first_chunk": [base + chunk.file_first_chunk for chunk in chunks],
        "file_chunks": [chunk.file_chunks for chunk in chunks],
        "start_line": [chunk.start_line for chunk in chunks],
        "end_line": [chunk.end_line for chunk in chunks],
    }
    texts = {
        name: pa.array([getattr(chunk, name) for chunk in chunks], pa.string())
        for name in ("path", "language", "kind", "name", "qualified_name", "signature")
    }
    kinds = [sorted({chunk.kind, *(one.kind for one in chunk.definitions)}) for chunk in chunks]
    return {
        **{name: pa.array(values, pa.int64()) for name, values in numbers.items()},
        **texts,
        "kinds": pa.array(kinds, pa.list_(pa.string())),
    }


def _definitions(chunks: Sequence[StoredChunk], base: int) -> dict[str, Any]:
    rows = [(chunk.path, one) for chunk in chunks for one in chunk.definitions]
    numbers = {
        "chunk": [base + one.chunk for _, one in rows],
        "place": [one.place for _, one in rows],
        "start_line": [one.start_line for _, one in rows],
        "end_line": [one.end_line for _, one in rows],
    }
    texts = ("kind", "name", "qualified_name", "signature", "documentation")
    return {
        **{name: pa.array(values, pa.int64()) for name, values in numbers.items()},
        "path": pa.array([path for path, _ in rows], pa.string()),
        **{name: pa.array([getattr(one, name) for _, one in rows], pa.string()) for name in texts},
    }


def _texts(chunks: Iterable[StoredChunk], snippets: Snippets) -> Any:
    """The lines of each chunk."""
    path, lines, texts = "", [""], []
    for chunk in chunks:
        if chunk.path != path:
            path, lines = chunk.path, snippets.file(chunk.path).shown.split("\n")
        texts.append("\n".join(lines[chunk.start_line - 1 : chunk.end_line]))
    return pa.array(texts, pa.string())


def _vectors(segments: Sequence[Segment], ids: Integers) -> Any:
    codes = _in_order(segments, ids, [segment.vectors.codes for segment in segments])
    return pa.FixedSizeListArray.from_arrays(pa.array(components(codes).reshape(-1)), codes.shape[1])


def _means(snapshot: Snapshot, files: Sequence[FileRow]) -> Any:
    """The mean vector of each file."""
    dimensions = snapshot.segments[0].vectors.dimensions
    means = snapshot.file_vectors([Run(file.first_chunk, file.chunks) for file in files], dimensions)
    return pa.FixedSizeListArray.from_arrays(pa.array(np.stack(means).astype(np.float32).reshape(-1)), dimensions)


def _in_order(segments: Sequence[Segment], ids: Integers, values: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """The values of the live chunks of all segments, in the order of `ids`."""
    parts = [found[segment.live] for segment, found in zip(segments, values, strict=True)]
    places = np.concatenate([np.searchsorted(ids, segment.ids[segment.live]) for segment in segments])
    joined = np.concatenate(parts)
    ordered = np.empty_like(joined)
    ordered[places] = joined
    return ordered


def _weights(segments: Sequence[Segment], ids: Integers) -> Weights:
    """The impacts of the stems in each chunk; inflections of a word count as one word."""
    vocabulary: dict[str, int] = {}
    parts = []
    for segment in segments:
        terms = [term.decode("utf-8", "replace") for term in segment.postings.vocabulary.terms()]
        stems = np.asarray([vocabulary.setdefault(stem(term), len(vocabulary)) for term in terms], np.int64)
        numbers, rows, impacts = segment.postings.columns()
        kept = segment.live[rows]
        parts.append((np.searchsorted(ids, segment.ids[rows[kept]]), stems[numbers[kept]], impacts[kept]))
    rows, numbers, impacts = (np.concatenate(part) for part in zip(*parts, strict=True))
    keys, merged = as_one_term(rows * len(vocabulary) + numbers, impacts)
    return Weights(list(vocabulary), *np.divmod(keys, max(len(vocabulary), 1)), merged)


def _names(segments: Sequence[Segment], base: int) -> dict[str, Any]:
    """Which chunks define a name, by its key."""
    keys, chunks, ties = [], [], []
    for segment in segments:
        terms = [term.decode("utf-8", "replace") for term in segment.names.vocabulary.terms()]
        numbers, rows, _ = segment.names.columns()
        kept = segment.live[rows]
        keys.append(pa.array(terms, pa.string()).take(pa.array(numbers[kept])))
        chunks.append(base + segment.ids[rows[kept]])
        ties.append(segment.ties[rows[kept]])
    return {
        "key": pa.concat_arrays(keys),
        "chunk": pa.array(np.concatenate(chunks)),
        "tie": pa.array(np.concatenate(ties)),
    }


def _words(segments: Sequence[Segment], weights: Weights) -> dict[str, Any]:
    """For each word the number of chunks that contain it; for each stem, of those that contain any word with it."""
    exactly: dict[str, int] = {}
    for segment in segments:
        terms, counts = segment.postings.vocabulary.terms(), segment.postings.counts(segment.live).tolist()
        for term, count in zip(terms, counts, strict=True):
            word = term.decode("utf-8", "replace")
            exactly[word] = exactly.get(word, 0) + count
    counts = np.bincount(weights.stem, minlength=len(weights.stems)).tolist()
    inflected = dict(zip(weights.stems, counts, strict=True))
    words = [word for word in {**exactly, **inflected} if exactly.get(word) or inflected.get(word)]
    return {
        "word": pa.array(words, pa.string()),
        "chunks": pa.array([exactly.get(word, 0) for word in words], pa.int64()),
        "inflected": pa.array([inflected.get(word, 0) for word in words], pa.int64()),
    }
