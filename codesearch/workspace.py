"""The front door: one or many indexes, found or made, kept up to date, and searched as one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING

from codesearch.api import Index
from codesearch.discovery.roots import root_for
from codesearch.errors import (
    CodesearchError,
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
    ModelUnavailable,
)
from codesearch.index.layout import find_root
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters, Retrieval, SearchResult

if TYPE_CHECKING:
    from codesearch.index.request import Progress
    from codesearch.index.update import UpdateReport


class Observer:
    """Hears what a workspace does on its own. Every method does nothing; override those of interest."""

    def creating(self, index: Index) -> None:
        """A folder that has no index gets one."""

    def resuming(self, index: Index) -> None:
        """A first index that was not finished is finished."""

    def rebuilding(self, index: Index, error: IndexDamaged) -> None:
        """A damaged index is rebuilt."""

    def updated(self, index: Index, report: UpdateReport) -> None:
        """An index that could not answer can now."""

    def stale(self, index: Index, reason: str) -> None:
        """Results may be out of date: an update would take too long."""

    def locked(self, index: Index) -> None:
        """Results may be out of date: another process is updating the index."""

    def not_refreshed(self, index: Index, error: CodesearchError) -> None:
        """Results may be out of date: an update failed."""

    def empty(self, index: Index) -> None:
        """An index holds no files."""

    def progress(self) -> AbstractContextManager[Progress | None]:
        """A context in which an update may report its progress."""
        return nullcontext()


class Indexes:
    """Opens the indexes of a workspace and closes them with it. Each encoder is loaded once."""

    def __init__(self) -> None:
        self._load = cache(load_encoder)

    def open(self, path: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
        """As Index.open."""
        return Index.open(path, index_dir=index_dir, model=model, device=device, load=self._load)

    def create(self, path: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
        """As Index.create."""
        return Index.create(path, index_dir=index_dir, model=model, device=device, load=self._load)

    def refresh(self, index: Index) -> str:
        """As Index.refresh."""
        return index.refresh()

    def release(self, index: Index) -> None:
        """A workspace is done with an index."""
        index.close()

    def forget_encoders(self) -> None:
        """Load encoders anew when they are asked for next."""
        self._load.cache_clear()


@dataclass(frozen=True, slots=True)
class Member:
    """An index of a workspace, and the paths in it that are searched (relative, `/`-separated; none for all)."""

    index: Index
    within: tuple[str, ...] = ()


class Workspace:
    """Indexes that are opened, made, kept up to date and searched together. Use as a context, or call close().

    Threads may share it. It stays right while other processes update its indexes. Each encoder is loaded once.
    """

    def __init__(
        self,
        *,
        index_dir: Path | None = None,
        model: str | None = None,
        device: str = "",
        refreshes: bool = True,
        observer: Observer | None = None,
        indexes: Indexes | None = None,
        directory: Path | None = None,
    ) -> None:
        """`index_dir` is the folder of the one index that is searched, wherever it lies. Without `refreshes`, indexes
        are searched as they are: not updated, nor rebuilt where they are damaged. `indexes` may keep them open beyond
        this workspace. Relative paths start at `directory`, by default the working directory."""
        self._index_dir = index_dir
        self._model = model
        self._device = device
        self._refreshes = refreshes
        self._observer = observer or Observer()
        self._indexes = indexes or Indexes()
        self._directory = directory or Path()
        self._lock = RLock()
        self._members: dict[Path, Member] = {}

    @property
    def members(self) -> tuple[Member, ...]:
        """The indexes, in the order in which hits number them."""
        return tuple(self._members.values())

    def add(self, paths: Sequence[Path] = ()) -> None:
        """Search these files and folders too; none stand for the working directory's index.

        Indexes are found upwards, as git finds `.git`. One that is missing is made, of the repository around the path
        or of a folder that is small; one that is out of date is updated where that is quick.
        Raises CodesearchError for a path that is missing or outside the index in `index_dir`, IndexNotFound where a
        folder without an index is too large to index unasked.
        """
        with self._lock:
            for path in paths or [Path()]:
                place = self._existing(path)
                index = self._index_of(place if place.is_dir() else place.parent)
                if not place.is_relative_to(index.root):
                    raise CodesearchError(f"{path} is outside the indexed root {index.root}")
                self._include(index, place.relative_to(index.root).as_posix() if paths else ".")

    def refresh(self) -> None:
        """Bring every index up to date where that is quick; the observer hears where it is not."""
        with self._lock:
            for member in self.members:
                self._prepare(member.index)

    def search(
        self,
        question: str,
        k: int = 10,
        filters: Filters | None = None,
        *,
        min_score: float = 0.0,
        explain: bool = False,
        rerank: str = "",
        retrieval: Retrieval = Retrieval.BOTH,
    ) -> SearchResult:
        """The `k` best hits in all indexes, best first; `Hit.index` is the place of its index in `members`.

        Raises as Index.search, and CodesearchError before anything is added; a damaged index is rebuilt first.
        """
        from codesearch.search.searcher import search

        def ask(members: Sequence[Member]) -> SearchResult:
            wanted = filters or Filters()
            with ExitStack() as held:
                for member in sorted(
                    members, key=lambda member: member.index.directory
                ):  # else two might wait for ever
                    held.enter_context(member.index.held())
                return search(
                    [member.index.searched(replace(wanted, within=member.within)) for member in members],
                    question,
                    k,
                    min_score=min_score,
                    explained=explain,
                    reranker=members[0].index.reranker(rerank) if rerank else None,
                    retrieval=retrieval,
                )

        with self._lock:
            if not self.members:
                raise CodesearchError("the workspace has no index to search", "add a folder to it")
            try:
                return ask(self.members)
            except IndexDamaged:
                if not self._refreshes:
                    raise
            for member in self.members:
                try:
                    ask([member])
                except IndexDamaged as error:
                    self._rebuild(member.index, error)
            return ask(self.members)

    def close(self) -> None:
        """Let go of the indexes."""
        with self._lock:
            for member in self.members:
                self._indexes.release(member.index)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # which indexes

    def _index_of(self, folder: Path) -> Index:
        """The index that holds a folder, ready to be searched."""
        known = next(iter(self._members), None) if self._index_dir else find_root(folder) or folder
        if known in self._members:
            return self._members[known].index
        try:
            index = self._indexes.open(folder, self._index_dir, self._model, self._device)
        except IndexNotFound:
            index = self._indexes.create(root_for(folder), self._index_dir, self._model, self._device)
            self._observer.creating(index)
            self._update(index)
            return index
        self._prepare(index)
        return index

    def _include(self, index: Index, place: str) -> None:
        """Search a place in an index; `.` is all of it."""
        known = self._members.get(index.root)
        within = () if place == "." or (known and not known.within) else (*(known.within if known else ()), place)
        self._members[index.root] = Member(known.index if known else index, within)

    # what they hold

    def _prepare(self, index: Index) -> None:
        """Make sure that an index can be searched, as up to date as is quick."""
        try:
            if not index.is_published:
                self._observer.resuming(index)
                self._update(index)
            elif self._refreshes:
                self._refresh(index)
            index.snapshot()
        except IndexDamaged as error:
            if not self._refreshes:
                raise
            self._rebuild(index, error)
        if not index.snapshot().chunk_count:
            self._observer.empty(index)

    def _refresh(self, index: Index) -> None:
        try:
            reason = self._indexes.refresh(index)
        except IndexLocked:
            self._observer.locked(index)
        except (IndexDamaged, IndexIncompatible, ModelUnavailable):
            raise
        except CodesearchError as error:
            self._observer.not_refreshed(index, error)
        else:
            if reason:
                self._observer.stale(index, reason)

    def _rebuild(self, index: Index, error: IndexDamaged) -> None:
        self._observer.rebuilding(index, error)
        self._update(index, verify=True)

    def _update(self, index: Index, *, verify: bool = False) -> None:
        """Update an index that can't answer yet; another process that does so already is waited for."""
        with self._observer.progress() as progress:
            report = index.update(wait=True, verify=verify, progress=progress)
        self._observer.updated(index, report)

    def _existing(self, path: Path) -> Path:
        """The path without symbolic links. Raises CodesearchError if there is no such file or folder."""
        place = Path(os.path.realpath(self._directory / path))
        if not place.exists():
            hint = "" if os.sep in str(path) else "quote a question of several words"
            raise CodesearchError(f"{path} does not exist", hint)
        if not (place.is_dir() or place.is_file()):
            raise CodesearchError(f"{path} is neither a file nor a folder")
        return place
