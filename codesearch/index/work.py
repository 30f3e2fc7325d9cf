"""A batch of files → rows, terms and vectors: read, detect, chunk, count terms, encode. Runs in any process."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from codesearch.chunking.chunk import Chunk, ChunkedFile
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.shown import shown_text
from codesearch.discovery.skip_reason import SkipReason
from codesearch.discovery.source import SkippedFile, read_source
from codesearch.discovery.stamp import Stamp
from codesearch.index.fields import count_words, encoder_text
from codesearch.index.job import Job, Treatment
from codesearch.index.postings import TermImpacts
from codesearch.index.rows import ChunkRow, DefinitionRow, FileRow, plain
from codesearch.index.signatures import signature_of
from codesearch.index.vectors import Vectors
from codesearch.languages.detect import detect
from codesearch.languages.registry import Language
from codesearch.models.encoder import Encoder
from codesearch.models.static import StaticEncoder


class FileResult(NamedTuple):
    """The rows of one file. Its chunks are numbered from 0, and have no file id yet."""

    row: FileRow
    chunks: tuple[ChunkRow, ...] = ()
    definitions: tuple[DefinitionRow, ...] = ()
    signature: bytes = b""
    """Of the text that exact search looks at."""


class BatchResult(NamedTuple):
    """The files of a batch, and the terms and vectors of their chunks."""

    files: tuple[FileResult, ...]
    terms: TermImpacts
    vectors: Vectors | None
    """One per chunk; None if encoding is left to the main process."""
    texts: tuple[str, ...] = ()
    """The encoder's input for each chunk; only if `vectors` is None."""


SUMMARY_CHARS = 200
"""Stored length of a definition's documentation: a sentence or two, for listings."""
UNREAD = Stamp(0, 0)
"""The stamp of a file that could not be opened."""
_UNLIMITED = nullcontext()


@dataclass(frozen=True, slots=True)
class Worker:
    """Processes jobs. `encoder` is None if encoding is left to the main process."""

    root: Path
    max_file_size: int
    encoder: Encoder | None
    wanted: frozenset[str] = frozenset()
    """Paths of files to index even if they look generated."""

    def __call__(self, job: Job, limited: AbstractContextManager[None] = _UNLIMITED) -> BatchResult:
        """The results of a job. Never raises because of a file's content.

        `limited` is the context for the risky part, which excludes encoding, as the encoder's threads take memory.
        """
        files: list[FileResult] = []
        chunks: list[Chunk] = []
        with limited:
            for path in job.paths:
                result, found = self._file(path, job)
                files.append(result)
                chunks.extend(found)
            counted = count_words(chunks)
            terms = TermImpacts.of(counted.terms)
            texts = () if isinstance(self.encoder, StaticEncoder) else tuple(map(encoder_text, chunks))
        if self.encoder is None:
            return BatchResult(tuple(files), terms, None, texts)
        if isinstance(self.encoder, StaticEncoder):
            embeddings = self.encoder.encode_words(counted.words)
        else:
            embeddings = self.encoder.encode_documents(texts)
        return BatchResult(tuple(files), terms, Vectors.of(embeddings))

    def _file(self, path: str, job: Job) -> tuple[FileResult, Sequence[Chunk]]:
        if job.treatment is Treatment.SKIP:
            return FileResult(_file_row(path, UNREAD, skipped=SkipReason.NOT_CHUNKED)), ()
        source = read_source(self.root, path, self.max_file_size)
        if isinstance(source, SkippedFile):
            return FileResult(_file_row(path, source.stamp or UNREAD, source.digest, skipped=source.reason)), ()
        language = detect(path, source.text)
        row = _file_row(path, source.stamp, source.digest, language.name if language else "")
        row = row._replace(encoding=source.encoding)
        if source.skip_reason and path not in self.wanted:
            return FileResult(row._replace(skipped=source.skip_reason.value)), ()
        if language is None:
            return FileResult(row._replace(skipped=SkipReason.NOT_SOURCE.value)), ()
        chunked = chunk_as(path, source.text, language, job)
        row = row._replace(fallback=chunked.fallback, outputs=chunked.outputs, chunks=len(chunked.chunks))
        signature = signature_of(shown_text(path, source.text))
        rows = chunk_rows(chunked.chunks), definition_rows(chunked.chunks)
        return FileResult(row, *rows, signature), chunked.chunks


def chunk_as(path: str, text: str, language: Language | None, job: Job) -> ChunkedFile:
    """Chunk a text in the way that a job asks for.

    If the chunker raises an exception, the file is chunked into windows of lines.
    """
    reason = job.reason
    if job.treatment is Treatment.SYNTAX:
        try:
            return chunk_text(path, text, language)
        except Exception as error:
            reason = f"the chunker failed ({type(error).__name__})"
    return replace(chunk_text(path, text, None), fallback=reason)


def _file_row(
    path: str, stamp: Stamp, digest: bytes = b"", language: str = "", skipped: SkipReason = SkipReason.NONE
) -> FileRow:
    return FileRow(path, stamp, digest, language, skipped.value, "", 0, 0)


def chunk_rows(chunks: Sequence[Chunk]) -> tuple[ChunkRow, ...]:
    """The rows of a file's chunks."""
    heads = {id(definition): i for i, chunk in enumerate(chunks) for definition in chunk.definitions[:1]}
    return tuple(
        ChunkRow(
            id=i,
            file=0,
            kind=plain(chunk.kind),
            head=heads.get(id(chunk.definition), i),
            definitions=len(chunk.definitions),
            start_line=chunk.start_line,
            end_line=chunk.end_line,
        )
        for i, chunk in enumerate(chunks)
    )


def definition_rows(chunks: Sequence[Chunk]) -> tuple[DefinitionRow, ...]:
    """The rows of the definitions in a file's chunks."""
    return tuple(
        DefinitionRow(
            chunk=i,
            place=place,
            kind=plain(definition.kind),
            name=plain(definition.name),
            qualified_name=plain(definition.qualified_name),
            signature=plain(definition.signature),
            documentation=plain(" ".join(definition.documentation[: 2 * SUMMARY_CHARS].split())[:SUMMARY_CHARS]),
            start_line=definition.start_line,
            end_line=definition.end_line,
        )
        for i, chunk in enumerate(chunks)
        for place, definition in enumerate(chunk.definitions)
    )
