"""Segments stay few and hold little that is deleted, and each chunk is written again seldom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.discovery.stamp import Stamp
from codesearch.index import segment
from codesearch.index.folder import prepare
from codesearch.index.layout import Layout
from codesearch.index.merging import FAN_IN, merge_small
from codesearch.index.postings import PostingsBuilder
from codesearch.index.rows import FileRow, Run, SegmentRecord
from codesearch.index.segment import ChunkKeys, Segment, SegmentPostings
from codesearch.index.signatures import Signatures
from codesearch.index.store import Store
from codesearch.index.vectors import Vectors


class Shelf:
    """An index of segments whose chunks hold nothing, one file a segment."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder, folder)
        prepare(self.layout)
        self.store = Store.create(self.layout.database)
        self.next = 1
        self.written = 0

    def add(self, chunks: int) -> None:
        number = self.store.next_segment()
        self.store.add_segment(self.write(number, chunks), live=True)
        self.add_file(f"{self.next}", self.next, chunks)
        self.next += chunks

    def write(self, number: int, chunks: int) -> SegmentRecord:
        ids = np.arange(self.next, self.next + chunks)
        nothing, kinds = PostingsBuilder(), PostingsBuilder()
        nothing.add_keys([[]] * chunks)
        kinds.add_keys([["block"]] * chunks)
        postings = SegmentPostings(nothing.build(), nothing.build(), kinds.build())
        keys = ChunkKeys(ids, ids.astype(np.uint64))
        vectors = Vectors.of(np.zeros((chunks, 8), np.float32))
        return segment.write(self.layout.segment(number), number, keys, postings, vectors, Signatures.of([]))

    def add_file(self, path: str, first_chunk: int, chunks: int) -> None:
        row = FileRow(path, Stamp(0, 0), b"", "", "", "", first_chunk, chunks, id=self.store.next_file())
        self.store.add_files([row], live=True)
        self.store.seal()

    def remove(self, first_chunks: set[int]) -> None:
        self.store.remove_files([file for file in self.store.files() if file.first_chunk in first_chunks])
        self.store.seal()

    def opened(self) -> list[Segment]:
        deletions = self.store.deletions()
        return [Segment(self.layout.segment(r.number), r, deletions) for r in self.store.segments()]

    def merge(self) -> None:
        before = {record.number for record in self.store.segments()}
        merge_small(self.layout, self.store, self.opened())
        self.written += sum(r.chunks for r in self.store.segments() if r.number not in before)

    def live(self) -> list[int]:
        return sorted(int(i) for one in self.opened() for i in one.ids[one.live])

    def expected(self) -> list[int]:
        return sorted(i for f in self.store.files() for i in range(f.first_chunk, f.first_chunk + f.chunks))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.store.close()


def test_segments_of_like_size_become_one(shelf: Shelf) -> None:
    for _ in range(FAN_IN - 1):
        shelf.add(2)
    shelf.merge()
    assert len(shelf.opened()) == FAN_IN - 1
    shelf.add(3)
    shelf.merge()
    (one,) = shelf.opened()
    assert one.ids.tolist() == list(range(1, shelf.next))


def test_a_large_segment_is_left_alone(shelf: Shelf) -> None:
    shelf.add(500)
    for _ in range(FAN_IN):
        shelf.add(1)
    shelf.merge()
    assert sorted(len(one.ids) for one in shelf.opened()) == [FAN_IN, 500]


def test_a_segment_of_which_most_is_deleted_is_written_again_and_one_of_which_all_is_goes(shelf: Shelf) -> None:
    shelf.add(100)
    shelf.add(30)
    shelf.add_file("again", 101, 0)
    shelf.remove({101})
    shelf.merge()
    (one,) = shelf.opened()
    assert one.ids.tolist() == list(range(1, 101))
    assert shelf.store.deletions() == []


def test_deletions_are_kept_while_their_rows_lie_in_a_segment(shelf: Shelf) -> None:
    number = shelf.store.next_segment()
    shelf.store.add_segment(shelf.write(number, 10), live=True)
    for first, chunks in ((1, 3), (4, 7)):
        shelf.add_file(str(first), first, chunks)
    shelf.remove({1})
    shelf.merge()
    assert shelf.store.deletions() == [Run(1, 3)]
    assert shelf.live() == shelf.expected() == list(range(4, 11))


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5)), min_size=1, max_size=25))
def test_whatever_comes_and_goes_the_live_chunks_are_those_of_the_files(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    for chunks, removed in steps:
        firsts = sorted(file.first_chunk for file in shelf.store.files())
        shelf.add(chunks)
        shelf.remove(set(firsts[:: max(1, 5 - removed)][:removed]))
        shelf.merge()
        assert shelf.live() == shelf.expected()
        assert len(shelf.opened()) <= (FAN_IN - 1) * 4
    shelf.store.close()


def test_each_chunk_is_written_again_seldom(shelf: Shelf) -> None:
    for _ in range(64):
        shelf.add(1)
        shelf.merge()
    assert len(shelf.opened()) <= (FAN_IN - 1) * 4
    assert shelf.written <= 3 * 64, "log of 64 to the base of 4"
