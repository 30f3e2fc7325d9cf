"""One batch of files → what the index keeps of them: read, detect, chunk, count terms, encode. Runs in any process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from codesearch.chunking.chunk import Chunk, ChunkedFile
from codesearch.chunking.chunker import chunk_text
from codesearch.discovery.source import SkippedFile, read_source
from codesearch.discovery.stamp import Stamp
from codesearch.index.fields import encoder_text, lexical_terms
from codesearch.index.postings import TermCounts
from codesearch.index.rows import ChunkRow, FileRow, plain
from codesearch.languages.detect import detect
from codesearch.languages.registry import Language
from codesearch.models.encoder import Embeddings, Encoder


class Treatment(Enum):
    """How files are cut: by syntax, or, when that did not come back in time, less and less cleverly."""

    SYNTAX = "syntax"
    WINDOWS = "windows"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Job:
    """A batch of files to work on."""

    paths: tuple[str, ...]
    treatment: Treatment = Treatment.SYNTAX


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file. Its row and its chunks' have no numbers yet."""

    row: FileRow
    chunks: tuple[ChunkRow, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Files of a batch with the terms and vectors (or, for a costly encoder, the texts) of all their chunks."""

    files: tuple[FileResult, ...]
    counts: TermCounts
    embeddings: Embeddings | None
    texts: tuple[str, ...] = ()


UNREAD = Stamp(0, 0)
"""Of a file that could not be opened."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Does jobs. `encoder` is None where encoding is left to the main process."""

    root: Path
    max_file_size: int
    encoder: Encoder | None
    keep_generated: Callable[[str], bool]

    def __call__(self, job: Job) -> BatchResult:
        """Never raises for what a file holds."""
        files: list[FileResult] = []
        chunks: list[Chunk] = []
        for path in job.paths:
            result, found = self._file(path, job.treatment)
            files.append(result)
            chunks.extend(found)
        texts = tuple(encoder_text(chunk) for chunk in chunks)
        if self.encoder is None:
            return BatchResult(tuple(files), count_terms(chunks), None, texts)
        return BatchResult(tuple(files), count_terms(chunks), self.encoder.encode_documents(texts))

    def _file(self, path: str, treatment: Treatment) -> tuple[FileResult, Sequence[Chunk]]:
        if treatment is Treatment.SKIP:
            return FileResult(_file_row(path, UNREAD, skipped="could not be cut")), ()
        source = read_source(self.root, path, self.max_file_size)
        if isinstance(source, SkippedFile):
            return FileResult(_file_row(path, source.stamp or UNREAD, source.digest, skipped=source.reason)), ()
        language = detect(path, source.text)
        row = _file_row(path, source.stamp, source.digest, language.name if language else "")
        if language is None:
            return FileResult(replace(row, skipped="not source")), ()
        if source.is_generated and not self.keep_generated(path):
            return FileResult(replace(row, skipped="generated")), ()
        chunked = _chunk(path, source.text, language, treatment)
        rows = tuple(map(_chunk_row, chunked.chunks))
        return FileResult(replace(row, fallback=chunked.fallback, chunks=len(rows)), rows), chunked.chunks


def _chunk(path: str, text: str, language: Language, treatment: Treatment) -> ChunkedFile:
    """A file's chunks. A fault of ours in one file costs that file its syntax, not the user the index."""
    if treatment is Treatment.SYNTAX:
        try:
            return chunk_text(path, text, language)
        except Exception as error:
            reason = f"the chunker failed ({type(error).__name__})"
    else:
        reason = "the grammar took too long"
    return replace(chunk_text(path, text, None), fallback=reason)


def _file_row(path: str, stamp: Stamp, digest: bytes = b"", language: str = "", skipped: str = "") -> FileRow:
    return FileRow(path, stamp, digest, language, skipped, "", 0, 0)


def _chunk_row(chunk: Chunk) -> ChunkRow:
    return ChunkRow(
        0,
        0,
        plain(chunk.kind),
        plain(chunk.name),
        _further_names(chunk),
        plain(chunk.qualified_name),
        plain(chunk.signature),
        chunk.start_line,
        chunk.end_line,
    )


def _further_names(chunk: Chunk) -> str:
    """Names beside its own that a chunk defines. A file's outline only repeats what other chunks define."""
    if chunk.kind == "file":
        return ""
    return "\n".join(plain(name) for name in chunk.defines if name != chunk.name)


def count_terms(chunks: Sequence[Chunk]) -> TermCounts:
    """Weighted term counts of chunks, as flat arrays."""
    vocabulary: dict[str, int] = {}
    ids: list[int] = []
    weights: list[float] = []
    sizes = np.zeros(len(chunks), np.int32)
    for i, chunk in enumerate(chunks):
        counts = lexical_terms(chunk)
        sizes[i] = len(counts)
        ids.extend(vocabulary.setdefault(term, len(vocabulary)) for term in counts)
        weights.extend(counts.values())
    return TermCounts(tuple(vocabulary), np.asarray(ids, np.int32), np.asarray(weights, np.float32), sizes)
