"""Writing full segments while workers go on: a segment takes seconds, in which they would wait for their next jobs."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from codesearch.index.layout import Layout
from codesearch.index.staging import StagedFiles
from codesearch.index.store import Store

if TYPE_CHECKING:
    from concurrent.futures import Future


class SegmentWriter:
    """Writes segments in a thread, one at a time and in order. A context that ends when the last one is written.

    Call wait() before the store is used otherwise, and at the end, since it raises what went wrong.
    """

    def __init__(self, layout: Layout, store: Store) -> None:
        self._layout, self._store = layout, store
        self._writing: Future[None] | None = None

    def write(self, staged: StagedFiles) -> None:
        """Write a segment, once the previous one is written, and stage its files. Raises as wait()."""
        from concurrent.futures import ThreadPoolExecutor

        self.wait()
        thread = ThreadPoolExecutor(1)
        self._writing = thread.submit(self._write, staged)
        thread.shutdown(wait=False)

    def wait(self) -> None:
        """Wait until what was passed is written. Raises OSError or CodesearchError if it could not be."""
        if self._writing:
            self._writing.result()

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writing:
            self._writing.exception()  # waits: the database is closed next

    def _write(self, staged: StagedFiles) -> None:
        with self._store.transaction():
            staged.write(self._layout, self._store)
