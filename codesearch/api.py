"""The Python API, which the commands use too: open or create an index, update it, search it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
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
from codesearch.index.layout import Layout, find_root
from codesearch.models.loading import DEFAULT_MODEL, load_encoder
from codesearch.search.hit import Filters, Retrieval, SearchResult

if TYPE_CHECKING:
    from codesearch.discovery.discover import KnownFiles
    from codesearch.discovery.options import DiscoveryOptions
    from codesearch.index.request import Progress
    from codesearch.index.snapshot import Snapshot
    from codesearch.index.status import Status
    from codesearch.index.update import UpdateReport
    from codesearch.models.encoder import Encoder
    from codesearch.navigation.outline import FileOutline
    from codesearch.search.rerank import Reranker
    from codesearch.search.searcher import SearchedIndex
    from codesearch.search.snippets import Snippets


class Index:
    """An index of one folder. Use as a context, or call close()."""

    def __init__(
        self,
        layout: Layout,
        model: str | None = None,
        device: str = "",
        load: Callable[[str, str], Encoder] | None = None,
    ) -> None:
        """`load` gives the encoder of a name and device; indexes that share it may share encoders."""
        self._layout = layout
        self._model = model
        self._device = device
        self._load = load
        self._lock = RLock()
        """Held while a snapshot is read or let go of: threads may share an Index."""
        self._snapshot: Snapshot | None = None
        self._written: tuple[int, ...] = ()
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
        """The index that holds `path`, looked for upwards as git does. Raises IndexNotFound."""
        path = Path(path)
        if index_dir is not None:
            layout = _stored_layout(Path(index_dir))
            if layout is None:
                raise IndexNotFound(f"no index in {index_dir}", UpdateIndex(Path(index_dir), has_root=False))
            return cls(layout, model, device, load)
        root = find_root(path)
        if root is None:
            raise IndexNotFound(f"no index at or above {path}", UpdateIndex())
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
        """The index of a folder, to be filled by update(); an index that holds the folder already is that one.

        Raises CodesearchError where `path` is no folder.
        """
        path = Path(path)
        if not path.exists():
            raise CodesearchError(f"{path} does not exist")
        if not path.is_dir():
            raise CodesearchError(f"{path} is a file", "index its folder")
        if index_dir is not None:
            try:
                layout = _stored_layout(Path(index_dir))
            except (IndexDamaged, IndexIncompatible):
                layout = None  # what it is of can't be read; update() and clean() deal with the rest
            return cls(layout or Layout.of(path, Path(index_dir)), model, device, load)
        return cls(Layout.of(find_root(path) or path), model, device, load)

    @property
    def root(self) -> Path:
        """The folder that is indexed."""
        return self._layout.root

    @property
    def directory(self) -> Path:
        """The folder that the index lies in."""
        return self._layout.folder

    @property
    def exists(self) -> bool:
        """Whether anything of the index lies there, sound or not."""
        return self._layout.exists()

    @property
    def is_published(self) -> bool:
        """Whether a first update has been finished, so that there is something to search. Raises IndexDamaged."""
        return self._layout.exists() and "model" in self._latest().meta

    @property
    def model(self) -> str:
        """The model that it was made with; empty before the first update, and where it can't be read."""
        try:
            return self._latest().meta.get("model", "") if self._layout.exists() else ""
        except (IndexDamaged, IndexIncompatible):
            return ""  # whoever reads the index says so

    @cached_property
    def encoder(self) -> Encoder:
        """The model asked for, else the one that the index was made with. Raises ModelUnavailable."""
        return self._loaded(self._model or self._recorded_model() or DEFAULT_MODEL)

    def _loaded(self, name: str) -> Encoder:
        """The encoder of a name. Raises ModelUnavailable."""
        return (self._load or load_encoder)(name, self._device)

    @property
    def holds_costly_encoder(self) -> bool:
        """Whether a transformer was loaded, for the index or to rerank, and not let go of."""
        encoder = self.__dict__.get("encoder")
        return bool(self._rerankers) or (encoder is not None and encoder.capabilities.costly)

    def forget_encoders(self) -> None:
        """Let go of encoders, which are loaded again when they are needed."""
        with self._lock:
            self.__dict__.pop("encoder", None)
            self._rerankers.clear()

    def _recorded_model(self) -> str:
        """The model that the index names. Raises ModelUnavailable where only the index asks for it to be loaded."""
        try:
            meta = self._latest().meta if self._layout.exists() else {}
        except (IndexDamaged, IndexIncompatible):
            return ""  # whoever reads the index says so
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
        from codesearch.discovery.discover import KnownFiles

        return KnownFiles(self.root)

    @cached_property
    def _snippets(self) -> Snippets:
        from codesearch.search.snippets import Snippets

        return Snippets(self.root)

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
        """Bring the index up to date; only what changed is worked on. See codesearch.index.update.update.

        `paths` are the files and folders that changed since this object last updated or refreshed the index, for a
        caller that knows; then the others are not looked at. They are relative to the root, or absolute.
        """
        from codesearch.index.update import update

        with self._lock:
            encoder = self.encoder  # whose name may have to be read from the index
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
        """Bring the index up to date if that is quick. Returns why it was not, or nothing. `paths` are as in update().

        With `checks_many`, files are looked at even if there are so many that a query would have to wait.

        Raises IndexLocked while another process updates it, IndexIncompatible, IndexDamaged (update() mends it), or
        CodesearchError where it can't be written.
        """
        from codesearch.index.freshness import MAX_FILES_CHECKED, find_changes
        from codesearch.index.options import read_options

        changed = self._relative(paths)
        with self._lock:
            snapshot = self.snapshot()  # what is damaged shows now, and the search needs it anyway
            if changed is None and not checks_many and (files := snapshot.file_count()) > MAX_FILES_CHECKED:
                return f"{files:,} files were not checked for changes"
            found = find_changes(snapshot, self._files.find(read_options(snapshot.meta), changed), self.encoder)
        reason = found.reason_to_defer(self.encoder)
        if not reason and not found.is_empty:
            self.update(paths=changed)
        return reason

    def _relative(self, paths: Iterable[str | Path] | None) -> frozenset[str] | None:
        """Paths below the root, relative to it, without those elsewhere; None for all."""
        root = self.root.absolute()
        places = [Path(os.path.normpath(root / path)) for path in paths or ()]
        if paths is None or root in places:
            return None
        return frozenset(place.relative_to(root).as_posix() for place in places if place.is_relative_to(root))

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
        """The `k` best hits of a question, best first; the best candidates scored again by the model `rerank`.

        Raises IndexNotFound, IndexIncompatible (the index was made with another model), or CodesearchError for an
        empty question and unknown languages or kinds.
        """
        from codesearch.search.searcher import search

        with self._lock:
            return search(
                [self.searched(filters)],
                question,
                k,
                min_score=min_score,
                explained=explain,
                reranker=self.reranker(rerank) if rerank else None,
                retrieval=retrieval,
            )

    def held(self) -> AbstractContextManager[object]:
        """A context in which no other thread updates or closes the index."""
        return self._lock

    def searched(self, filters: Filters | None = None) -> SearchedIndex:
        """The last published state, to be searched for one question, alone or beside others, while it is held.

        Raises as snapshot().
        """
        from codesearch.search.local import LocalReader
        from codesearch.search.searcher import SearchedIndex

        with self._lock:
            reader = LocalReader(self.snapshot(), self._snippets)
            return SearchedIndex(reader, self.encoder, filters or Filters())

    def names(self, prefix: str, limit: int) -> list[str]:
        """Names of definitions that begin with a prefix, in any case, at most so many. Raises IndexNotFound."""
        with self._lock:
            return self._latest().names_starting_with(prefix, limit)

    @property
    def publication(self) -> tuple[str, str]:
        """What tells the last published state from any other. Raises as snapshot()."""
        from codesearch.index.settings import publication

        return publication(self._latest().meta)

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

    def snapshot(self) -> Snapshot:
        """The last published state, which searches read. Raises IndexIncompatible where it is of another model."""
        from codesearch.index.settings import check_model, check_revision

        encoder = self.encoder  # which may be named by an earlier state
        snapshot = self._latest()
        if self._model is None and snapshot.meta.get("model", encoder.name) != encoder.name:
            del self.encoder  # another process has made the index anew with another model
            encoder = self.encoder
        check_model(self._layout, snapshot.meta, encoder)
        check_revision(self._layout, snapshot.meta, encoder)
        return snapshot

    def _latest(self) -> Snapshot:
        """The last published state, of whatever model; opened anew when another process has published one."""
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
        """What the index holds. Raises IndexNotFound."""
        from codesearch.index.status import read_status

        return read_status(self._layout)

    def clean(self) -> int:
        """Delete the index and return the bytes freed. Raises IndexNotFound where there is none."""
        from codesearch.index.cleaning import clean

        self.close()
        return clean(self._layout)

    def close(self) -> None:
        """Let go of the snapshot."""
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
        """The reranker with a model; its embeddings are kept in the index. Raises ModelUnavailable."""
        from codesearch.index.embedding_cache import encode_cached_for_search
        from codesearch.search.rerank import Reranker

        if name not in self._rerankers:
            encoder = self._loaded(name)
            encode = partial(encode_cached_for_search, self._layout, encoder)
            self._rerankers[name] = Reranker(encoder, encode)
        return self._rerankers[name]


def _stored_layout(folder: Path) -> Layout | None:
    """The layout of an index that lies in a folder of its own choice; it records what it indexes."""
    from codesearch.index.settings import read_meta

    layout = Layout.of(folder.absolute().parent, folder)
    if layout.is_inside:  # whatever it says, it is of the folder that it lies in
        return layout if layout.exists() else None
    root = read_meta(layout).get("root", "")
    return Layout.of(Path(root), folder) if root and Path(root).is_absolute() else None
