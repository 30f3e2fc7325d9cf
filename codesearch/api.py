"""The Python API, which the commands use too: open or create an index, update it, search it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING

from codesearch.errors import (
    ChooseModel,
    CodesearchError,
    IndexDamaged,
    IndexIncompatible,
    IndexNotFound,
    ModelUnavailable,
    UpdateIndex,
)
from codesearch.index.layout import Layout, find_root, root_of
from codesearch.models.loading import DEFAULT_MODEL, load_encoder
from codesearch.search.hit import Filters, Hit, LineRange, Retrieval, SearchResult

if TYPE_CHECKING:
    from codesearch.changes.commits import CommitHit
    from codesearch.discovery.ahead import LookAhead
    from codesearch.discovery.known import KnownFiles
    from codesearch.discovery.options import DiscoveryOptions
    from codesearch.exact.pattern import Pattern
    from codesearch.index.request import Progress
    from codesearch.index.snapshot import Snapshot
    from codesearch.index.status import Status
    from codesearch.index.update import UpdateReport
    from codesearch.models.encoder import Encoder
    from codesearch.navigation.outline import FileOutline
    from codesearch.navigation.references import References
    from codesearch.search.grep import FileMatches
    from codesearch.search.rerank import Reranker
    from codesearch.search.searcher import SearchedIndex
    from codesearch.search.snippets import Snippets


class Index:
    """An index of one folder. Use as a context manager, or call close()."""

    def __init__(
        self,
        layout: Layout,
        model: str | None = None,
        device: str = "",
        load: Callable[[str, str], Encoder] | None = None,
    ) -> None:
        """`load` loads the encoder with a name on a device; indexes with the same function can share encoders."""
        self._layout = layout
        self._model = model
        self._device = device
        self._load = load
        self._lock = RLock()
        """Held while the snapshot is read or closed, as threads may share an Index."""
        self._snapshot: Snapshot | None = None
        self._written: tuple[int, ...] = ()
        self._ahead: LookAhead | None = None
        self._rerankers: dict[str, Reranker] = {}

    @classmethod
    def open(
        cls,
        path: str | Path = ".",
        *,
        index_dir: str | Path | None = None,
        model: str | None = None,
        device: str = "",
        load: Callable[[str, str], Encoder] | None = None,
    ) -> Index:
        """The index that includes `path`: in `index_dir`, or else in the nearest folder at or above `path`.

        Raises IndexNotFound, or CodesearchError if `index_dir` contains files that are not part of an index.
        """
        path = Path(path)
        if index_dir is not None:
            from codesearch.index.folder import check_place
            from codesearch.index.settings import stored_layout

            layout = stored_layout(Path(index_dir))
            if layout is None:
                check_place(Layout.of(path, Path(index_dir)))
                raise IndexNotFound(f"no index in {index_dir}", UpdateIndex(Path(index_dir), has_root=False))
            return cls(layout, model, device, load)
        root = find_root(path)
        if root is None:
            would_be = Layout.of(root_of(path if path.is_dir() else path.parent))
            raise IndexNotFound(f"no index at or above {path}", UpdateIndex(would_be.folder))
        return cls(Layout.of(root), model, device, load)

    @classmethod
    def create(
        cls,
        path: str | Path = ".",
        *,
        index_dir: str | Path | None = None,
        model: str | None = None,
        device: str = "",
        load: Callable[[str, str], Encoder] | None = None,
    ) -> Index:
        """The index that includes a folder if there is one, otherwise a new one, which update() creates on disk.

        Raises CodesearchError if `path` is not a folder.
        """
        path = Path(path)
        if not path.exists():
            raise CodesearchError(f"{path} does not exist")
        if not path.is_dir():
            raise CodesearchError(f"{path} is a file", "pass its folder")
        if index_dir is not None:
            from codesearch.index.settings import stored_layout

            try:
                layout = stored_layout(Path(index_dir))
            except (IndexDamaged, IndexIncompatible):
                layout = None  # its root can't be read; update() and clean() handle the damage
            return cls(layout or Layout.of(path, Path(index_dir)), model, device, load)
        return cls(Layout.of(find_root(path) or path), model, device, load)

    @property
    def root(self) -> Path:
        """The folder that is indexed."""
        return self._layout.root

    @property
    def directory(self) -> Path:
        """The folder of the index itself."""
        return self._layout.folder

    @property
    def exists(self) -> bool:
        """Whether there is an index on disk, sound or not."""
        return self._layout.exists()

    @property
    def has_files(self) -> bool:
        """Whether there is something to clean(): an index, or leftovers of a first update that failed early."""
        from codesearch.index.folder import has_leftovers

        return self.exists or has_leftovers(self._layout)

    @property
    def is_published(self) -> bool:
        """Whether an update has finished, so that the index can be searched. Raises IndexDamaged."""
        return self._layout.exists() and "model" in self._latest().meta

    @property
    def model(self) -> str:
        """The model that the index was made with; empty before the first update, and if it can't be read."""
        try:
            return self._meta().get("model", "")
        except (IndexDamaged, IndexIncompatible):
            return ""  # reported when the index is read

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of the model asked for, or else of the index's model. Raises ModelUnavailable."""
        return self._load_encoder(self._model or self._recorded_model() or DEFAULT_MODEL)

    def _load_encoder(self, name: str) -> Encoder:
        """Load the encoder with a name. Raises ModelUnavailable."""
        return (self._load or load_encoder)(name, self._device)

    @property
    def holds_costly_encoder(self) -> bool:
        """Whether a transformer is loaded, to search the index or to rerank."""
        encoder = self.__dict__.get("encoder")
        return bool(self._rerankers) or (encoder is not None and encoder.capabilities.costly)

    def forget_encoders(self) -> None:
        """Release encoders, which are loaded again when they are needed."""
        with self._lock:
            self.__dict__.pop("encoder", None)
            self._rerankers.clear()

    def _recorded_model(self) -> str:
        """The model named in the index. Raises ModelUnavailable if it is not the default and another user chose it."""
        try:
            meta = self._meta()
        except (IndexDamaged, IndexIncompatible):
            return ""  # reported when the index is read
        model = meta.get("model", "")
        if model in ("", DEFAULT_MODEL):
            return model
        from codesearch.index import origin

        if not origin.is_model_chosen_by_user(meta):
            raise ModelUnavailable(
                f"the index in {self._layout.folder} was made by another user with the model {model}",
                ChooseModel(self._layout.folder, model),
            )
        return model

    @cached_property
    def _files(self) -> KnownFiles:
        from codesearch.discovery.known import KnownFiles

        return KnownFiles(self.root, self._layout.discovery, self._ahead)

    @cached_property
    def _snippets(self) -> Snippets:
        from codesearch.search.snippets import Snippets

        return Snippets(self.root)

    def look_ahead(self) -> None:
        """Start to examine the files in another process, while this one prepares for the update() that follows.

        Call it before anything else. Does nothing if it would save no time.
        """
        from codesearch.discovery.ahead import LookAhead

        self._ahead = LookAhead.start(self.root, self._layout.discovery)

    def update(
        self,
        options: DiscoveryOptions | None = None,
        *,
        force: bool = False,
        verify: bool = False,
        wait: bool = False,
        jobs: int = 0,
        progress: Progress | None = None,
        paths: Iterable[str | Path] | None = None,
    ) -> UpdateReport:
        """Bring the index up to date; only changed files are processed. See codesearch.index.update.update.

        `paths`, if given, are all files and folders that have changed since this object last updated or refreshed the
        index, absolute or relative to the root; no others are checked.
        """
        from codesearch.index.update import update

        with self._lock:
            encoder = self.encoder  # before close(): its name may be read from the snapshot
            self.close()
            return update(
                self._layout,
                encoder,
                options,
                force=force,
                verify=verify,
                wait=wait,
                jobs=jobs,
                progress=progress,
                files=self._files,
                changed=self._relative(paths),
            )

    def refresh(self, paths: Iterable[str | Path] | None = None, *, checks_many: bool = False) -> str:
        """Bring the index up to date if that is quick. Returns the reason why it was not updated, or an empty string.

        `paths` are as in update(). With `checks_many`, files are checked for changes even if there are very many.

        Raises IndexLocked while another process updates the index, IndexIncompatible, IndexDamaged (which update()
        repairs), or CodesearchError if it can't be written.
        """
        from codesearch.index.freshness import MAX_FILES_CHECKED, find_changes
        from codesearch.index.options import read_options
        from codesearch.index.settings import state_name

        changed = self._relative(paths)
        with self._lock:
            snapshot = self.snapshot()  # raises if the index is damaged; the search needs it anyway
            if changed is None and not checks_many and (files := snapshot.file_count()) > MAX_FILES_CHECKED:
                return f"{files:,} files were not checked for changes"
            changes = find_changes(snapshot, self._files.find(read_options(snapshot.meta), changed), self.encoder)
            if changes.is_empty:
                self._files.renew(state_name(snapshot.meta))
        reason = changes.reason_to_defer(self.encoder)
        if not reason and not changes.is_empty:
            self.update(paths=changed)
        return reason

    def _relative(self, paths: Iterable[str | Path] | None) -> frozenset[str] | None:
        """The paths below the root, relative to it; None for all files."""
        root = self.root.absolute()
        absolute = [Path(os.path.normpath(root / path)) for path in paths or ()]
        if paths is None or root in absolute:
            return None
        return frozenset(path.relative_to(root).as_posix() for path in absolute if path.is_relative_to(root))

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
        pattern: Pattern | None = None,
    ) -> SearchResult:
        """The `k` best hits for a question, best first; `rerank` names a model that scores the best candidates again.

        With a `pattern`, only hits with a matching line.

        Raises IndexNotFound, IndexIncompatible if the index was made with another model, or CodesearchError for an
        empty question and unknown languages or kinds.
        """
        from codesearch.search.searcher import search

        with self._lock:
            return search(
                [self.searchable(filters, pattern)],
                question,
                k,
                min_score=min_score,
                explained=explain,
                reranker=self.reranker(rerank) if rerank else None,
                retrieval=retrieval,
                pattern=pattern,
            )

    def locked(self) -> AbstractContextManager[object]:
        """A context in which no other thread updates or closes the index."""
        return self._lock

    def searchable(self, filters: Filters | None = None, pattern: Pattern | None = None) -> SearchedIndex:
        """The last published state, to be searched alone or together with other indexes while it is locked().

        Raises the same errors as snapshot().
        """
        from codesearch.search.local import LocalReader
        from codesearch.search.searcher import SearchedIndex

        with self._lock:
            reader = LocalReader(self.snapshot(), self._snippets, pattern)
            return SearchedIndex(reader, self.encoder, filters or Filters())

    def names(self, prefix: str, limit: int) -> list[str]:
        """At most `limit` names of definitions that start with a prefix, ignoring case. Raises IndexNotFound."""
        with self._lock:
            return self._latest().names_starting_with(prefix, limit)

    @property
    def publication(self) -> tuple[str, str]:
        """The identity of the last published state, which differs from that of any other. Raises like snapshot()."""
        from codesearch.index.settings import publication

        return publication(self._latest().meta)

    def changed_lines(self, since: str, *, with_deletions: bool = True) -> Mapping[str, Sequence[LineRange]]:
        """The lines of indexed files that changed since a revision or date, by path, for Filters.lines and grep().

        With `with_deletions`, the line after deleted lines counts too.

        Raises CodesearchError if there is no such revision, or the index is not of a git repository.
        """
        from codesearch.changes.lines import changed_lines, resolve_revision

        commit = resolve_revision(self.root, since)
        with self._lock:
            paths = [file.path for file in self.snapshot().files]
        return changed_lines(self.root, commit, paths, with_deletions=with_deletions)

    def search_commits(
        self, question: str, k: int = 10, most: int = 200, *, within: Sequence[str] = ()
    ) -> tuple[CommitHit, ...]:
        """The `k` best of the latest `most` commits of the repository, best first; with `within`, of those that change
        these files or folders, relative to the root.

        Raises CodesearchError for an empty question, or if the index is not of a git repository.
        """
        from codesearch.changes.commits import read_commits, search_commits

        return search_commits(read_commits(self.root, most, within), self.encoder, question, k)

    def outline(self, path: str = "") -> tuple[FileOutline, ...]:
        """The definitions of a file, or the most used ones of a folder, by file; `path` is relative to the root.

        Raises CodesearchError if nothing with this path is indexed.
        """
        from codesearch.navigation.outline import map_files, outline_file

        with self._lock:
            snapshot = self.snapshot()
            if not path:
                return map_files(snapshot)
            files = snapshot.files_in(path)
            if not files:
                raise CodesearchError(f"{path} is not indexed", "to see what was skipped, run: codesearch status")
            is_file = [file.path for file in files] == [path]
            return (outline_file(snapshot, files[0]),) if is_file else map_files(snapshot, files)

    def text(self, path: str) -> str:
        """The text of an indexed file as it is now, with the lines of its chunks; `path` is relative to the root.

        Raises CodesearchError if there is no such file.
        """
        with self._lock:
            if [file.path for file in self.snapshot().files_in(path)] != [path]:
                raise CodesearchError(f"{path} is not indexed", "to see what was skipped, run: codesearch status")
            file = self._snippets.file(path)
            if file.stamp is None:
                raise CodesearchError(f"{path} can't be read any more")
            return file.shown

    def similar(self, path: str, line: int, k: int = 10, filters: Filters | None = None) -> tuple[Hit, ...]:
        """The `k` pieces of code most like the one at a line of a file, best first; `path` is relative to the root.

        Raises CodesearchError if there is no such file or line.
        """
        from codesearch.navigation.similar import find_similar

        with self._lock:
            return find_similar(self.snapshot(), self._snippets, path, line, k, filters)

    def references(self, symbol: str, filters: Filters | None = None) -> References:
        """Where a symbol (`open`, `Store.open`) is defined, called, imported and mentioned, by syntax.

        Raises CodesearchError if it is not a symbol.
        """
        from codesearch.navigation.references import find_references

        with self._lock:
            return find_references(self.snapshot(), self._snippets, symbol, filters or Filters())

    def nearest_names(self, symbol: str, least_alike: float = 0.7) -> list[str]:
        """Names of definitions spelled like a symbol's name; `least_alike` is the minimum similarity, from 0 to 1."""
        from codesearch.navigation.references import nearest_names
        from codesearch.search.symbols import parse_symbol

        asked = parse_symbol(symbol)
        with self._lock:
            return nearest_names(self.snapshot(), asked.name, least_alike=least_alike) if asked else []

    def defines(self, symbol: str) -> bool:
        """Whether a definition has this name, ignoring case, separators and owners."""
        from codesearch.index.terms import name_key
        from codesearch.search.symbols import parse_symbol

        asked = parse_symbol(symbol)
        with self._lock:
            return asked is not None and len(self.snapshot().named([name_key(asked.name)], 1, None).ids) > 0

    def grep(
        self,
        pattern: Pattern,
        filters: Filters | None = None,
        lines: Mapping[str, Sequence[LineRange]] | None = None,
        *,
        is_fresh: bool = False,
    ) -> Iterator[FileMatches]:
        """The files with matching lines, by path, in their current state.

        Filters by kind or name restrict the lines to such definitions; `lines`, by path, to these lines. `is_fresh`
        says that refresh() has just brought everything up to date, which saves checking all files again. Raises the
        same errors as search().
        """
        from codesearch.search.grep import grep

        with self._lock:
            found = grep(self.snapshot(), self.root, pattern, filters or Filters(), lines, is_fresh=is_fresh)
            return iter(list(found)) if filters and filters.definitions else found

    def line_hits(self, matches: FileMatches) -> tuple[Hit, ...]:
        """A hit for each matching line of a file, with the kind and names of the definition around it."""
        from codesearch.search.grep import line_hits

        with self._lock:
            return tuple(line_hits(self.snapshot(), matches))

    def snapshot(self) -> Snapshot:
        """The last published state, for searching.

        Raises IndexNotFound, IndexDamaged, IndexUntrusted, or IndexIncompatible if it was made with another model than
        the one asked for, or with another revision.
        """
        from codesearch.index.settings import check_model, check_revision

        snapshot = self._latest()
        encoder = self.encoder  # may be that of an earlier state
        if self._model is None and snapshot.meta.get("model", encoder.name) != encoder.name:
            del self.encoder  # another process has rebuilt the index with another model
            encoder = self.encoder
        check_model(self._layout, snapshot.meta, encoder)
        check_revision(self._layout, snapshot.meta, encoder)
        return snapshot

    def _meta(self) -> Mapping[str, str]:
        """The settings of the index; empty if there is none. Opening all of a large index for them takes 20 ms."""
        from codesearch.index.settings import read_meta

        with self._lock:
            return self._latest().meta if self._snapshot else read_meta(self._layout)

    def _latest(self) -> Snapshot:
        """The last published state, made with any model; opened again if another process has published a new one."""
        from codesearch.index.settings import publication, read_meta
        from codesearch.index.snapshot import Snapshot

        with self._lock:
            written = self._layout.last_write()
            if self._snapshot is not None and (not written or written != self._written):
                self._written = written
                if publication(read_meta(self._layout)) != publication(self._snapshot.meta):
                    self.close()
            if self._snapshot is None:
                self._snapshot, self._written = Snapshot.open(self._layout), written
            return self._snapshot

    def status(self) -> Status:
        """The contents of the index in numbers. Raises IndexNotFound, IndexIncompatible or IndexDamaged."""
        from codesearch.index.status import read_status

        return read_status(self._layout)

    def clean(self) -> int:
        """Delete the index and return the bytes freed. Raises IndexNotFound or IndexLocked."""
        from codesearch.index.cleaning import clean

        self.close()
        return clean(self._layout)

    def close(self) -> None:
        """Close the snapshot. It is opened again when it is needed."""
        with self._lock:
            if self._snapshot is not None:
                self._snapshot.close()
                self._snapshot = None

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def reranker(self, name: str) -> Reranker:
        """The reranker with a model, whose embeddings are cached in the index. Raises ModelUnavailable."""
        from codesearch.index.embedding_cache import encode_cached_for_search
        from codesearch.models.joined import alone
        from codesearch.search.rerank import Reranker

        if name not in self._rerankers:
            encoder = alone(self._load_encoder(name))
            encode = partial(encode_cached_for_search, self._layout, encoder)
            self._rerankers[name] = Reranker(encoder, encode)
        return self._rerankers[name]
