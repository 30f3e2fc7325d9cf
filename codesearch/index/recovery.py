"""What of an index is damaged: whole databases, rows, segments. What is lost is worked on again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codesearch.errors import IndexDamaged, IndexIncompatible
from codesearch.index.access import open_store
from codesearch.index.folder import discard
from codesearch.index.layout import Layout
from codesearch.index.merging import held_by
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import Run, SegmentRecord
from codesearch.index.segment import Segment, as_it_lies
from codesearch.index.settings import PUBLICATION
from codesearch.index.store import Store


@dataclass(frozen=True, slots=True)
class Opened:
    """A sound database, and what was damaged in the one before."""

    store: Store
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Losses:
    """What publishing has to drop or replace in the live segments."""

    segments: tuple[int, ...] = ()
    """The numbers of those that are damaged."""
    files: frozenset[int] = frozenset()
    """The numbers of the files whose chunks lie in them."""
    copied: tuple[SegmentRecord, ...] = ()
    """Segments whose files are sound, but not the very files that were written."""
    reasons: tuple[str, ...] = ()


def open_sound(request: UpdateRequest, distrusted: str) -> Opened:
    """The database; a new one where there is none that can be used, where `distrusted` says why it must not be, or
    where `force` takes one of a newer format away."""
    layout = request.layout
    repaired: tuple[str, ...] = (distrusted,) if distrusted else ()
    if distrusted:
        discard(layout)
    if layout.database.exists():
        try:
            return _emptied_where_damaged(request, open_store(layout, write=True))
        except (IndexDamaged, IndexIncompatible) as error:
            if isinstance(error, IndexIncompatible) and not request.force:
                raise
            repaired += (error.message,)
            discard(layout)
    return Opened(Store.create(layout.database), repaired)


def find_losses(request: UpdateRequest, store: Store) -> Losses:
    """Live segments that are damaged, or copied from elsewhere."""
    reasons = {record.number: reason_lost(request, record) for record in store.segments()}
    lost = tuple(number for number, reason in reasons.items() if reason)
    sound = [record for record in store.segments() if not reasons[record.number]]
    found = [as_it_lies(request.layout.segment(record.number), record) for record in sound]
    copied = tuple(new for old, new in zip(sound, found, strict=True) if new != old)
    files: frozenset[int] = frozenset()
    if lost:
        intact = [open_segment(request.layout, record) for record in sound]
        held = [file for file in store.files() if file.chunks]
        is_held = held_by(intact, [file.first_chunk for file in held])
        files = frozenset(file.id for file, is_there in zip(held, is_held, strict=True) if not is_there)
    return Losses(lost, files, copied, tuple(reasons[number] for number in lost))


def reason_lost(request: UpdateRequest, record: SegmentRecord) -> str:
    """How a segment is damaged, or nothing."""
    try:
        folder = request.layout.segment(record.number)
        segment = Segment(folder, record, verify=request.verify)
        if request.verify or record != as_it_lies(folder, record):
            segment.vectors  # noqa: B018 - compares them with their checksum
    except IndexDamaged as error:
        return error.message
    except OSError:
        return f"part of the index is missing (segment {record.number})"
    return ""


def open_segment(layout: Layout, record: SegmentRecord, deletions: Sequence[Run] = ()) -> Segment:
    """A segment as the database records it. Raises IndexDamaged."""
    return Segment(layout.segment(record.number), record, deletions)


def _emptied_where_damaged(request: UpdateRequest, store: Store) -> Opened:
    """The database, emptied but for its embeddings where rows of it are damaged."""
    try:
        _check(request, store)
    except IndexDamaged as error:
        try:
            store.clear()
        except BaseException:
            store.close()
            raise
        return Opened(store, (error.message,))
    except BaseException:
        store.close()
        raise
    return Opened(store)


def _check(request: UpdateRequest, store: Store) -> None:
    """Raises IndexDamaged where something that an update relies on is damaged."""
    store.state()
    for key in ("last_chunk", PUBLICATION):
        store.number(key)
    for live in (True, False):
        store.files(live=live)
    if request.verify:
        store.check()
        _check_chunks(request, store)


def _check_chunks(request: UpdateRequest, store: Store) -> None:
    """Raises IndexDamaged where the segments, all of them sound, hold other chunks than the files have."""
    records, deletions = store.segments(), store.deletions()
    if not any(reason_lost(request, record) for record in records):
        opened = (open_segment(request.layout, record, deletions) for record in records)
        held = sorted(number for one in opened for number in one.ids[one.live].tolist())
        if held != sorted(f.first_chunk + i for f in store.files() for i in range(f.chunks)):
            raise store.damaged("its files and segments hold different chunks")
