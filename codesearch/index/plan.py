"""What an update has to do: the difference between the files and the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codesearch.discovery.discover import Discovery
from codesearch.discovery.source import SkippedFile, SourceText, read_source
from codesearch.discovery.tree import FoundFile
from codesearch.index import options as recorded_options
from codesearch.index import skips
from codesearch.index.recovery import Losses, damage_of, find_losses
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import FileRow
from codesearch.index.settings import ATTRIBUTES, settings
from codesearch.index.store import Store

_STAGED_FOR = "staged_for"
"""Key of the setting that records for which model and chunker files were staged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to process and what to publish."""

    changed: tuple[FoundFile, ...]
    """Files to process: new ones, and those whose content has changed."""
    replaced: tuple[FileRow, ...]
    """The rows of those `changed` files that are indexed."""
    removed: tuple[FileRow, ...]
    """Rows of files that no longer exist."""
    touched: tuple[FileRow, ...]
    """Rows, with new stamps, of files whose stamp but not content has changed."""
    losses: Losses
    has_other_changes: bool
    """Whether there is something else to publish."""

    @property
    def is_empty(self) -> bool:
        """Whether the index is up to date."""
        return not (self.changed or self.removed or self.touched or self.has_other_changes)


def make_plan(request: UpdateRequest, store: Store, found: Discovery, *, repaired: bool) -> Plan:
    """Compare discovered files with the published ones; `repaired` says that the database was recreated or cleared."""
    is_outdated = _drop_outdated(request, store)
    losses = find_losses(request, store)
    meta = store.meta()
    has_new_options = meta.get(recorded_options.KEY) != recorded_options.to_json(request.options)
    has_other_attributes = meta.get(ATTRIBUTES, "") != found.attributes.digest
    live = {file.path: file for file in store.files()}
    known = {
        path: file
        for path, file in live.items()
        if not (is_outdated or has_other_attributes or file.id in losses.files or (has_new_options and file.skipped))
    }
    changed, touched = _compare(request, found.files, known)
    present = {file.path for file in found.files}
    return Plan(
        changed=tuple(changed),
        replaced=tuple(live[file.path] for file in changed if file.path in live),
        removed=tuple(file for path, file in live.items() if path not in present),
        touched=tuple(touched),
        losses=losses,
        has_other_changes=bool(
            repaired
            or is_outdated
            or losses.segments
            or losses.copied
            or has_new_options
            or has_other_attributes
            or skips.read_skips(meta) != found.skipped
        ),
    )


def is_same(request: UpdateRequest, old: FileRow, file: FoundFile) -> bool:
    """Whether a file's content is that of its row; the file is read only if its stamp differs."""
    if old.stamp == file.stamp:
        return True
    return old.stamp.looks_like(file.stamp) and _read(request, file).digest == old.digest


def _compare(
    request: UpdateRequest, found: Sequence[FoundFile], known: Mapping[str, FileRow]
) -> tuple[list[FoundFile], list[FileRow]]:
    """Files to process, and the rows, with new stamps, of those whose content has not changed."""
    changed, touched = [], []
    for file in found:
        old = known.get(file.path)
        if old is None or old.stamp.size != file.stamp.size:
            changed.append(file)
        elif old.stamp != file.stamp:
            source = _read(request, file)
            stamp = source.stamp or file.stamp
            if source.digest != old.digest:
                changed.append(file)
            elif old.stamp != stamp:
                touched.append(replace(old, stamp=stamp))
    return changed, touched


def _read(request: UpdateRequest, file: FoundFile) -> SourceText | SkippedFile:
    return read_source(request.layout.root, file.path, request.options.max_file_size)


def _drop_outdated(request: UpdateRequest, store: Store) -> bool:
    """Whether all files have to be processed: the model or chunker is another, or `force` is set.

    Drops what an interrupted update has staged if it is damaged or was made with another model or chunker.
    """
    meta, wanted = store.meta(), settings(request.encoder)
    if meta.get(_STAGED_FOR) != str(wanted):
        _drop_staged(store)
        with store.transaction():
            store.set_meta({_STAGED_FOR: str(wanted)})
            store.seal()
    elif any(damage_of(request, record) for record in store.segments(live=False)):
        _drop_staged(store)
    return request.force or any(meta.get(key, value) != value for key, value in wanted.items())


def _drop_staged(store: Store) -> None:
    """Remove what an interrupted update has staged."""
    with store.transaction():
        store.remove_files(store.files(live=False))
        store.remove_segments(record.number for record in store.segments(live=False))
        store.seal()
