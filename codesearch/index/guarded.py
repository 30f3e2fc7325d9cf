"""Small jobs: plain files are processed here, files that look risky to parse in a process that can be killed.

Starting a process takes longer than parsing what an ordinary edit changes. What makes grammars crash, hang or exhaust
memory does not occur in hand-written files: deeply nested brackets, very long lines, control characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from codesearch.chunking.chunk import ChunkedFile
from codesearch.discovery.source import SkippedFile, read_source
from codesearch.index.job import Job, Treatment

if TYPE_CHECKING:
    from codesearch.index.pool import Work
    from codesearch.index.work import BatchResult, Worker
    from codesearch.languages.registry import Language

Result = TypeVar("Result")

MAX_PLAIN_CHARS = 60_000
MAX_PLAIN_LINE_CHARS = 2_000
MAX_PLAIN_DEPTH = 40
"""Of brackets, including those in strings and comments. In 31 repositories 98 % of the files are plain."""
_RISKY = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd-\uffff]|(\S)\1{199}|\n([^\n]+)(?:\n\2){49}")
_UNLIMITED = nullcontext()
_NO_BRACKETS = re.compile(r"[^()\[\]{}]+")


def run(worker: Worker, jobs: Iterable[Job]) -> Iterator[BatchResult]:
    """Results of a few jobs: plain files are processed in this process, the others in another one."""
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
    """As codesearch.chunking.chunker.chunk_text, but a grammar that crashes or hangs doesn't affect this process."""
    return next(run_on_texts(_Chunking(text, language), {path: text}))


def run_on_texts(work: Work[Result], texts: Mapping[str, str]) -> Iterator[Result]:
    """Results of work on texts, one job each: plain ones are processed in this process, the others in another one."""
    risky: list[Job] = []
    for path, text in texts.items():
        job = Job((path,), len(text))
        if is_plain(text):
            yield work(job)
        else:
            risky.append(job)
    if risky:
        from codesearch.index import pool

        yield from pool.run(work, risky, 1)


class _Chunking(NamedTuple):
    """The work of chunking one text."""

    text: str
    language: Language | None

    def __call__(self, job: Job, limited: AbstractContextManager[None] = _UNLIMITED) -> ChunkedFile:
        (path,) = job.paths
        if job.treatment is Treatment.SKIP:
            return ChunkedFile((), job.reason)
        from codesearch.index.work import chunk_as

        with limited:
            return chunk_as(path, self.text, self.language, job)


def _is_plain_file(worker: Worker, path: str) -> bool:
    source = read_source(worker.root, path, worker.max_file_size)
    return isinstance(source, SkippedFile) or is_plain(source.text)


def is_plain(text: str) -> bool:
    """Whether a text looks hand-written, by its size, lines, characters and brackets."""
    if len(text) > MAX_PLAIN_CHARS or max(map(len, text.split("\n"))) > MAX_PLAIN_LINE_CHARS or _RISKY.search(text):
        return False
    brackets = _NO_BRACKETS.sub("", text)
    depths = accumulate(1 if bracket in "([{" else -1 for bracket in brackets)
    return max(depths, default=0) <= MAX_PLAIN_DEPTH
