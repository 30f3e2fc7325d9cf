"""What a page is about: folders, whose indexes are opened for each request and made first if there are none."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.page.failures import BeingMade, Failed, NotThere
from codesearch.render.paths import display_path
from codesearch.server.freshness import Freshness
from codesearch.server.progress import Progress
from codesearch.server.residents import ExistingIndexes, NothingIndexed, ResidentIndexes
from codesearch.workspace import Member, Workspace

_log = logging.getLogger("codesearch.server")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a request is answered from."""

    workspace: Workspace
    freshness: str
    """Whether the answer is of the files as they are now, in one line."""
    base: Path
    """The folder at which paths start."""

    @property
    def roots(self) -> list[Path]:
        """Of the indexes."""
        return [member.index.root for member in self.workspace.members]

    @property
    def member(self) -> Member:
        """The only index, of a request that names one place."""
        (member,) = self.workspace.members
        return member

    def shown(self, member: Member, path: str) -> str:
        """The path of a file of an index, as the page shows it."""
        return display_path(member.index.root / path, self.base)


class Site:
    """Folders that one page shows. Threads may share it."""

    def __init__(self, name: str, folders: Sequence[Path], indexes: ResidentIndexes) -> None:
        self.name = name
        self.folders = tuple(folders)
        self.base = _common(folders)
        self.progress = Progress()
        """How far the first index is."""
        self.error: CodesearchError | None = None
        """Why there is none."""
        self._indexes = ExistingIndexes(indexes)
        self._lock = threading.Lock()
        self._making: threading.Thread | None = None
        self._is_ready = False

    @property
    def is_ready(self) -> bool:
        """Whether questions can be answered."""
        return self._is_ready

    def prepare(self) -> None:
        """Make the indexes that there are not yet, in the background."""
        with self._lock:
            if self._is_ready or (self._making and self._making.is_alive()):
                return
            self.error = None
            self.progress = Progress()
            self._making = threading.Thread(target=self._make, daemon=True)
            self._making.start()

    def _make(self) -> None:
        try:
            with Workspace(observer=Freshness(self.progress)) as workspace:
                workspace.add(self.folders)
            self._is_ready = True
        except CodesearchError as error:
            self.error = error
        except OSError as error:
            self.error = Failed(f"{error.filename or 'a file'} can't be read or written: {error.strerror}")
        except Exception:
            _log.exception("an index for the page could not be made")
            self.error = Failed("the index could not be made", "codesearch serve --status names the server's log")

    @contextmanager
    def opened(self, places: Sequence[str] = ()) -> Iterator[Opened]:
        """The indexes of these files and folders, by default of all, brought up to date.

        Raises NotThere for a place that is not in the page's folders, BeingMade while an index is being made, and
        CodesearchError if that failed.
        """
        if self.error:
            raise self.error
        if not self._is_ready:
            raise self._being_made()
        paths = [self._inside(place) for place in places] or self.folders
        freshness = Freshness(Progress())
        with Workspace(indexes=self._indexes, observer=freshness) as workspace:
            try:
                workspace.add(paths)
            except NothingIndexed:  # it was deleted
                self._is_ready = False
                self.prepare()
                raise self._being_made() from None
            yield Opened(workspace, freshness.line(workspace), self.base)

    def _being_made(self) -> BeingMade:
        return BeingMade(f"the index of {self.name} is being made", "ask again in a moment")

    def _inside(self, place: str) -> Path:
        path = Path(os.path.realpath(self.base / place)) if "\0" not in place else self.base.parent
        if not any(path.is_relative_to(folder) for folder in self.folders):
            raise NotThere(f"{place} is not in {self.name}")
        if not os.path.exists(path):  # noqa: PTH110 - which takes a name that is too long for one that is not there
            raise NotThere(f"{place} is not in {self.name}, or not any more")
        return path


def _common(folders: Sequence[Path]) -> Path:
    """The folder that holds all of these."""
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on several drives
        return folders[0]
