"""Places: what is written appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.cluster.place import Place, open_place
from codesearch.errors import CodesearchError


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(str(tmp_path / "place"))


def test_files_are_written_read_and_deleted(place: Place) -> None:
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


def test_a_file_whose_writer_fails_does_not_appear(place: Place) -> None:
    with pytest.raises(RuntimeError), place.writing("a/x") as path:
        path.write_bytes(b"half")
        raise RuntimeError
    assert place.sizes("a") == {}


def test_what_a_killed_writer_left_is_swept(place: Place, tmp_path: Path) -> None:
    place.write("a/x", b"1")
    left = tmp_path / "place" / "a" / ".unfinished-0123"
    left.write_bytes(b"half")
    assert place.sizes("a") == {"x": 1}
    place.sweep()
    assert not left.exists()
    assert place.read("a/x") == b"1"


def test_a_url_is_no_folder() -> None:
    with pytest.raises(CodesearchError, match="ftp://host/x is not a folder"):
        open_place("ftp://host/x")
