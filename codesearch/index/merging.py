"""Keeping the number of segments small: segments of similar size are merged, ones with many deletions rewritten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from codesearch.index.layout import Layout
from codesearch.index.segment import SEGMENT_CHUNKS, Segment, merge
from codesearch.index.store import Store

FAN_IN = 4
"""Number of segments of one size class (a power of this) to merge: each chunk is rewritten at most log₄ n times."""
DELETED_SHARE = 0.5
"""A segment with a larger share of deleted chunks is rewritten."""


def merge_small(layout: Layout, store: Store, segments: Sequence[Segment]) -> None:
    """Merge groups of `segments` (all live ones) in the caller's transaction. Keeps the folders of merged segments."""
    remaining = list(segments)
    while group := _next_group(remaining):
        number = store.next_segment()
        record = merge(layout.segment(number), number, group)
        store.remove_segments(merged.record.number for merged in group)
        remaining = [segment for segment in remaining if segment not in group]
        if record.chunks:
            store.add_segment(record, live=True)
            remaining.append(Segment(layout.segment(number), record))
    runs = store.deletions()
    are_stored = stored_in(remaining, [run.first for run in runs])
    store.remove_deletions(run for run, is_stored in zip(runs, are_stored, strict=True) if not is_stored)


def stored_in(segments: Sequence[Segment], chunks: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which of the chunks have a row, live or deleted, in one of the segments: one value per chunk."""
    numbers = np.asarray(chunks, np.int64)
    masks = [segment.contains(numbers) for segment in segments]
    return np.asarray(np.logical_or.reduce([np.zeros(len(numbers), np.bool_), *masks]), np.bool_)


def _next_group(segments: Sequence[Segment]) -> list[Segment]:
    """Segments to merge next; a single one to rewrite; empty if nothing needs merging."""
    for segment in segments:
        if segment.live_chunks < (1 - DELETED_SHARE) * len(segment.ids) or not segment.live_chunks:
            return [segment]
    classes: dict[int, list[Segment]] = {}
    for segment in segments:
        classes.setdefault(_size_class(segment.live_chunks), []).append(segment)
    for group in (classes[size] for size in sorted(classes)):
        if len(group) >= FAN_IN and sum(segment.live_chunks for segment in group) <= SEGMENT_CHUNKS:
            return group
    return []


def _size_class(chunks: int) -> int:
    size = 0
    while chunks >= FAN_IN:
        chunks //= FAN_IN
        size += 1
    return size
