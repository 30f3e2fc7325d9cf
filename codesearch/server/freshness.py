"""Whether an answer is of the files as they are now, in one line."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from codesearch.quantities import count
from codesearch.server.progress import Progress
from codesearch.workspace import Observer

if TYPE_CHECKING:
    from codesearch.api import Index
    from codesearch.errors import CodesearchError
    from codesearch.index.update import UpdateReport
    from codesearch.workspace import Workspace


class Freshness(Observer):
    """Hears what a workspace does before it answers."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._reasons: list[str] = []
        self._empty: list[str] = []
        self._is_new = False

    def updated(self, index: Index, report: UpdateReport) -> None:
        from codesearch.render.emptiness import why_empty

        self._is_new = True
        if not report.files:
            message, hint = why_empty(index.root, report.skipped)
            self._empty.append(f"{message}; {hint}")

    def stale(self, index: Index, reason: str) -> None:
        self._reasons.append(f"{reason}; to update, run: codesearch index {index.root}")

    def locked(self, index: Index) -> None:
        self._reasons.append("another process is updating the index; this is from before")

    def not_refreshed(self, index: Index, error: CodesearchError) -> None:
        self._reasons.append(f"the index could not be updated: {error.message}")

    def empty(self, index: Index) -> None:
        if not self._empty:
            self._empty.append(f"nothing to search: the index of {index.root} is empty")

    def progress(self) -> AbstractContextManager[Progress]:
        return nullcontext(self._progress)

    def line(self, workspace: Workspace) -> str:
        """`fresh: 1,476 chunks`, or `stale:` and why."""
        if self._empty:
            return self._empty[0]
        if self._reasons:
            return f"stale: {'; '.join(dict.fromkeys(self._reasons))}"
        chunks = sum(member.index.snapshot().chunk_count for member in workspace.members)
        return f"fresh: {count(chunks, 'chunk')}{', indexed just now' if self._is_new else ''}"
