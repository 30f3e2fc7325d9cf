"""Chunks as they are read from the tables, with all that their ranking needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from codesearch.discovery.stamp import Stamp
from codesearch.index.postings import IMPACT_SCALE, impact_scores
from codesearch.index.rows import DefinitionRow, Run, plain
from codesearch.index.snapshot import Scores, StoredChunk, cosines
from codesearch.index.vectors import Vectors
from codesearch.lance.columns import OF_CHUNK, OF_FILE, codes_of, impacts_of, vectors_of
from codesearch.lance.selecting import found, is_one_of
from codesearch.lance.tables import CHUNKS, DEFINITIONS, FILES
from codesearch.opening import harmless

if TYPE_CHECKING:
    from codesearch.index.segment import Ids
    from codesearch.models.encoder import Embeddings

_NO_STAMP = Stamp(0, 0)
_SAME = (
    *("language", "kind", "name", "qualified_name", "signature"),
    *("start_line", "end_line", "file_chunks"),
)
"""Columns that are named as the fields of StoredChunk."""
_FACTS = ("id", "file", "first_chunk", "path", *_SAME)
_DEFINITIONS = (
    *("chunk", "place", "kind", "name", "qualified_name"),
    *("signature", "documentation", "start_line", "end_line"),
)
_OF_FILES = ("id", "weights", "vector")


class ReadChunks:
    """Some chunks and their files, read at once; see codesearch.search.local.ChunkValues."""

    def __init__(self, tables: Mapping[str, Any], ids: Sequence[int]) -> None:
        self._tables = tables
        rows = found(tables[CHUNKS], is_one_of("id", ids), [*_FACTS, "text", "weights", "vector"])
        definitions = _definitions(tables, ids)
        self._chunks = [_chunk(row, definitions) for row in rows.select([*_FACTS]).to_pylist()]
        self._row = {chunk.id: row for row, chunk in enumerate(self._chunks)}
        self._rows = rows
        self._vectors = Vectors(codes_of(rows))
        files = found(tables[FILES], is_one_of("id", {chunk.file_id for chunk in self._chunks}), _OF_FILES)
        first = {chunk.file_id: chunk.file_first_chunk for chunk in self._chunks}
        self._file = {first[number]: row for row, number in enumerate(files["id"].to_pylist())}
        """The row of each file, by its first chunk."""
        self._files = files

    def chunks(self, ids: Ids, /) -> list[StoredChunk]:
        """Those with these numbers, in this order."""
        return [self._chunks[row] for row in self._rows_of(ids)]

    def term_scores(self, idfs: Mapping[str, float], ids: Ids, /) -> Scores:
        """As Snapshot.term_scores."""
        impacts = impacts_of(self._rows, list(idfs), OF_CHUNK)[:, self._rows_of(ids)]
        scores = np.zeros(impacts.shape, np.float32)
        for number, idf in enumerate(idfs.values()):
            scores[number] = impact_scores(impacts[number], idf)
        return scores

    def similarities(self, vector: Embeddings, ids: Ids, /) -> Scores:
        """As Snapshot.similarities."""
        return self._vectors.similarities(vector, self._rows_of(ids))

    def file_similarities(self, vector: Embeddings, files: Sequence[Run], /) -> Scores:
        """As Snapshot.file_similarities."""
        means = vectors_of(self._files).astype(np.float64)
        return cosines((means[self._file[run.first]] for run in files), vector)

    def file_term_impacts(self, terms: Sequence[str], files: Sequence[Run], /) -> Scores:
        """As Snapshot.file_term_impacts."""
        sums = impacts_of(self._files, terms, OF_FILE)[:, [self._file[run.first] for run in files]]
        return sums.astype(np.float32) / np.float32(IMPACT_SCALE)

    def may_contain(self, firsts: Ids, trigrams: npt.NDArray[np.uint32], /) -> npt.NDArray[np.bool_]:
        """As Snapshot.may_contain. There are no signatures: all may."""
        return np.ones((len(firsts), len(trigrams)), np.bool_)

    def texts(self, chunks: Sequence[StoredChunk], /) -> Sequence[str]:
        """As Snippets.texts. Only those of definitions that go on in other chunks have to be read."""
        own = [self._own_lines(chunk) for chunk in chunks]
        beyond = [chunk for chunk, lines in zip(chunks, own, strict=True) if not lines]
        read = iter(lines_of(self._tables, beyond) if beyond else ())
        return ["\n".join(lines or next(read)) for lines in own]

    def _own_lines(self, chunk: StoredChunk) -> Sequence[str]:
        """The lines of a chunk or of a definition in it; none if it has others."""
        row = self._row[chunk.id]
        whole = self._chunks[row]
        if not whole.start_line <= chunk.start_line <= chunk.end_line <= whole.end_line:
            return ()
        lines: list[str] = self._rows["text"][row].as_py().split("\n")
        return lines[chunk.start_line - whole.start_line : chunk.end_line - whole.start_line + 1]

    def _rows_of(self, ids: Ids) -> Ids:
        return np.asarray([self._row[number] for number in ids.tolist()], np.int64)


def _definitions(tables: Mapping[str, Any], ids: Sequence[int]) -> Mapping[int, Sequence[DefinitionRow]]:
    """The definitions in each chunk, in order."""
    by_chunk: dict[int, list[DefinitionRow]] = {}
    rows = found(tables[DEFINITIONS], is_one_of("chunk", ids), _DEFINITIONS).to_pylist()
    for row in sorted(rows, key=lambda row: row["place"]):
        by_chunk.setdefault(row["chunk"], []).append(DefinitionRow(**_plain(row)))
    return by_chunk


def _chunk(row: Mapping[str, Any], definitions: Mapping[int, Sequence[DefinitionRow]]) -> StoredChunk:
    return StoredChunk(
        id=row["id"],
        file_id=row["file"],
        file_first_chunk=row["first_chunk"],
        definitions=tuple(definitions.get(row["id"], ())),
        file_stamp=_NO_STAMP,
        file_digest=b"",
        path=harmless(row["path"]),
        **_plain({name: row[name] for name in _SAME}),
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with texts as a row of an index may contain them: an export may come from elsewhere."""
    return {name: plain(value) if isinstance(value, str) else value for name, value in values.items()}


