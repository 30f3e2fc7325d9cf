"""The result of an update and the status of an index, as text."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from codesearch.discovery.encodings import UTF8
from codesearch.quantities import count, duration, size
from codesearch.render.records import Record
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.index.status import Status
    from codesearch.index.update import UpdateReport


def update_lines(report: UpdateReport) -> Iterator[str]:
    """The summary of an update."""
    totals = f"{count(report.files, 'file')}, {count(report.chunks, 'chunk')}, {size(report.size)} on disk"
    if report.is_unchanged:
        yield f"Up to date in {duration(report.seconds)}: {totals}"
    else:
        parts = ((report.added, "added"), (report.changed, "changed"), (report.removed, "removed"))
        changes = ", ".join(f"{number:,} {label}" for number, label in parts if number)
        yield f"Indexed in {duration(report.seconds)}: {totals}" + (f" ({changes})" if changes else "")
        if report.chunks_by_language:
            yield f"Chunks: {_ranked(report.chunks_by_language)}"
    if report.taken:
        files, place = count(report.taken.files, "file"), printable(str(report.taken.index))
        yield f"Copied from the index in {place}: {files}"
    yield from _exceptions(report.skipped, report.fallbacks)
    for repaired in report.repaired:
        yield f"Rebuilt: {printable(repaired)}"


def status_lines(status: Status) -> Iterator[str]:
    """The status of an index, one line per fact."""
    yield f"Root:     {printable(str(status.root))}"
    yield f"Index:    {printable(str(status.folder))}, {size(status.size)}, format {status.format}"
    if not status.is_complete:
        done = f" ({count(status.staged.files, 'file')}, {count(status.staged.chunks, 'chunk')} so far)"
        yield f"Holds:    nothing yet; the first update has not finished{done if status.staged.files else ''}"
        return
    yield f"Holds:    {count(status.files, 'file')}, {count(status.chunks, 'chunk')}"
    yield f"Model:    {printable(status.model)}, {status.dimensions} dimensions, revision {status.revision}"
    yield f"Search:   {status.search}, {count(status.segments, 'segment')}"
    if status.chunks_by_language:
        yield f"Chunks:   {_ranked(status.chunks_by_language)}"
        yield f"Files:    {_ranked(status.files_by_language)}"
    if set(status.encodings) - {UTF8}:
        yield f"Encoding: {_ranked(status.encodings)}"
    yield from _exceptions(status.skipped, status.fallbacks)


def status_record(status: Status) -> Record:
    """The status of an index, as JSON."""
    return {
        "root": str(status.root),
        "index_dir": str(status.folder),
        "format": status.format,
        "complete": status.is_complete,
        "staged_files": status.staged.files,
        "model": status.model,
        "revision": status.revision,
        "dimensions": status.dimensions,
        "files": status.files,
        "chunks": status.chunks,
        "chunks_by_language": dict(status.chunks_by_language),
        "files_by_language": dict(status.files_by_language),
        "encodings": dict(status.encodings),
        "skipped": dict(status.skipped),
        "fallbacks": dict(status.fallbacks),
        "segments": status.segments,
        "size": status.size,
        "search": status.search,
    }


def server_lines(status: Mapping[str, Any]) -> Iterator[str]:
    """What a server does; `status` is its answer."""
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(status["since"]))
    yield f"Server:  {status['version']}, process {status['pid']}, since {since}"
    yield f"Queries: {status['questions']:,}"
    for root in status["roots"]:
        yield f"Index:   {printable(root)}"
    if http := status["http"]:
        yield f"HTTP:    {http['url']}, token {http['token']}"
    yield f"Log:     {printable(status['log'])}"


def _exceptions(skipped: Mapping[str, int], fallbacks: Mapping[str, int]) -> Iterator[str]:
    if skipped:
        yield f"Skipped: {_ranked(skipped)}"
    if fallbacks:
        yield f"Split by lines: {_ranked(fallbacks)}"


def _ranked(counts: Mapping[str, int]) -> str:
    """`Python 1,200, Go 30`, largest count first."""
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
