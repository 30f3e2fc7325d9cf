"""What a cluster has indexed, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.quantities import count, duration, size
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.cluster.indexing import IndexReport


def index_report_lines(report: IndexReport) -> Iterator[str]:
    """The summary of a run."""
    failed = len(report.failures)
    indexed = report.sources - report.unchanged - failed
    holds = f"{count(report.shards, 'shard')}, {count(report.chunks, 'chunk')}, {size(report.size)}"
    if not indexed and not failed:
        yield f"Up to date in {duration(report.seconds)}: {holds}"
        return
    parts = ((indexed, "indexed"), (report.unchanged, "unchanged"), (failed, "failed"))
    numbers = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    sources = count(report.sources, "repository", "repositories")
    yield f"{sources} in {duration(report.seconds)} ({numbers}): {holds}"
    if report.core_seconds:
        yield f"Rate: {report.built_chunks / report.core_seconds:,.0f} chunks/s per core"
    for failure in report.failures:
        yield f"Failed: {printable(failure.source)}: {printable(failure.reason)}"
