"""Finding, creating, refreshing and searching one or several indexes together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
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
    from codesearch.exact.pattern import Pattern
    from codesearch.index.request import Progress
    from codesearch.index.update import UpdateReport
    from codesearch.search.grep import FileMatches


class Observer:
    """Callbacks for what a workspace does automatically. All methods do nothing; override those you need."""

    def creating(self, index: Index) -> None:
        """A folder without an index is about to be indexed."""

    def resuming(self, index: Index) -> None:
        """An index whose first update was interrupted is about to be completed."""

    def rebuilding(self, index: Index, error: IndexDamaged) -> None:
        """A damaged index is about to be rebuilt."""

    def updated(self, index: Index, report: UpdateReport) -> None:
        """An index that was created, completed or rebuilt can now be searched."""

    def stale(self, index: Index, reason: str) -> None:
        """Results may be out of date: an update would take too long."""

    def locked(self, index: Index) -> None:
        """Results may be out of date: another process is updating the index."""

    def not_refreshed(self, index: Index, error: CodesearchError) -> None:
        """Results may be out of date: an update failed."""

    def empty(self, index: Index) -> None:
        """An index contains no files."""

    def progress(self) -> AbstractContextManager[Progress | None]:
        """A context for an update, which reports its progress to the callback that it yields."""
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
        """Called when a workspace no longer needs an index."""
        index.close()

    def forget_encoders(self) -> None:
        """Release encoders, which are loaded again when they are needed."""
        self._load.cache_clear()


@dataclass(frozen=True, slots=True)
class Member:
    """An index of a workspace, and the paths in it to search (relative, `/`-separated; empty for all)."""

    index: Index
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberMatches:
    """A file and its matching lines; `number` is the position of its index in Workspace.members."""

    number: int
    index: Index
    matches: FileMatches


class Workspace:
    """Indexes that are opened, created, refreshed and searched together. Use as a context manager, or call close().

    Threads can share it, and other processes can update its indexes at the same time. Each encoder is loaded once.
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
        """`index_dir` is the folder of the only index to search; by default indexes are found by path. Without
        `refreshes`, existing indexes are neither updated nor rebuilt. `indexes` can keep them open after this workspace
        is closed. Paths are relative to `directory`, by default the working directory."""
        self._index_dir = index_dir
        self._model = model
        self._device = device
        self._refreshes = refreshes
        self._observer = observer or Observer()
        self._indexes = indexes or Indexes()
        self._directory = directory or Path()
        self._lock = RLock()
        self._members: dict[Path, Member] = {}
        self._fresh: set[Path] = set()
        """The roots that the last refresh left up to date, and in which grep() has not searched since."""

    @property
    def members(self) -> tuple[Member, ...]:
        """The indexes; `Hit.index` is an index into these."""
        return tuple(self._members.values())

    def add(self, paths: Sequence[Path] = ()) -> None:
        """Search these files and folders too; without paths, the whole index of the working directory.

        The index of a path is in the nearest folder at or above it that has one. If there is none, one is created for
        the enclosing repository, or for the folder if it is small. An outdated index is updated if that is quick.

        Raises CodesearchError for a path that does not exist or is outside the index in `index_dir`, IndexNotFound if a
        folder without an index is too large to index automatically.
        """
        with self._lock:
            for path in paths or [Path()]:
                resolved = self._resolve(path)
                index = self._index_of(resolved if resolved.is_dir() else resolved.parent)
                if not resolved.is_relative_to(index.root):
                    raise CodesearchError(f"{path} is outside the indexed root {index.root}")
                self._include(index, resolved.relative_to(index.root).as_posix() if paths else ".")

    def refresh(self) -> None:
        """Bring every index up to date if that is quick; otherwise call the observer."""
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
        since: str = "",
        pattern: Pattern | None = None,
        base: Path | None = None,
    ) -> SearchResult:
        """The `k` best hits in all indexes, best first; `members[hit.index]` is the index of a hit.

        With `since`, a revision or date, only definitions that changed since then. Globs of `filters` start at `base`,
        a folder that holds all that is searched, or at the root of each index.

        A damaged index is rebuilt first. Raises like Index.search, and CodesearchError if there is nothing to search.
        """
        from codesearch.search.searcher import search

        wanted = filters or Filters()

        def search_members(members: Sequence[Member]) -> SearchResult:
            with ExitStack() as locks:
                # In a fixed order: otherwise two threads could deadlock.
                for member in sorted(members, key=lambda member: member.index.directory):
                    locks.enter_context(member.index.locked())
                return search(
                    [
                        member.index.searchable(self._member_filters(member, wanted, since, base), pattern)
                        for member in members
                    ],
                    question,
                    k,
                    min_score=min_score,
                    explained=explain,
                    reranker=members[0].index.reranker(rerank) if rerank else None,
                    retrieval=retrieval,
                    pattern=pattern,
                )

        with self._lock:
            if not self.members:
                raise CodesearchError("the workspace has no index to search", "add a folder to it")
            try:
                return search_members(self.members)
            except IndexDamaged:
                if not self._refreshes:
                    raise
            for member in self.members:
                try:
                    search_members([member])
                except IndexDamaged as error:
                    self._rebuild(member.index, error)
            return search_members(self.members)

    def grep(self, pattern: Pattern, filters: Filters | None = None, *, since: str = "") -> Iterator[MemberMatches]:
        """The files of all indexes with matching lines, index by index, ordered by path.

        With `since`, a revision or date, only lines that were added or changed since then.

        A damaged index is rebuilt first. Raises like Index.grep.
        """
        for number, member in enumerate(self.members):
            restricted = replace(filters or Filters(), within=member.within)
            with self._lock:
                lines = member.index.changed_lines(since, with_deletions=False) if since else None
                is_fresh = member.index.root in self._fresh
                self._fresh.discard(member.index.root)
                try:
                    found = member.index.grep(pattern, restricted, lines, is_fresh=is_fresh)
                except IndexDamaged as error:
                    if not self._refreshes:
                        raise
                    self._rebuild(member.index, error)
                    found = member.index.grep(pattern, restricted, lines)
            for matches in found:
                yield MemberMatches(number, member.index, matches)

    def close(self) -> None:
        """Release the indexes."""
        with self._lock:
            for member in self.members:
                self._indexes.release(member.index)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _member_filters(self, member: Member, filters: Filters, since: str, base: Path | None) -> Filters:
        lines = member.index.changed_lines(since) if since else filters.lines
        path_of = _path_from(base, member.index.root) if base else filters.path_of
        return replace(filters, within=member.within, lines=lines, path_of=path_of)

    # finding indexes

    def _index_of(self, folder: Path) -> Index:
        """The index that includes a folder, ready to be searched."""
        root = next(iter(self._members), None) if self._index_dir else find_root(folder) or folder
        if root in self._members:
            return self._members[root].index
        try:
            index = self._indexes.open(folder, self._index_dir, self._model, self._device)
        except IndexNotFound:
            index = self._indexes.create(root_for(folder), self._index_dir, self._model, self._device)
            self._observer.creating(index)
            self._update(index)
            return index
        self._prepare(index)
        return index

    def _include(self, index: Index, path: str) -> None:
        """Search a path in an index; `.` is all of it."""
        member = self._members.get(index.root)
        within = () if path == "." or (member and not member.within) else (*(member.within if member else ()), path)
        self._members[index.root] = Member(member.index if member else index, within)

    # updating indexes

    def _prepare(self, index: Index) -> None:
        """Make sure that an index can be searched, and bring it up to date if that is quick."""
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
        self._fresh.discard(index.root)
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
            else:
                self._fresh.add(index.root)

    def _rebuild(self, index: Index, error: IndexDamaged) -> None:
        self._observer.rebuilding(index, error)
        self._update(index, verify=True)

    def _update(self, index: Index, *, verify: bool = False) -> None:
        """Update an index that can't be searched yet, or wait for another process that is updating it."""
        with self._observer.progress() as progress:
            report = index.update(wait=True, verify=verify, progress=progress)
        self._observer.updated(index, report)

    def _resolve(self, path: Path) -> Path:
        """The absolute path without symbolic links. Raises CodesearchError if there is no such file or folder."""
        resolved = Path(os.path.realpath(self._directory / path))
        if not resolved.exists():
            raise CodesearchError(f"{path} does not exist")
        if not (resolved.is_dir() or resolved.is_file()):
            raise CodesearchError(f"{path} is neither a file nor a folder")
        return resolved


def _path_from(base: Path, root: Path) -> Callable[[str], str] | None:
    """The path from `base` of a file at a path from `root`, where one of the two folders is in the other."""
    if base == root:
        return None
    if base.is_relative_to(root):
        above = base.relative_to(root).as_posix() + "/"
        return lambda path: path.removeprefix(above)
    below = root.relative_to(base).as_posix() if root.is_relative_to(base) else root.as_posix()
    return lambda path: f"{below}/{path}"
