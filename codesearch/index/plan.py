"""What an update has to do: the difference between the files and the index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from codesearch.discovery.discovery import Discovery
from codesearch.discovery.source import read_source
from codesearch.discovery.tree import FoundFile
from codesearch.index import options as recorded_options
from codesearch.index import skips
from codesearch.index.conditions import STAGED_FOR, conditions, wanted_settings
from codesearch.index.recovery import Losses, find_losses, is_damaged
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import FileRow, FileStamp
from codesearch.index.settings import state_name
from codesearch.index.store import Store


class Plan(NamedTuple):
    """What to process and what to publish."""

    changed: tuple[FoundFile, ...]
    """Files to process: new ones, and those whose content has changed."""
    replaced: tuple[FileRow, ...]
    """The rows of those `changed` files that are indexed."""
    removed: tuple[FileRow, ...]
    """Rows of files that no longer exist."""
    touched: tuple[FileRow, ...]
    """Rows, with new stamps, of files whose stamp but not content has changed."""
    suspects: frozenset[str]
    """The paths of all files whose stamps differ from those in the index."""
    losses: Losses
    has_other_changes: bool
    """Whether there is something else to publish."""

    @property
    def is_empty(self) -> bool:
        """Whether the index is up to date."""
        return not (self.changed or self.removed or self.touched or self.has_other_changes)


def make_plan(request: UpdateRequest, store: Store, found: Discovery, *, repaired: bool) -> Plan:
    """Compare discovered files with the published ones; `repaired` says that the database was recreated or cleared."""
    wanted = wanted_settings(request, found)
    _drop_useless(request, store, conditions(wanted))
    losses = find_losses(request, store)
    meta = store.meta()
    is_outdated = request.force or conditions(meta) != conditions(wanted)
    is_based = found.basis == state_name(meta) != "" and not (is_outdated or losses.files)
    files, indexed = _compared(store, found, found.doubtful if is_based else None)
    if is_based and not indexed.keys() >= {file.path for file in files}:
        files, indexed = _compared(store, found, None)  # files were added, or the database is damaged
    suspect = [
        file
        for file in files
        if is_outdated or (old := indexed.get(file.path)) is None or old.stamp != file.stamp or old.id in losses.files
    ]
    removed = indexed.keys() - {file.path for file in files}
    rows = _rows(store, [indexed[path].id for path in (*(file.path for file in suspect), *removed) if path in indexed])
    known = {} if is_outdated else {path: file for path, file in rows.items() if file.id not in losses.files}
    compared = compare(request, suspect, known)
    return Plan(
        changed=compared.changed,
        replaced=tuple(rows[file.path] for file in compared.changed if file.path in rows),
        removed=tuple(rows[path] for path in removed),
        touched=compared.touched,
        suspects=frozenset(file.path for file in suspect),
        losses=losses,
        has_other_changes=bool(
            repaired
            or is_outdated
            or losses.segments
            or losses.copied
            or meta.get(recorded_options.KEY) != wanted[recorded_options.KEY]
            or skips.read_skips(meta) != found.skipped
        ),
    )


def _compared(
    store: Store, found: Discovery, paths: Collection[str] | None
) -> tuple[Sequence[FoundFile], Mapping[str, FileStamp]]:
    """The files that were found and, by path, those that are indexed, with the given paths; all for None."""
    return list(found.files.among(paths)), {file.path: file for file in store.stamps(paths)}


def _rows(store: Store, ids: Sequence[int]) -> dict[str, FileRow]:
    """Rows by path. Raises IndexDamaged."""
    return {file.path: file for file in store.files_by_id(ids).values()}


class Comparison(NamedTuple):
    """What has become of files since their rows were made."""

    changed: tuple[FoundFile, ...]
    """New files, and those whose content has changed."""
    touched: tuple[FileRow, ...]
    """Rows, with new stamps, of files whose stamp but not content has changed."""


def compare(request: UpdateRequest, found: Sequence[FoundFile], known: Mapping[str, FileRow]) -> Comparison:
    """Compare files with rows, by path; a file is read only if its stamp differs."""
    changed, touched = [], []
    for file in found:
        old = known.get(file.path)
        if old is None or old.stamp.size != file.stamp.size:
            changed.append(file)
        elif old.stamp != file.stamp:
            source = read_source(request.layout.root, file.path, request.options.max_file_size, find_skip_reason=False)
            stamp = source.stamp or file.stamp
            if source.digest != old.digest:
                changed.append(file)
            elif old.stamp != stamp:
                touched.append(old._replace(stamp=stamp))
    return Comparison(tuple(changed), tuple(touched))


def _drop_useless(request: UpdateRequest, store: Store, wanted: str) -> None:
    """Drop what an interrupted update has staged if it is damaged or was made under other conditions than `wanted`."""
    if store.meta().get(STAGED_FOR) != wanted:
        _drop_staged(store)
        with store.transaction():
            store.set_meta({STAGED_FOR: wanted})
            store.seal()
    elif any(is_damaged(request, record) for record in store.segments(live=False)):
        _drop_staged(store)


def _drop_staged(store: Store) -> None:
    """Remove what an interrupted update has staged."""
    with store.transaction():
        store.remove_files(store.files(live=False))
        store.remove_segments(record.number for record in store.segments(live=False))
        store.seal()
