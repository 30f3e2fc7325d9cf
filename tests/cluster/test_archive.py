"""Shards as files."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from codesearch.cluster.archive import unpack


def _archive(path: Path, member: tarfile.TarInfo, content: bytes = b"") -> Path:
    with tarfile.open(path, "w") as archive:
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "files/../../outside"])
def test_nothing_is_unpacked_outside(tmp_path: Path, name: str) -> None:
    archive = _archive(tmp_path / "x.tar", tarfile.TarInfo(name), b"text")
    with pytest.raises(tarfile.TarError, match="is not a file of a shard"):
        unpack(archive, tmp_path / "copies" / "x")
    assert list((tmp_path / "copies").iterdir()) == []
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_only_files_are_unpacked(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("files/link")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(tarfile.TarError, match="is not a file of a shard"):
        unpack(_archive(tmp_path / "x.tar", member), tmp_path / "copies" / "x")
    assert list((tmp_path / "copies").iterdir()) == []


def test_who_comes_second_uses_what_is_there(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "x.tar", tarfile.TarInfo("files/a"), b"text")
    unpack(archive, tmp_path / "x")
    unpack(archive, tmp_path / "x")
    assert (tmp_path / "x" / "files" / "a").read_bytes() == b"text"
