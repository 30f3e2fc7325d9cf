"""Commits that answer a question, as text and JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.render.records import Record
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.changes.commits import CommitHit

_SHORT_ID = 10


def commit_lines(hit: CommitHit, *, with_patch: bool) -> Iterator[str]:
    """`id date subject`, and below it the changed lines that answer best."""
    commit = hit.commit
    yield printable(f"{commit.id[:_SHORT_ID]} {_date(commit.time)} {commit.subject}")
    if with_patch:
        yield from (f"    {printable(line)}" for line in hit.lines)


def commit_record(hit: CommitHit) -> Record:
    """A commit as JSON."""
    commit = hit.commit
    return {
        "commit": commit.id,
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(commit.time)),
        "author": commit.author,
        "subject": commit.subject,
        "body": commit.body,
        "paths": list(commit.paths),
        "score": hit.score,
        "lines": list(hit.lines),
    }


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
