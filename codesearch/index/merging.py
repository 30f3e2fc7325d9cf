"""Keep segments few: small ones of like size are merged, and those with many deleted chunks written again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from codesearch.index import segment
from codesearch.index.layout import Layout
from codesearch.index.segment import SEGMENT_CHUNKS, Segment
from codesearch.index.store import Store

FAN_IN = 4
"""Segments of one size class (a power of this) that are merged: each chunk is written again at most log₄ n times."""
DELETED_SHARE = 0.5
"""A segment with a larger share of deleted chunks is written again."""


def merge_small(layout: Layout, store: Store, segments: Sequence[Segment]) -> None:
    """Merge what `segments` (all live ones) need, inside the store's transaction; folders stay for the sweep."""
    alive = list(segments)
    while group := _group(alive):
        number = store.next_segment()
        record = segment.merge(layout.segment(number), number, group)
        store.remove_segments(old.record.number for old in group)
        alive = [one for one in alive if one not in group]
        if record.chunks:
            store.add_segment(record, live=True)
            alive.append(Segment(layout.segment(number), record))
    runs = store.deletions()
    is_held = held_by(alive, [run.first for run in runs])
    store.forget_deletions(run for run, held in zip(runs, is_held, strict=True) if not held)


def held_by(segments: Sequence[Segment], chunks: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which of some chunks have a row, live or deleted, in one of the segments."""
    numbers = np.asarray(chunks, np.int64)
    found = np.logical_or.reduce([np.zeros(len(numbers), np.bool_), *(one.holds(numbers) for one in segments)])
    return np.asarray(found, np.bool_)


def _group(segments: Sequence[Segment]) -> list[Segment]:
    """Segments to merge next, or none."""
    wasted = [one for one in segments if one.live_chunks < (1 - DELETED_SHARE) * len(one.ids) or not one.live_chunks]
    if wasted:
        return wasted[:1]
    classes: dict[int, list[Segment]] = {}
    for one in segments:
        classes.setdefault(_size_class(one.live_chunks), []).append(one)
    for members in (classes[size] for size in sorted(classes)):
        if len(members) >= FAN_IN and sum(one.live_chunks for one in members) <= SEGMENT_CHUNKS:
            return members
    return []


def _size_class(chunks: int) -> int:
    size = 0
    while chunks >= FAN_IN:
        chunks //= FAN_IN
        size += 1
    return size
