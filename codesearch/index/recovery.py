"""Finding and replacing damaged parts of an index: its database, rows and segments. The files are processed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from codesearch.errors import IndexDamaged, IndexIncompatible
from codesearch.index.access import open_store
from codesearch.index.folder import discard, sweep
from codesearch.index.layout import Layout
from codesearch.index.merging import stored_in
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import Run, SegmentRecord
from codesearch.index.segment import Segment, with_current_stamps
from codesearch.index.settings import PUBLICATION, root_setting
from codesearch.index.store import Store


class OpenedStore(NamedTuple):
    """A sound database."""

    store: Store
    repaired: tuple[str, ...] = ()
    """Descriptions of the damage for which it was recreated or cleared."""


class Losses(NamedTuple):
    """The live segments that publishing has to drop or replace."""

    segments: tuple[int, ...] = ()
    """The numbers of the damaged ones."""
    files: frozenset[int] = frozenset()
    """The ids of the files whose chunks were in them."""
    copied: tuple[SegmentRecord, ...] = ()
    """Records, with current stamps, of sound segments whose files are copies of those that were written."""
    reasons: tuple[str, ...] = ()
    """How each of `segments` is damaged."""
    sound: Mapping[SegmentRecord, Segment] = MappingProxyType({})
    """The others, opened, by their records in the database."""


def open_or_rebuild(request: UpdateRequest, distrusted: str) -> OpenedStore:
    """Open the database, or create a new one if there is none, it is damaged, or `distrusted` says why not to use it.

    Raises IndexIncompatible for a newer format unless the request has `force`; IndexLocked or CodesearchError.
    """
    layout = request.layout
    repaired: tuple[str, ...] = (distrusted,) if distrusted else ()
    if distrusted:
        discard(layout)
    if layout.database.exists():
        try:
            return _cleared_if_damaged(request, open_store(layout, write=True))
        except (IndexDamaged, IndexIncompatible) as error:
            if isinstance(error, IndexIncompatible) and not request.force:
                raise
            repaired += (error.message,)
            discard(layout)
    return OpenedStore(Store.create(layout.database, root_setting(layout)), repaired)


def find_losses(request: UpdateRequest, store: Store) -> Losses:
    """The live segments that are damaged, or copies."""
    found = {record: open_or_reason(request, record) for record in store.segments()}
    reasons = {record.number: reason for record, reason in found.items() if isinstance(reason, str)}
    sound = {record: segment for record, segment in found.items() if isinstance(segment, Segment)}
    current = [with_current_stamps(request.layout.segment(record.number), record) for record in sound]
    copied = tuple(new for old, new in zip(sound, current, strict=True) if new != old)
    lost_files: frozenset[int] = frozenset()
    if reasons:
        files = [file for file in store.files() if file.chunks]
        are_stored = stored_in(list(sound.values()), [file.first_chunk for file in files])
        lost_files = frozenset(file.id for file, is_stored in zip(files, are_stored, strict=True) if not is_stored)
    return Losses(tuple(reasons), lost_files, copied, tuple(reasons.values()), sound)


def is_damaged(request: UpdateRequest, record: SegmentRecord) -> bool:
    """Whether a segment is damaged."""
    return isinstance(open_or_reason(request, record), str)


def open_or_reason(request: UpdateRequest, record: SegmentRecord) -> Segment | str:
    """A segment, without deletions, or how it is damaged."""
    try:
        folder = request.layout.segment(record.number)
        segment = Segment(folder, record, verify=request.verify)
        if request.verify or record != with_current_stamps(folder, record):
            segment.vectors  # noqa: B018 - verifies their checksum
    except IndexDamaged as error:
        return error.message
    except OSError:
        return f"part of the index is missing (segment {record.number})"
    return segment


def open_segment(layout: Layout, record: SegmentRecord, deletions: Sequence[Run] = ()) -> Segment:
    """Open a segment that the database contains. Raises IndexDamaged."""
    return Segment(layout.segment(record.number), record, deletions)


def remove_orphaned_segments(layout: Layout, store: Store) -> None:
    """Delete folders of segments that the database does not contain."""
    known = {layout.segment(record.number).name for live in (True, False) for record in store.segments(live=live)}
    sweep(layout, known)


def _cleared_if_damaged(request: UpdateRequest, store: Store) -> OpenedStore:
    """The database, cleared except for its embeddings if rows are damaged."""
    try:
        _check(request, store)
    except IndexDamaged as error:
        try:
            return cleared(request, store, error)
        except BaseException:
            store.close()
            raise
    except BaseException:
        store.close()
        raise
    return OpenedStore(store)


def cleared(request: UpdateRequest, store: Store, error: IndexDamaged) -> OpenedStore:
    """The database without all rows but its embeddings. Raises IndexDamaged if it is still invalid."""
    store.clear(root_setting(request.layout))
    return OpenedStore(store, (error.message,))


def _check(request: UpdateRequest, store: Store) -> None:
    """Raises IndexDamaged if anything is damaged that an update relies on; with `verify`, if anything at all is.

    The rows of files that look changed are verified when they are read, as are all others by whoever reads them.
    """
    store.state()
    for key in ("last_chunk", PUBLICATION):
        store.number(key)
    store.check_file_counts()
    store.files(live=False)
    if request.verify:
        store.check()
        _check_chunks(request, store)


def _check_chunks(request: UpdateRequest, store: Store) -> None:
    """Raises IndexDamaged if all segments are sound but contain other chunks than the files have."""
    records, deletions = store.segments(), store.deletions()
    if not any(is_damaged(request, record) for record in records):
        segments = (open_segment(request.layout, record, deletions) for record in records)
        stored = sorted(number for segment in segments for number in segment.ids[segment.live].tolist())
        if stored != sorted(f.first_chunk + i for f in store.files() for i in range(f.chunks)):
            raise store.damaged("its files and segments hold different chunks")
