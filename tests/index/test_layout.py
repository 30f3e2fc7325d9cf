"""Where an index lies, how it is found, and how the user is told to update it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from codesearch.cli.remedies import hint_of, update_command
from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.errors import IndexDamaged, UpdateIndex
from codesearch.index.folder import prepare
from codesearch.index.layout import Layout, find_root


def test_an_index_lies_in_its_folder_or_elsewhere(tmp_path: Path) -> None:
    inside = Layout.of(tmp_path)
    assert inside.folder == inside.root / INDEX_FOLDER
    elsewhere = Layout.of(tmp_path, tmp_path / "place")
    assert (elsewhere.root, elsewhere.folder) == (inside.root, tmp_path / "place")
    assert not inside.exists()


def test_the_folder_ignores_itself_and_keeps_what_the_user_wrote(tmp_path: Path) -> None:
    layout = Layout.of(tmp_path)
    prepare(layout)
    assert (layout.folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    (layout.folder / ".gitignore").write_text("mine\n", encoding="utf-8")
    prepare(layout)
    assert (layout.folder / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    assert layout.segments.is_dir()


def test_an_index_is_found_upwards(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(deep) is None
    for above in (tmp_path, tmp_path / "a"):
        layout = Layout.of(above)
        prepare(layout)
        assert find_root(deep) != layout.root, "a folder without a database is no index"
        layout.database.touch()
        assert find_root(deep) == layout.root
    assert find_root(tmp_path) == Layout.of(tmp_path).root


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_links_to_a_root_are_the_same_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert Layout.of(tmp_path / "link") == Layout.of(tmp_path / "real")


def test_the_command_names_the_index_unless_it_is_the_one_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "a folder"
    (root / "sub").mkdir(parents=True)
    folder = _with_database(root)
    monkeypatch.chdir(root / "sub")
    assert update_command(folder) == "codesearch index"
    assert update_command(folder, "--force") == "codesearch index --force"
    monkeypatch.chdir(tmp_path)
    assert shlex.split(update_command(folder))[-1] == str(folder.parent)
    words = shlex.split(update_command(tmp_path / "index of it", "--force"))
    assert words[2:] == ["--force", "--index-dir", str(tmp_path / "index of it")]


def test_the_command_names_the_root_where_it_would_index_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for repository in (tmp_path, tmp_path / "nested"):
        (repository / ".git").mkdir(parents=True)
        (repository / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "nested")
    outer, nested = _with_database(tmp_path), Layout.of(tmp_path / "nested").folder
    assert update_command(outer) == shlex.join(["codesearch", "index", str(outer.parent)])
    assert update_command(nested) == "codesearch index"
    (tmp_path / "nested" / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "nested" / "deeper")
    assert update_command(nested) == "codesearch index", "it has no index yet, but is the repository"


def _with_database(root: Path) -> Path:
    """The folder of an index of a root."""
    layout = Layout.of(root)
    prepare(layout)
    layout.database.touch()
    return layout.folder


def test_a_folder_is_asked_for_only_where_the_index_does_not_say_which(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    asked = {
        has_root: hint_of(IndexDamaged("damaged", UpdateIndex(elsewhere, has_root=has_root)))
        for has_root in (True, False)
    }
    assert asked[False] == asked[True] + " FOLDER"
    assert asked[True].endswith(f"--index-dir {elsewhere}")
