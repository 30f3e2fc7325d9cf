"""Sources: folders, URLs, and files that list them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from codesearch.clones import RemoteRepository
from codesearch.cluster.sources import Source, read_sources
from codesearch.errors import CodesearchError


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/pallets/flask", "github.com/pallets/flask"),
        ("https://github.com/pallets/flask.git", "github.com/pallets/flask"),
        ("https://github.com/pallets/flask/@3.1.0", "github.com/pallets/flask@3.1.0"),
        ("https://me:secret@host.org/a/b.git@v1", "host.org/a/b@v1"),
        ("git@github.com:pallets/flask.git", "github.com/pallets/flask"),
        ("ssh://git@host:22/x", "host:22/x"),
    ],
)
def test_every_notation_of_a_url_has_the_same_name(url: str, name: str, tmp_path: Path) -> None:
    (source,) = read_sources([url], tmp_path)
    assert source.name == name
    assert isinstance(source.origin, RemoteRepository)


def test_folders_and_lists_of_them(tmp_path: Path) -> None:
    for name in ("a", "b", "lists/c"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lists" / "all.txt").write_text("# ours\n\n../b\nc\nhttps://host.org/d\n", encoding="utf-8")
    found = read_sources(["a", "lists/all.txt", "b", "-"], tmp_path, ["lists/c\n", "https://host.org/e\n"])
    folders = [(tmp_path / name).resolve() for name in ("a", "b", "lists/c")]
    assert found[:3] == [Source(folder.as_posix(), folder) for folder in folders]
    assert [source.name for source in found[3:]] == ["host.org/d", "host.org/e"]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nowhere", "nowhere is neither a folder, a URL nor a list of them"),
        ("file:///etc", "'file:///etc' is not a URL that can be cloned"),
        ("empty.txt", "there is no source to index"),
        ("binary", "binary is not a list of sources"),
    ],
)
def test_what_is_no_source(argument: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("# none\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CodesearchError) as raised:
        read_sources([argument], tmp_path)
    assert raised.value.message == message


def test_a_folder_as_a_url_has_a_hint(tmp_path: Path) -> None:
    with pytest.raises(CodesearchError) as raised:
        read_sources([tmp_path.as_uri()], tmp_path)
    assert raised.value.remedy == "for a folder, use its path"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_folder_whose_name_is_no_unicode(tmp_path: Path) -> None:
    (tmp_path / "\udce9").mkdir()
    with pytest.raises(CodesearchError, match=r"the name of .* is not UTF-8"):
        read_sources(["\udce9"], tmp_path)
