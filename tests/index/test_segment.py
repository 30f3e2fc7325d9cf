"""Segments: written, read again, merged; whatever is damaged is told, never served."""

from __future__ import annotations

import os
import shutil
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.discovery.stamp import Stamp
from codesearch.errors import IndexDamaged
from codesearch.index import segment
from codesearch.index.postings import PostingsBuilder, TermImpacts
from codesearch.index.rows import Run, SegmentFile, SegmentRecord
from codesearch.index.segment import ChunkKeys, Segment, SegmentPostings
from codesearch.index.signatures import Signatures
from codesearch.index.vectors import Vectors

DIMENSIONS = 16
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def vector_of(chunk: int) -> np.ndarray:
    """One that tells a chunk by its largest component."""
    vector = np.full(DIMENSIONS, 0.05, np.float32)
    vector[chunk % DIMENSIONS] = 0.45
    return vector


def impacts_of(ids: list[int]) -> TermImpacts:
    """Each chunk holds two words, by its number."""
    held = [(chunk % len(WORDS), (chunk + 1) % len(WORDS)) for chunk in ids]
    flat = np.asarray(held, np.int32).reshape(-1)
    return TermImpacts(WORDS, flat, np.full(len(flat), 90, np.uint8), np.full(len(ids), 2, np.int32))


def written(folder: Path, ids: list[int], number: int = 1) -> SegmentRecord:
    vectors = Vectors.of(np.asarray([vector_of(chunk) for chunk in ids], np.float32).reshape(len(ids), DIMENSIONS))
    terms, names, kinds = PostingsBuilder(), PostingsBuilder(), PostingsBuilder()
    terms.add(impacts_of(ids))
    names.add_keys([[f"name{chunk}", "shared"] for chunk in ids])
    kinds.add_keys([["class" if chunk % 2 else "function"] for chunk in ids])
    keys = ChunkKeys(np.asarray(ids, np.int64), np.asarray(ids, np.uint64))
    postings = SegmentPostings(terms.build(), names.build(), kinds.build())
    folder.parent.mkdir(exist_ok=True)
    return segment.write(folder, number, keys, postings, vectors, Signatures.of([]))


def runs(ids: set[int] | list[int]) -> list[Run]:
    return [Run(chunk, 1) for chunk in sorted(ids)]


def holders(opened: Segment, word: str) -> list[int]:
    """Live chunks that hold a word."""
    rows = opened.postings.find(word).rows
    return [int(opened.ids[row]) for row in rows if opened.live[row]]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    ids = [3, 4, 9, 21]
    opened = Segment(tmp_path / "1", written(tmp_path / "1", ids))
    assert opened.ids.tolist() == ids
    assert (opened.live_chunks, opened.has_deletions) == (4, False)
    for word_number, word in enumerate(WORDS):
        expected = [chunk for chunk in ids if word_number in (chunk % len(WORDS), (chunk + 1) % len(WORDS))]
        assert holders(opened, word) == expected
    assert opened.contains(np.asarray([3, 5, 21, 22])).tolist() == [True, False, True, False]
    places, rows = opened.rows_of(np.asarray([21, 7, 3, 99]))
    assert (places.tolist(), rows.tolist()) == ([0, 2], [3, 0])
    for row, chunk in enumerate(ids):
        question = vector_of(chunk) / np.linalg.norm(vector_of(chunk))
        (nearest,), _ = opened.vectors.nearest(question, 1, None, opened.ties)
        assert nearest == row


def test_deleted_chunks_are_not_live_and_others_deletions_do_not_matter(tmp_path: Path) -> None:
    record = written(tmp_path / "1", [3, 4, 9, 20])
    opened = Segment(tmp_path / "1", record, [Run(1, 1), Run(4, 2), Run(20, 2)])
    assert opened.live.tolist() == [True, False, True, False]
    assert (opened.live_chunks, opened.has_deletions) == (2, True)
    assert not Segment(tmp_path / "1", record, runs([1, 5, 99])).has_deletions


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.sets(st.integers(1, 50), min_size=1),
    second=st.sets(st.integers(51, 99), min_size=1),
    deleted=st.sets(st.integers(1, 99)),
)
def test_a_merged_segment_holds_what_lived(
    tmp_path: Path, first: set[int], second: set[int], deleted: set[int]
) -> None:
    gone = runs(deleted)
    parts = [
        Segment(tmp_path / name, written(tmp_path / name, sorted(ids)), gone)
        for name, ids in (("2", second), ("1", first))
    ]
    record = segment.merge(tmp_path / "merged", 3, parts)
    opened = Segment(tmp_path / "merged", record)
    kept = sorted((first | second) - deleted)
    assert opened.ids.tolist() == kept
    assert record.chunks == len(kept)
    for word in WORDS:
        assert holders(opened, word) == sorted(holders(parts[0], word) + holders(parts[1], word))
        assert opened.frequency((word,)) == len(holders(opened, word)) == sum(part.frequency((word,)) for part in parts)
    assert opened.ties.tolist() == kept
    assert opened.ids[opened.rows_of_kinds(["class"])].tolist() == [chunk for chunk in kept if chunk % 2]
    assert [chunk for chunk in range(100) if len(opened.names.find(f"name{chunk}").rows)] == kept
    assert len(opened.names.find("shared").rows) == len(kept)
    for row, chunk in enumerate(kept):
        np.testing.assert_allclose(opened.vectors.reconstruct(np.asarray([row]))[0], vector_of(chunk), atol=0.004)


def test_a_segment_is_written_over_what_an_interrupted_update_left(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "half").write_bytes(b"written")
    record = written(tmp_path / "1", [1, 2])
    assert Segment(tmp_path / "1", record).ids.tolist() == [1, 2]


