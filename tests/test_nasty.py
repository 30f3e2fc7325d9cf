"""A folder with everything bad in it is indexed whole: all that can be read is found, the rest is counted."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from codesearch.api import Index
from tests.support import nasty

IN_GIT = [False, pytest.param(True, marks=pytest.mark.skipif(shutil.which("git") is None, reason="needs git"))]


@pytest.mark.parametrize("in_git", IN_GIT)
def test_what_can_be_read_is_indexed_and_the_rest_is_counted(tmp_path: Path, in_git: bool) -> None:
    root = tmp_path / "nasty tree"
    root.mkdir()
    expected = nasty.plant(root)
    if in_git:
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        expected.pop("not a regular file", None)  # git lists neither pipes nor sockets
    with Index.create(root) as index:
        report = index.update()
        indexed = {file.path for file in index.snapshot().files}
        assert set(nasty.READABLE) <= indexed
        assert not indexed & set(nasty.SKIPPED)
        assert report.skipped == expected
        assert {hit.path for hit in index.search("in_utf16").hits} >= {"utf16.py"}
        assert nasty.OUTSIDE_WORD not in {hit.name for hit in index.search(nasty.OUTSIDE_WORD).hits}
        assert index.update().is_unchanged
