"""Which group holds which shards, and copies of them on a node."""

from __future__ import annotations

import json
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codesearch.cluster import holding
from codesearch.cluster.holding import delete_unused_copies, grouped, held_once, hold, servable_manifest
from codesearch.cluster.manifest import Manifest, Shard, read_manifest, write_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.errors import CodesearchError
from tests.support.cluster import index_here
from tests.support.repositories import write


def _shards(*chunks: int) -> list[Shard]:
    return [Shard(str(i), 0, 1, "", "", f"{i}.tar", 1, 1, n, "default", "", 5) for i, n in enumerate(chunks)]


@pytest.mark.parametrize(
    ("chunks", "groups", "sizes"),
    [
        ((10, 10, 10, 10), 2, [2, 2]),
        ((90, 10, 10, 10), 2, [1, 3]),
        ((10, 10, 10, 90), 2, [3, 1]),
        ((10, 10, 10), 5, [1, 1, 1]),
        ((1, 1, 1, 1, 1000), 3, [3, 1, 1]),
        ((1000, 1, 1, 1), 3, [1, 1, 2]),
        ((0, 0), 2, [1, 1]),
    ],
)
def test_groups_are_of_about_the_same_size(chunks: tuple[int, ...], groups: int, sizes: list[int]) -> None:
    found = grouped(_shards(*chunks), groups)
    assert [len(part) for part in found] == sizes
    assert [number for part in found for number in part] == list(range(len(chunks)))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("bakery", "garage"):
        write(tmp_path / name, {f"{name}.py": f"def open_{name}():\n    return 1\n"})
    place = open_place(str(tmp_path / "place"))
    index_here(place, [tmp_path / "bakery", tmp_path / "garage"])
    return place


def test_a_shard_that_keeps_nothing_in_memory_has_the_same_chunks(place: Place) -> None:
    shard = servable_manifest(place).shards[0]
    keeping, reading = (hold(place, shard, 0, share).snapshot for share in (1, 0))
    ids = np.concatenate([segment.ids for segment in keeping.segments])
    assert len(ids) == shard.chunks
    for _ in range(2):
        assert reading.chunks(ids) == keeping.chunks(ids)


def test_a_shard_is_copied_once_and_deleted_when_nobody_has_held_it_for_long(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shard = servable_manifest(place).shards[0]
    assert hold(place, shard, 7).snapshot.chunk_count == shard.chunks
    place.delete(f"shards/{shard.file}")
    assert hold(place, shard, 7).number == 7
    copies = list((tmp_path / "cache/codesearch/cluster/shards").iterdir())
    delete_unused_copies()
    assert [copy.exists() for copy in copies] == [True]
    monkeypatch.setattr(holding, "MAX_UNUSED_SECONDS", -1.0)
    delete_unused_copies()
    assert [copy.exists() for copy in copies] == [False]


def test_a_damaged_copy_is_made_again(place: Place, tmp_path: Path) -> None:
    shard = servable_manifest(place).shards[0]
    hold(place, shard, 0).snapshot.close()
    (copy,) = (tmp_path / "cache/codesearch/cluster/shards").iterdir()
    for path in (*copy.rglob("*.safetensors"), copy / "index" / "index.db"):
        path.write_bytes(b"damaged")
        assert hold(place, shard, 0).snapshot.chunk_count == shard.chunks


def test_a_shard_that_is_no_archive(place: Place, tmp_path: Path) -> None:
    shard = servable_manifest(place).shards[0]
    os.truncate(tmp_path / "place" / "shards" / shard.file, 100)
    with pytest.raises(CodesearchError, match=rf"shards/{shard.file} is damaged"):
        hold(place, shard, 0)
    assert not list((tmp_path / "cache/codesearch/cluster/shards").iterdir())


def test_an_index_that_is_damaged_in_the_place(place: Place, tmp_path: Path) -> None:
    shard = servable_manifest(place).shards[0]
    file = tmp_path / "place" / "shards" / shard.file
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as archive:
        begin = archive.getmember("index/index.db").offset_data
    content[begin : begin + 100] = b"x" * 100
    file.write_bytes(content)
    with pytest.raises(CodesearchError, match=rf"shards/{shard.file} is damaged") as caught:
        hold(place, shard, 0)
    assert caught.value.remedy == "delete it, and run the same codesearch cluster index again"
    with pytest.raises(CodesearchError, match=rf"shards/{shard.file} is damaged"), held_once(place, shard, 0):
        pass


def _manifest(place: Place) -> Manifest:
    manifest = read_manifest(place)
    assert manifest
    return manifest


def test_a_place_without_shards(tmp_path: Path) -> None:
    with pytest.raises(CodesearchError, match="has no shards"):
        servable_manifest(open_place(str(tmp_path / "nowhere")))


def test_a_place_of_a_newer_format(place: Place) -> None:
    place.write("manifest.json", json.dumps({"format": 99}).encode())
    with pytest.raises(CodesearchError, match="has a manifest of format 99"):
        servable_manifest(place)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"index_format": 99}, "has shards of format 99; this codesearch reads"),
        ({"index_format": 1}, "has shards of an older format"),
        ({"model": "other"}, "has shards of several models"),
        ({"size": 1}, "1 of 2 shards in .* are missing or truncated"),
    ],
)
def test_shards_that_cannot_be_served(place: Place, changes: dict[str, object], said: str) -> None:
    first, second = _manifest(place).shards
    write_manifest(place, Manifest((first, replace(second, **changes))))  # type: ignore[arg-type]
    with pytest.raises(CodesearchError, match=said):
        servable_manifest(place)
