"""What a cluster has indexed, as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from codesearch.quantities import count, duration, size
from codesearch.render.records import Record
from codesearch.render.safe import printable
from codesearch.search.candidates import RETRIEVED

if TYPE_CHECKING:
    from codesearch.cluster.indexing import IndexReport
    from codesearch.cluster.manifest import Failure, Manifest
    from codesearch.lance.export import ExportReport

_COMMIT_DIGITS = 12


def index_report_lines(report: IndexReport) -> Iterator[str]:
    """The summary of a run."""
    yield from _totals(report)
    yield from map(_failure_line, report.failures)
    for source in report.lost:
        yield f"Lost: {printable(source)}: a file of its shards was missing or truncated; name it to index it again"


def _totals(report: IndexReport) -> Iterator[str]:
    failed = len(report.failures)
    indexed = report.sources - report.unchanged - failed
    holds = f"{count(report.shards, 'shard')}, {count(report.chunks, 'chunk')}, {size(report.size)}"
    if report.unchanged == report.sources and not report.removed:
        yield f"Up to date in {duration(report.seconds)}: {holds}"
        return
    parts = (
        (indexed, "indexed"),
        (report.unchanged, "unchanged"),
        (failed, "failed"),
        (report.removed, "removed"),
    )
    numbers = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    sources = count(report.sources, "repository", "repositories")
    yield f"{sources} in {duration(report.seconds)} ({numbers}): {holds}"
    if report.core_seconds:
        yield f"Rate: {report.built_chunks / report.core_seconds:,.0f} chunks/s per core"


def export_report_line(report: ExportReport) -> str:
    """The summary of an export."""
    holds = f"{count(report.shards, 'shard')}, {count(report.chunks, 'chunk')}"
    if not report.added and not report.removed:
        return f"Up to date in {duration(report.seconds)}: {holds}"
    parts = ((report.added, "written"), (report.removed, "removed"))
    numbers = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    return f"Exported in {duration(report.seconds)} ({numbers}): {holds}"


def manifest_lines(manifest: Manifest) -> Iterator[str]:
    """What a place holds: the totals, then a line for each source."""
    shards = manifest.shards
    sources = count(len(manifest.by_source), "repository", "repositories")
    bytes_ = sum(shard.size for shard in shards)
    yield f"Holds: {sources}, {count(len(shards), 'shard')}, {count(manifest.chunks, 'chunk')}, {size(bytes_)}"
    for model in dict.fromkeys(shard.model for shard in shards):
        yield f"Model: {printable(model)}"
    if lists := manifest.lists:
        yield (
            f"Nearest vectors: {lists.probed:,} of {count(lists.centres, 'list')} searched, {lists.recall:.1%} of the"
            f" {RETRIEVED} nearest found (of {count(lists.sampled, 'chunk')} for {count(lists.questions, 'question')})"
        )
    for source, parts in manifest.by_source.items():
        commit = f" at {parts[0].commit[:_COMMIT_DIGITS]}" if parts[0].commit else ""
        yield f"  {printable(source)}{commit}: {count(sum(part.chunks for part in parts), 'chunk')}"
    yield from map(_failure_line, manifest.failures)


def manifest_record(manifest: Manifest) -> Record:
    """What a place holds, as JSON."""
    return {
        "shards": [asdict(shard) for shard in manifest.shards],
        "failures": [asdict(failure) for failure in manifest.failures],
        "lists": manifest.lists and asdict(manifest.lists),
    }


def _failure_line(failure: Failure) -> str:
    return f"Failed: {printable(failure.source)}: {printable(failure.reason)}"
