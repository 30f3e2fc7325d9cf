"""Indexes that stay open from one question to the next, and up to date by what is reported of their files."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.server.watch import Watch, WatchUnavailable
from codesearch.workspace import Indexes

MOST_INDEXES = 32
"""Kept open, so that a question to twenty repositories opens none anew. Each holds its vectors and postings in memory:
about 60 MB for 20,000 chunks."""
SECONDS_BETWEEN_TRIES = 60
"""To watch, where it did not work."""
SECONDS_BETWEEN_CHECKS = 600
"""All files are looked at so often while nothing else is done, whatever was reported: reports of memory-mapped writes
and of hard links elsewhere do not come."""


@dataclass(frozen=True, slots=True)
class Key:
    """What tells one index that is asked for from another."""

    root: Path
    folder: Path
    model: str | None
    device: str


class Resident:
    """An index that is kept open, and the watch on its files."""

    def __init__(self, index: Index, cookies: Path, say: Callable[[str], None]) -> None:
        self.index = index
        self._say = say
        self._lock = threading.Lock()
        """Held while the watch is asked, and what it reports is dealt with."""
        self._watch: Watch | None = None
        self._fresh: tuple[str, str] | None = None
        """The publication that holds all changes; None if it is not known to."""
        self._reason = ""
        """Why the index was not brought up to date when it was asked last."""
        self._was_quiet = False
        self._checked = time.monotonic()
        self._cookies = cookies
        self._next_try = 0.0
        self._said = ""
        self.used = time.monotonic()

    def refresh(self) -> str:
        """As Index.refresh, but only what was reported to have changed is looked at."""
        with self._lock:
            return self._refresh()

    def keep_up(self) -> None:
        """Update the index if its files have changed, and none has since this was called twice before.

        So a branch switch, which changes many files one after another, is one update.
        """
        with self._lock, self._watched(), suppress(CodesearchError):
            if (watch := self._watching()) is None:
                return
            was_quiet, self._was_quiet = self._was_quiet, watch.has_quieted()
            if time.monotonic() - self._checked > SECONDS_BETWEEN_CHECKS:
                watch.distrust()
            if not ((watch.has_changes or self._reason) and was_quiet and self._was_quiet):
                return
            if not self._refresh() or self.index.encoder.capabilities.costly:
                return
        self._update()

    def forget_models(self, idle: float) -> bool:
        """Let go of a transformer that was not used for so many seconds; whether there was one."""
        if time.monotonic() - self.used < idle or not self.index.holds_costly_encoder:
            return False
        self.index.forget_encoders()
        return True

    def close(self) -> None:
        """Let go of the index and of the watch."""
        with self._lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self.index.close()

    def _refresh(self) -> str:
        with self._watched():
            if watch := self._watching():
                changes = watch.changes()
                if changes is not None and not changes and self._fresh == self.index.publication:
                    return ""
                self._fresh = None
                self._reason = self.index.refresh(changes, checks_many=True)
                watch.forget(changes)
                if changes is None:
                    self._checked = time.monotonic()
                self._fresh = None if self._reason else self.index.publication
                return self._reason
        return self.index.refresh()

    def _update(self) -> None:
        """Work on many changes, while questions are answered from before them."""
        encoder = self.index.encoder
        with (
            suppress(CodesearchError),
            Index.open(self.index.root, index_dir=self.index.directory, load=lambda *_: encoder) as index,
        ):
            index.update()

    def _watching(self) -> Watch | None:
        """The watch; None while it does not work. Raises WatchUnavailable."""
        if self._watch is None and time.monotonic() >= self._next_try:
            self._next_try = time.monotonic() + SECONDS_BETWEEN_TRIES
            self._watch = Watch(self.index.root, self._cookies)
        return self._watch

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Inside, the watch may turn out not to work; then it is said, once, and done without for a while."""
        try:
            yield
        except WatchUnavailable as error:
            if str(error) != self._said:
                self._said = str(error)
                self._say(f"{self.index.root}: files are checked for every query instead of watched: {error}")
            if self._watch is not None:
                self._watch.close()
                self._watch = None


class ResidentIndexes(Indexes):
    """Keeps indexes open for all workspaces of a process. Threads may share it."""

    def __init__(self, cookies: Path, say: Callable[[str], None]) -> None:
        """`cookies` is a folder in which files may be written; `say` hears what is worth a line in a log."""
        super().__init__()
        self._cookies = cookies
        self._say = say
        self._lock = threading.Lock()
        self._residents: OrderedDict[Key, Resident] = OrderedDict()

    def open(self, path: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
        """As Indexes.open; an index that is open already is that one."""
        return self._kept(super().open(path, index_dir, model, device), model, device).index

    def create(self, path: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
        """As Indexes.create; an index that is open already is that one."""
        return self._kept(super().create(path, index_dir, model, device), model, device).index

    def refresh(self, index: Index) -> str:
        """As Indexes.refresh."""
        resident = self._resident(index)
        return resident.refresh() if resident else super().refresh(index)

    def release(self, index: Index) -> None:
        """It stays open."""

    @property
    def roots(self) -> list[Path]:
        """Of the indexes that are open."""
        with self._lock:
            return [key.root for key in self._residents]

    def keep_up(self, idle: float) -> None:
        """Update what has changed; let go of transformers that were not used for `idle` seconds."""
        with self._lock:
            residents = list(self._residents.values())
        for resident in residents:
            resident.keep_up()
        if [resident for resident in residents if resident.forget_models(idle)]:
            self.forget_encoders()

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            residents = list(self._residents.values())
            self._residents.clear()
        for resident in residents:
            resident.close()

    def _kept(self, index: Index, model: str | None, device: str) -> Resident:
        key = Key(index.root, index.directory, model, device)
        with self._lock:
            resident = self._residents.get(key)
            if resident is None:
                resident = self._residents[key] = Resident(index, self._cookies, self._say)
            self._residents.move_to_end(key)
            resident.used = time.monotonic()
            surplus = [self._residents.popitem(last=False)[1] for _ in range(len(self._residents) - MOST_INDEXES)]
        for old in surplus:
            old.close()
        return resident

    def _resident(self, index: Index) -> Resident | None:
        """The one of an index; None if it was closed to make room."""
        with self._lock:
            return next((resident for resident in self._residents.values() if resident.index is index), None)


class NothingIndexed(Exception):
    """A folder has no index, and is not to get one here."""


class ExistingIndexes(Indexes):
    """Resident indexes, to which none are added that have to be made first."""

    def __init__(self, residents: ResidentIndexes) -> None:
        super().__init__()
        self._residents = residents

    def open(self, path: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
        """As Indexes.open."""
        return self._residents.open(path, index_dir, model, device)

    def create(self, path: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
        """Raises NothingIndexed."""
        raise NothingIndexed(str(path))

    def refresh(self, index: Index) -> str:
        """As Indexes.refresh."""
        return self._residents.refresh(index)

    def release(self, index: Index) -> None:
        """It stays open."""
