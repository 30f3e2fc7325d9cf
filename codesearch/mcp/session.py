"""The indexes that tools search: opened when they are first asked for, kept open, and kept up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from codesearch.mcp.roots import Roots

if TYPE_CHECKING:
    from codesearch.server.residents import ResidentIndexes
    from codesearch.workspace import Observer, Workspace

_SECONDS_BETWEEN_ROUNDS = 0.3
"""In which files that changed are looked for while no question is asked."""
_SECONDS_TO_FORGET = 600
"""Without a question, after which transformers are let go of: they take a gigabyte."""


class Session:
    """Opens what is asked for. Threads may share it."""

    def __init__(
        self,
        roots: Roots,
        open_indexes: Callable[[Path], ResidentIndexes],
        model: str | None = None,
        device: str = "",
        *,
        keeps_up: bool = True,
    ) -> None:
        """`open_indexes` gets a folder in which files may be written, and may import what takes long.

        With `keeps_up`, the indexes follow changes of files while nothing is asked; else somebody else sees to that.
        """
        self._keeps_up = keeps_up
        self.roots = roots
        self._open_indexes = open_indexes
        self._model = model
        self._device = device
        self._lock = threading.Lock()
        self._warming: threading.Thread | None = None
        """Questions wait for it: a worker process that was forked while it imports would wait for ever."""
        self._indexes: ResidentIndexes | None = None
        self._cookies: TemporaryDirectory[str] | None = None
        self._is_closing = threading.Event()

    def warm_up(self) -> None:
        """Prepare for a first question in the background: load what it needs, and open the index if there is one."""
        if self._warming is None:
            self._warming = threading.Thread(target=self._warm_up, daemon=True)
            self._warming.start()

    @contextmanager
    def workspace(self, folders: Sequence[Path], observer: Observer) -> Iterator[Workspace]:
        """The indexes of these folders, made and brought up to date. Raises CodesearchError."""
        if self._warming not in (None, threading.current_thread()):
            self._warming.join()
        indexes = self._resident()
        from codesearch.workspace import Workspace

        with Workspace(indexes=indexes, model=self._model, device=self._device, observer=observer) as workspace:
            workspace.add(folders)
            yield workspace

    def close(self) -> None:
        """Stop watching for changes. Threads that still answer are not waited for."""
        self._is_closing.set()
        if self._cookies is not None:
            self._cookies.cleanup()

    def _resident(self) -> ResidentIndexes:
        with self._lock:
            if self._indexes is None:
                self._cookies = TemporaryDirectory(prefix="codesearch-", ignore_cleanup_errors=True)
                self._indexes = self._open_indexes(Path(self._cookies.name))
                if self._keeps_up:
                    threading.Thread(target=self._keep_up, daemon=True).start()
            return self._indexes

    def _warm_up(self) -> None:
        from codesearch.errors import CodesearchError
        from codesearch.index.layout import find_root
        from codesearch.workspace import Observer

        with suppress(CodesearchError):
            folders = [folder for folder in self.roots.folders if find_root(folder)]
            if folders:
                with self.workspace(folders, Observer()) as workspace:
                    workspace.search("main", 1)
            else:
                self._resident()

    def _keep_up(self) -> None:
        while not self._is_closing.wait(_SECONDS_BETWEEN_ROUNDS):
            if self._indexes is not None:
                self._indexes.keep_up(_SECONDS_TO_FORGET)