@pytest.mark.parametrize("name", ["chunks.safetensors", "vectors.faiss"])
@pytest.mark.parametrize("damage", ["missing", "cut", "longer"])
def test_a_damaged_file_is_noticed_when_the_segment_is_opened(tmp_path: Path, name: str, damage: str) -> None:
    record = written(tmp_path / "1", [1, 2, 3])
    file = tmp_path / "1" / name
    if damage == "missing":
        file.unlink()
    else:
        data = file.read_bytes()
        file.write_bytes(data[:-1] if damage == "cut" else data + b"\0")
    with pytest.raises(IndexDamaged, match="damaged"):
        Segment(tmp_path / "1", record)


def test_a_missing_folder_is_told_apart(tmp_path: Path) -> None:
    """For a reader it may only mean that another state was published."""
    with pytest.raises(FileNotFoundError):
        Segment(tmp_path / "1", SegmentRecord(1, 3, SegmentFile(Stamp(100, 0), 0), SegmentFile(Stamp(100, 0), 0)))


def test_vectors_of_other_chunks_are_refused(tmp_path: Path) -> None:
    record = written(tmp_path / "1", [1, 2, 3])
    written(tmp_path / "2", [4, 5], number=2)
    other = (tmp_path / "2" / "vectors.faiss").read_bytes()
    (tmp_path / "1" / "vectors.faiss").write_bytes(other)
    opened = Segment(tmp_path / "1", record._replace(vectors=record.vectors._replace(stamp=Stamp(len(other), 0))))
    with pytest.raises(IndexDamaged, match="number of vectors differs"):
        len(opened.vectors)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["chunks.safetensors", "vectors.faiss"]), place=st.integers(0), flip=st.integers(1, 255))
def test_a_flipped_byte_is_noticed_when_it_is_read(tmp_path: Path, name: str, place: int, flip: int) -> None:
    record = written(tmp_path / "1", [1, 2, 3])
    file = tmp_path / "1" / name
    data = bytearray(file.read_bytes())
    data[place % len(data)] ^= flip
    file.write_bytes(bytes(data))
    with pytest.raises(IndexDamaged):
        len(Segment(tmp_path / "1", record).vectors)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0), value=st.integers(0, 255))
def test_arrays_with_a_right_checksum_lead_nowhere_outside_themselves(tmp_path: Path, place: int, value: int) -> None:
    """Whoever makes an index makes its checksums too."""
    record = written(tmp_path / "1", [1, 2, 3])
    file = tmp_path / "1" / "chunks.safetensors"
    data = bytearray(file.read_bytes())
    data[place % len(data)] = value
    file.write_bytes(bytes(data))
    try:
        opened = Segment(
            tmp_path / "1", record._replace(arrays=record.arrays._replace(checksum=zlib.crc32(data))), [Run(2, 1)]
        )
    except IndexDamaged:
        return
    assert len(opened.ids) == len(opened.ties) == 3
    for word in WORDS:
        rows = opened.postings.find(word).rows
        assert all(row < 3 for row in rows)
        opened.postings.find_any([word, *WORDS]).summed(np.asarray([0]), np.asarray([3]))
    assert all(count <= 3 for count in opened.count_kinds().values())


def test_a_large_file_is_read_whole_unless_it_is_the_very_one_that_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "LARGE_FILE", 1)
    read: list[int] = []
    monkeypatch.setattr(segment.zlib, "crc32", lambda data: read.append(len(data)) or 0)
    record = written(tmp_path / "1", [1, 2, 3])
    sizes = [record.arrays.stamp.size, record.vectors.stamp.size]
    read.clear()
    len(Segment(tmp_path / "1", record).vectors)
    assert read == []
    len(Segment(tmp_path / "1", record, verify=True).vectors)
    assert read == sizes
    shutil.copytree(tmp_path / "1", tmp_path / "2")
    len(Segment(tmp_path / "2", record).vectors)
    assert read == 2 * sizes
    copied = segment.with_current_stamps(tmp_path / "2", record)
    len(Segment(tmp_path / "2", copied).vectors)
    assert read == 2 * sizes
    file = tmp_path / "2" / "chunks.safetensors"
    file.write_bytes(file.read_bytes())
    Segment(tmp_path / "2", copied)
    assert read == [*sizes, *sizes, sizes[0]]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize("name", ["chunks.safetensors", "vectors.faiss", ""])
def test_no_link_is_followed_and_only_the_link_is_deleted(tmp_path: Path, name: str) -> None:
    record = written(tmp_path / "elsewhere" / "1", [1, 2, 3])
    kept = sorted(file.name for file in (tmp_path / "elsewhere" / "1").iterdir())
    if name:
        (tmp_path / "1").mkdir()
        for file in kept:
            (tmp_path / "1" / file).write_bytes((tmp_path / "elsewhere" / "1" / file).read_bytes())
        (tmp_path / "1" / name).unlink()
    (tmp_path / "1" / name).symlink_to(tmp_path / "elsewhere" / "1" / name)
    with pytest.raises(IndexDamaged):
        len(Segment(tmp_path / "1", record).vectors)
    segment.remove(tmp_path / "1")
    assert not os.path.lexists(tmp_path / "1")
    assert sorted(file.name for file in (tmp_path / "elsewhere" / "1").iterdir()) == kept


def test_what_others_put_into_a_segments_folder_stays(tmp_path: Path) -> None:
    written(tmp_path / "1", [1])
    (tmp_path / "1" / "notes").write_text("mine")
    (tmp_path / "1" / "more").mkdir()
    segment.remove(tmp_path / "1")
    assert sorted(file.name for file in (tmp_path / "1").iterdir()) == ["more", "notes"]
