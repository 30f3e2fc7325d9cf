"""Which folder is indexed when the user names none."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from codesearch.cli.remedies import hint_of
from codesearch.discovery import roots
from codesearch.errors import IndexNotFound


def test_the_repository_around_a_folder(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (deep := tmp_path / "repo" / "a" / "b").mkdir(parents=True)
    assert roots.root_for(deep).samefile(tmp_path / "repo")


def test_a_worktree_has_a_file_for_its_git_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /somewhere/else\n")
    (tmp_path / "src").mkdir()
    assert roots.root_for(tmp_path / "src").samefile(tmp_path)


def test_a_modest_folder_is_its_own_root(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert roots.root_for(tmp_path / "notes").samefile(tmp_path / "notes")


def test_a_large_folder_is_refused_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "MOST_ENTRIES", 3)
    for number in range(4):
        (tmp_path / str(number)).mkdir()
    with pytest.raises(IndexNotFound) as raised:
        roots.root_for(tmp_path)
    root = shlex.quote(str(tmp_path.resolve()))
    assert hint_of(raised.value) == f"to index it anyway, run: codesearch index {root}"
    monkeypatch.chdir(tmp_path)
    assert hint_of(raised.value) == "to index it anyway, run: codesearch index"


def test_a_repository_in_the_home_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "project").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert roots.root_for(tmp_path / "project").samefile(tmp_path / "project")


def test_links_that_go_in_circles_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    try:
        (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no symbolic links here")
    assert roots.root_for(tmp_path).samefile(tmp_path)
