"""Little work, done at once where that is safe: what looks risky to parse is given to a process that can be killed.

A process would cost every ordinary edit more than its parsing. What makes grammars crash, hang or eat memory is what
nobody writes: brackets without end, endless lines, control characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import accumulate

from codesearch.chunking.chunk import ChunkedFile
from codesearch.discovery.source import SkippedFile, read_source
from codesearch.index.work import BatchResult, Job, Treatment, Worker, chunk_as
from codesearch.languages.registry import Language

PLAIN_CHARS = 60_000
PLAIN_LINE_CHARS = 2_000
PLAIN_DEPTH = 40
"""Of brackets, those in strings and comments too. In 31 repositories 98 % of the files are plain."""
_ODD = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd-\uffff]|(\S)\1{199}|\n([^\n]+)(?:\n\2){49}")
_UNLIMITED = nullcontext()
_NO_BRACKETS = re.compile(r"[^()\[\]{}]+")


def run(worker: Worker, jobs: Iterable[Job]) -> Iterator[BatchResult]:
    """Results of a few jobs: those of plain files from this process, those of others from another."""
    risky: list[str] = []
    size = 0
    for job in jobs:
        plain: list[str] = []
        for path in job.paths:
            (plain if _is_plain_file(worker, path) else risky).append(path)
        if plain:
            yield worker(replace(job, paths=tuple(plain)))
        size += job.size
    if risky:
        from codesearch.index import pool

        yield from pool.run(worker, [Job(tuple(risky), size)], 1)


def chunk_text(path: str, text: str, language: Language | None) -> ChunkedFile:
    """As the chunker's, but whatever the text makes of a grammar, this process goes on."""
    chunking = _Chunking(text, language)
    job = Job((path,), len(text))
    if is_plain(text):
        return chunking(job)
    from codesearch.index import pool

    return next(pool.run(chunking, [job], 1))


@dataclass(frozen=True, slots=True)
class _Chunking:
    """Work that chunks one text."""

    text: str
    language: Language | None

    def __call__(self, job: Job, limited: AbstractContextManager[None] = _UNLIMITED) -> ChunkedFile:
        (path,) = job.paths
        if job.treatment is Treatment.SKIP:
            return ChunkedFile((), job.reason)
        with limited:
            return chunk_as(path, self.text, self.language, job)


def _is_plain_file(worker: Worker, path: str) -> bool:
    source = read_source(worker.root, path, worker.max_file_size)
    return isinstance(source, SkippedFile) or is_plain(source.text)


def is_plain(text: str) -> bool:
    """Whether a text is such as people write, by its size, lines, signs and brackets."""
    if len(text) > PLAIN_CHARS or max(map(len, text.split("\n"))) > PLAIN_LINE_CHARS or _ODD.search(text):
        return False
    brackets = _NO_BRACKETS.sub("", text)
    depths = accumulate(1 if bracket in "([{" else -1 for bracket in brackets)
    return max(depths, default=0) <= PLAIN_DEPTH
