"""Which indexes are of the same repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codesearch import state
from codesearch.index.layout import Layout
from codesearch.index.relatives import family_of, relatives, remember
from tests.support.repositories import git, needs_git, write

pytestmark = needs_git


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "a repository"
    write(root, {"a/alpha.py": "x = 1\n"})
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "all")
    return root


def with_database(root: Path, index_dir: Path | None = None) -> Layout:
    layout = Layout.of(root, index_dir)
    layout.folder.mkdir(parents=True)
    layout.database.touch()
    return layout


def cloned_from(root: Path, address: str) -> Path:
    root.mkdir()
    git(root, "init", "-q")
    git(root, "remote", "add", "origin", address)
    return root


def test_worktrees_and_clones_are_one_family(repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", str(tmp_path / "tree"))
    git(tmp_path, "clone", "-q", str(repo), "clone")
    git(tmp_path, "clone", "-q", "clone", "of a clone")
    git(tmp_path / "clone", "worktree", "add", "-q", str(tmp_path / "further-tree"))
    places = [repo, *(tmp_path / name for name in ("tree", "clone", "of a clone", "further-tree"))]
    assert len({family_of(place) for place in places}) == 1
    assert len({family_of(place / "a") for place in places}) == 1
    assert family_of(repo / "a") != family_of(repo)


def test_an_origin_has_many_addresses(tmp_path: Path) -> None:
    addresses = (
        "https://example.org/some/thing.git",
        "https://me@example.org/some/thing",
        "ssh://git@example.org:22/some/thing.git",
        "git@example.org:some/thing.git",
        "git@EXAMPLE.org:some/thing/",
    )
    families = {family_of(cloned_from(tmp_path / str(n), address)) for n, address in enumerate(addresses)}
    assert len(families) == 1
    assert family_of(cloned_from(tmp_path / "other", "git@example.org:some/other.git")) not in families


def test_strangers_have_no_family_in_common(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert family_of(other) == ""
    git(other, "init", "-q")
    assert family_of(other) not in ("", family_of(repo))


def test_repositories_that_name_each_other_as_origin_end(tmp_path: Path) -> None:
    one = cloned_from(tmp_path / "one", str(tmp_path / "two"))
    cloned_from(tmp_path / "two", str(tmp_path / "one"))
    assert family_of(one)


def test_the_last_updated_relative_comes_first(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(repo), "clone")
    git(tmp_path, "clone", "-q", str(repo), "third")
    layouts = [with_database(repo), with_database(tmp_path / "clone"), with_database(tmp_path / "third")]
    for layout in layouts:
        remember(layout)
    assert set(relatives(layouts[0])) == set(layouts[1:])
    layouts[2].database.write_text("newer")
    assert relatives(layouts[0]) == [layouts[2], layouts[1]]


def test_what_is_gone_is_forgotten(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(repo), "clone")
    remember(with_database(repo))
    shutil.rmtree(repo)
    assert relatives(Layout.of(tmp_path / "clone")) == []
    remember(with_database(tmp_path / "clone"))
    assert str(repo) not in Path(state.state_folder(), "indexes.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "[]", "3", "{", '{"/nowhere": 3}', '{"a\\u0000": "x"}'])
def test_a_damaged_list_is_replaced(repo: Path, tmp_path: Path, content: str) -> None:
    folder = Path(state.state_folder())
    folder.mkdir(parents=True)
    (folder / "indexes.json").write_text(content, encoding="utf-8")
    layout = with_database(repo)
    assert relatives(layout) == []
    remember(layout)
    git(tmp_path, "clone", "-q", str(repo), "clone")
    assert relatives(Layout.of(tmp_path / "clone")) == [layout]


def test_without_a_home_nothing_is_remembered(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codesearch.index.relatives.state_folder", lambda: "")
    remember(with_database(repo))
    assert relatives(Layout.of(repo.parent)) == []