def lines_of(tables: Mapping[str, Any], chunks: Iterable[StoredChunk]) -> list[Sequence[str]]:
    """The lines of each chunk, or of a definition that may go on in the next ones; blank lines between are empty."""
    wanted = [*chunks]
    of_file: dict[int, list[Mapping[str, Any]]] = {}
    condition = is_one_of("file", {chunk.file_id for chunk in wanted})
    for row in found(tables[CHUNKS], condition, ["id", "file", "start_line", "end_line"]).to_pylist():
        of_file.setdefault(row["file"], []).append(row)
    parts = [[row for row in of_file.get(chunk.file_id, ()) if _overlap(row, chunk)] for chunk in wanted]
    ids = {row["id"] for part in parts for row in part}
    rows = found(tables[CHUNKS], is_one_of("id", ids), ["id", "text"]) if ids else None
    texts = dict(zip(rows["id"].to_pylist(), rows["text"].to_pylist(), strict=True)) if rows else {}
    return [_lines(chunk, part, texts) for chunk, part in zip(wanted, parts, strict=True)]


def _overlap(row: Mapping[str, Any], chunk: StoredChunk) -> bool:
    return bool(row["start_line"] <= chunk.end_line and row["end_line"] >= chunk.start_line)


def _lines(chunk: StoredChunk, rows: Iterable[Mapping[str, Any]], texts: Mapping[int, str]) -> Sequence[str]:
    lines = {
        number: line
        for row in rows
        for number, line in enumerate(texts[row["id"]].split("\n"), row["start_line"])
        if chunk.start_line <= number <= chunk.end_line
    }
    last = max(lines, default=chunk.start_line - 1)
    return [lines.get(number, "") for number in range(chunk.start_line, last + 1)]
