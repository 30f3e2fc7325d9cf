"""Files are opened beneath a folder: no link followed, no pipe waited on, no way out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.opening import is_beneath, open_beneath

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")


def read(root: Path, path: str) -> bytes:
    with os.fdopen(open_beneath(root, path), "rb") as file:
        return file.read()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    made = tmp_path / "root"
    (made / "a" / "b").mkdir(parents=True)
    (made / "a" / "b" / "file").write_text("inside")
    return made


def test_files_below_are_read(root: Path) -> None:
    assert read(root, "a/b/file") == b"inside"
    assert read(root / "a", "b/file") == b"inside"


@pytest.mark.parametrize(
    "path", ["", ".", "..", "../outside/secret", "a/../../outside/secret", "/etc/passwd", "a//b", "a/"]
)
def test_no_path_leads_out(root: Path, path: str) -> None:
    assert not is_beneath(path)
    with pytest.raises(OSError):
        open_beneath(root, path)


@needs_links
@pytest.mark.parametrize("link", ["a", "a/b", "a/b/file", "a/b/link"])
def test_no_link_is_followed(root: Path, link: str) -> None:
    place = root / link
    is_folder = place.is_dir()
    if place.exists():
        place.rename(root.parent / "moved")
    target = root.parent / "moved" if (root.parent / "moved").exists() else root.parent / "outside" / "secret"
    place.symlink_to(target, target_is_directory=is_folder)
    with pytest.raises(OSError):
        open_beneath(root, "a/b/link" if link == "a/b/link" else "a/b/file")


@needs_links
def test_the_root_may_be_a_link(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert read(root.parent / "link", "a/b/file") == b"inside"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_on(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for path in ("pipe", "a"):
        with pytest.raises(OSError, match="not a regular file"):
            open_beneath(root, path)


@given(st.lists(st.sampled_from(["a", "..", ".", "", "b c", "...", "é"]), min_size=1, max_size=6))
def test_a_path_is_beneath_where_normalising_changes_nothing_and_stays_inside(parts: list[str]) -> None:
    path = "/".join(parts)
    normal = os.path.normpath(path).replace(os.sep, "/")
    stays = not path.startswith("/") and normal != ".." and not normal.startswith("../")
    assert is_beneath(path) == (stays and normal == path and path != ".")
