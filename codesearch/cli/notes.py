"""Messages on stderr about what a workspace does without being asked."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from codesearch.caller import caller
from codesearch.cli.exits import note
from codesearch.cli.remedies import update_command
from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.workspace import Observer

if TYPE_CHECKING:
    from codesearch.api import Index
    from codesearch.errors import CodesearchError, IndexDamaged
    from codesearch.index.request import Progress
    from codesearch.index.update import UpdateReport


class Notes(Observer):
    """Prints each event as one sentence, with the command that helps."""

    def creating(self, index: Index) -> None:
        place = "" if index.directory.name == INDEX_FOLDER else f" in {index.directory}"
        note(f"{index.root} has no index{place} yet; creating one")

    def resuming(self, index: Index) -> None:
        note(f"the first index of {index.root} is incomplete; resuming")

    def rebuilding(self, index: Index, error: IndexDamaged) -> None:
        note(f"{error.message}; rebuilding")

    def updated(self, index: Index, report: UpdateReport) -> None:
        from codesearch.render.emptiness import why_empty
        from codesearch.render.reports import update_lines

        note(next(iter(update_lines(report))))
        if not report.files:
            note(*why_empty(index.root, report.skipped))

    def stale(self, index: Index, reason: str) -> None:
        note(f"results may be stale: {reason}; to update, run: {update_command(index.directory)}")

    def locked(self, index: Index) -> None:
        note("another process is updating the index; showing results from before the update")

    def not_refreshed(self, index: Index, error: CodesearchError) -> None:
        note(f"could not update the index: {error.message}")

    def empty(self, index: Index) -> None:
        note(
            f"the index of {index.root} is empty",
            f"to see what was skipped, run: {update_command(index.directory)}",
        )

    def progress(self) -> AbstractContextManager[Progress]:
        from codesearch.render.progress import show_progress

        return show_progress(caller().stderr)
