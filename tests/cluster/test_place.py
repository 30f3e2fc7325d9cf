"""Places: what is written appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.errors import CodesearchError
from tests.support.cluster import index_here
from tests.support.repositories import write
from tests.support.s3 import s3_server


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(str(tmp_path / "place"))


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of a bucket on a server of the tests' own."""
    pytest.importorskip("s3fs")
    with s3_server("shards"):
        yield "s3://shards"


@pytest.fixture(params=["folder", "memory", "s3"])
def any_place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place of each kind."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if request.param == "folder":
        return open_place(str(tmp_path / "place"))
    pytest.importorskip("fsspec")
    if request.param == "memory":
        return open_place(f"memory://{tmp_path.name}/place")
    return open_place(f"{request.getfixturevalue('s3')}/{tmp_path.name}/")


def test_files_are_written_read_and_deleted(any_place: Place) -> None:
    place = any_place
    assert place.read("a/x") is None
    assert place.size("a/x") is None
    assert place.sizes("a") == {}
    place.write("a/x", b"one")
    place.write("a/x", b"four")
    with place.writing("a/y") as path:
        path.write_bytes(b"12345")
    assert place.read("a/x") == b"four"
    assert place.sizes("a") == {"x": 4, "y": 5}
    assert place.size("a/y") == 5
    with place.reading("a/y") as path:
        assert path.read_bytes() == b"12345"
    place.delete("a/x")
    place.delete("a/x")
    assert place.sizes("a") == {"y": 5}


def test_a_file_whose_writer_fails_does_not_appear(any_place: Place) -> None:
    with pytest.raises(RuntimeError), any_place.writing("a/x") as path:
        path.write_bytes(b"half")
        raise RuntimeError
    assert any_place.sizes("a") == {}


def test_a_missing_file_cannot_be_read(any_place: Place) -> None:
    with pytest.raises(FileNotFoundError), any_place.reading("a/x") as path:
        path.read_bytes()


def test_shards_are_kept_and_held_in_any_place(any_place: Place, tmp_path: Path) -> None:
    write(tmp_path / "bakery", {"oven.py": "def heat_oven():\n    return 1\n"})
    report = index_here(any_place, [tmp_path / "bakery"])
    assert (report.failures, report.shards) == ((), 1)
    assert index_here(any_place, [tmp_path / "bakery"]).unchanged == 1
    (shard,) = servable_manifest(any_place).shards
    assert hold(any_place, shard, 0).snapshot.chunk_count == shard.chunks
    write(tmp_path / "bakery", {"oven.py": "def cool_oven():\n    return 2\n"})
    index_here(any_place, [tmp_path / "bakery"])
    assert len(any_place.sizes("shards")) == 2


def test_a_bucket_that_is_not_there(s3: str) -> None:
    with pytest.raises(CodesearchError, match="s3://nowhere can't be used: "):
        open_place("s3://nowhere").write("x", b"1")


def test_what_a_killed_writer_left_is_swept(place: Place, tmp_path: Path) -> None:
    place.write("a/x", b"1")
    left = tmp_path / "place" / "a" / ".unfinished-0123"
    left.write_bytes(b"half")
    assert place.sizes("a") == {"x": 1}
    place.sweep()
    assert not left.exists()
    assert place.read("a/x") == b"1"


@pytest.mark.parametrize(
    ("text", "said"),
    [("file:///srv", "file:///srv is a folder"), ("nonsense://x/y", "nonsense://x/y can't be opened")],
)
def test_urls_that_are_no_places(text: str, said: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(CodesearchError, match=said):
        open_place(text)


def test_a_package_that_a_url_needs_is_named() -> None:
    pytest.importorskip("fsspec")
    if find_spec("gcsfs"):
        pytest.skip("it is installed")
    with pytest.raises(CodesearchError, match="gs://x/y needs gcsfs"):
        open_place("gs://x/y")
