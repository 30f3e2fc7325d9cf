"""An index that came with a repository, or that leads elsewhere, is not used, and nothing behind a link is touched."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError, IndexDamaged, IndexNotFound, IndexUntrusted, ModelUnavailable
from codesearch.index import access, folder
from codesearch.index.layout import Layout
from codesearch.index.store import Store
from tests.support.repositories import git

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "a.py").write_text("def alpha():\n    return 1\n", encoding="utf-8")
    git(root, "init", "-q")
    return root


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody's, with the names that an index has."""
    made = tmp_path / "outside"
    for name in ("index.db", "lock", ".gitignore", "notes", "segments/000001/chunks.safetensors", "segments/old/x"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(f"precious {name}")
    return made


def contents(place: Path) -> dict[str, bytes]:
    return {file.relative_to(place).as_posix(): file.read_bytes() for file in place.rglob("*") if file.is_file()}


def build(root: Path) -> None:
    with Index.create(root) as index:
        index.update()


def paths(root: Path) -> list[str]:
    with Index.open(root) as index:
        return [hit.path for hit in index.search("alpha").hits]


def test_an_index_that_was_cloned_is_not_used_but_rebuilt_once(repo: Path, tmp_path: Path) -> None:
    build(repo)
    git(repo, "add", "-f", ".")
    git(repo, "commit", "-qm", "with its index")
    git(tmp_path, "clone", "-q", str(repo), "clone")
    for place in (repo, tmp_path / "clone"):
        with Index.open(place) as index:
            with pytest.raises(IndexUntrusted, match="git tracks"):
                index.search("alpha")
            with pytest.raises(IndexUntrusted):
                index.status()
            (reason,) = index.update().repaired
            assert "git tracks" in reason
        assert paths(place) == ["a.py"]
        build(place)
        assert paths(place) == ["a.py"]


def test_an_index_below_a_repositorys_root_that_was_cloned_is_not_used(repo: Path, tmp_path: Path) -> None:
    (repo / "sub").mkdir()
    (repo / "sub" / "b.py").write_text("def beta():\n    return 1\n", encoding="utf-8")
    build(repo / "sub")
    git(repo, "add", "-f", ".")
    git(repo, "update-index", "--index-version", "4")  # paths are shortened there
    git(repo, "commit", "-qm", "with its index")
    git(tmp_path, "clone", "-q", str(repo), "clone")
    with Index.open(tmp_path / "clone" / "sub") as index, pytest.raises(IndexUntrusted, match="git tracks"):
        index.search("beta")


@pytest.mark.parametrize("name", ["index.db-wal", "lock", "segments/000001/vectors.faiss"])
def test_an_index_of_which_git_tracks_a_part_is_not_used_where_it_was_not_made(
    repo: Path, tmp_path: Path, name: str
) -> None:
    build(repo)
    file = repo / ".codesearch" / name
    if not file.exists():
        file.write_bytes(b"")
    git(repo, "add", "-f", f".codesearch/{name}")
    git(repo, "commit", "-qm", "with a part of its index")
    assert paths(repo) == ["a.py"], "it was made here"
    shutil.copytree(repo, tmp_path / "copy")
    with Index.open(tmp_path / "copy") as index, pytest.raises(IndexUntrusted, match="git tracks"):
        index.search("alpha")
    build(tmp_path / "copy")
    assert paths(tmp_path / "copy") == ["a.py"]


def test_an_index_that_came_as_a_submodule_is_not_used(repo: Path, tmp_path: Path) -> None:
    build(repo)
    inner = tmp_path / "inner"
    shutil.copytree(repo / ".codesearch", inner)
    git(inner, "init", "-q")
    git(inner, "add", "-f", ".")
    git(inner, "commit", "-qm", "an index")
    shutil.rmtree(repo / ".codesearch")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), ".codesearch")
    git(repo, "commit", "-qam", "with a submodule")
    with Index.open(repo) as index, pytest.raises(IndexUntrusted, match="git tracks"):
        index.search("alpha")
    build(repo)
    assert paths(repo)[0] == "a.py"


def test_where_git_has_no_answer_what_may_be_tracked_is_not_used(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(repo)
    git(repo, "add", "-f", ".")
    git(repo, "commit", "-qm", "with its index")
    git(tmp_path, "clone", "-q", str(repo), "clone")
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with Index.open(tmp_path / "clone") as index, pytest.raises(IndexUntrusted, match="git tracks"):
        index.search("alpha")


def test_no_filter_of_the_repository_runs(repo: Path, tmp_path: Path) -> None:
    build(repo)
    git(repo, "add", "-f", ".")
    git(repo, "commit", "-qm", "with its index")
    git(repo, "config", "filter.evil.clean", f"touch {tmp_path / 'ran'}; cat")
    (repo / ".git" / "info" / "attributes").write_text("* filter=evil\n")
    (repo / ".codesearch" / "index.db").touch()
    with Index.open(repo) as index:
        index.update()
        assert index.refresh() == ""
    assert not (tmp_path / "ran").exists()


def test_a_folder_with_files_of_somebody_else_is_left_alone(repo: Path) -> None:
    for name in ("lock", "index.db", ".gitignore"):
        (repo / name).write_text(f"precious {name}")
    before = contents(repo)
    refused = pytest.raises(CodesearchError, match="contains files that are not part of an index")
    with Index.create(repo, index_dir=repo) as index, refused:
        index.update()
    assert contents(repo) == before


@pytest.mark.parametrize(
    "names",
    [
        ["a.py"],
        ["a.py", ".gitignore"],
        ["a.py", "lock", "segments/notes"],
        ["lock"],
        [".gitignore.new", "index.db-wal", "kept/"],
    ],
)
def test_a_folder_with_other_files_is_not_made_one_that_git_ignores(
    repo: Path, tmp_path: Path, names: list[str]
) -> None:
    place = tmp_path / "place"
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).mkdir() if name.endswith("/") else (place / name).write_text(f"precious {name}")
    before = contents(place)
    with (
        Index.create(repo, index_dir=place) as index,
        pytest.raises(CodesearchError, match="contains files that are not part of an index") as refused,
    ):
        index.update()
    assert hint_of(refused.value) == "choose a new or an empty folder for the index"
    assert contents(place) == before
    with Index.create(repo, index_dir=place) as index, pytest.raises(IndexNotFound):
        index.clean()
    assert contents(place) == before


def test_the_root_of_a_repository_is_no_place_for_its_index(repo: Path) -> None:
    (repo / ".gitignore").write_text("*.log\n")
    before = contents(repo)
    with Index.create(repo, index_dir=repo) as index, pytest.raises(CodesearchError, match="not part of an index"):
        index.update()
    assert contents(repo) == before
    build(repo)
    assert paths(repo) == ["a.py"]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["segments/"],
        ["segments/", ".gitignore"],
        ["segments/", ".gitignore.new"],
        ["lock", "segments/", ".gitignore"],
    ],
)
def test_a_folder_that_is_empty_or_has_an_interrupted_index_is_used(
    repo: Path, tmp_path: Path, names: list[str]
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    for name in names:
        (place / name).mkdir() if name.endswith("/") else (place / name).touch()
    for _ in range(2):
        with Index.create(repo, index_dir=place) as index:
            assert index.update().files == 1
    assert (place / ".gitignore").read_text(encoding="utf-8") == "*\n"
    with Index.create(repo, index_dir=place) as index:
        index.clean()
    assert not place.exists()


@pytest.mark.parametrize("content", [b"", b"*"])
def test_an_ignore_file_that_was_left_empty_is_written_again(repo: Path, content: bytes) -> None:
    """A full disk, or a kill, in between."""
    ignore = repo / ".codesearch" / ".gitignore"
    build(repo)
    ignore.write_bytes(content)
    build(repo)
    assert ignore.read_bytes().strip() == b"*"
    assert shown_by_git(repo) == ["a.py"]
    ignore.write_bytes(content)
    with Index.open(repo) as index:
        index.clean()
    assert not ignore.parent.exists()


def shown_by_git(root: Path) -> list[str]:
    return git(root, "ls-files", "--others", "--exclude-standard").split()


@pytest.mark.parametrize("reason", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_an_ignore_file_is_whole_or_missing(repo: Path, monkeypatch: pytest.MonkeyPatch, reason: BaseException) -> None:
    def stop(file: Path, *_: object, **__: object) -> None:
        file.touch()
        raise reason

    with monkeypatch.context() as patch, pytest.raises((CodesearchError, KeyboardInterrupt)):
        patch.setattr(Path, "write_text", stop)
        build(repo)
    assert not (repo / ".codesearch" / ".gitignore").exists()
    if isinstance(reason, OSError):
        assert contents(repo / ".codesearch") == {}
    with Index.create(repo) as index:
        index.clean()
    assert not (repo / ".codesearch").exists()


def test_after_an_interruption_git_does_not_see_the_index(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither does the next update count the index's files as skipped."""
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(folder, "_IGNORE_EVERYTHING", "")
        patch.setattr("codesearch.index.update.WriterLock", _interrupt)
        build(repo)
    assert (repo / ".codesearch" / ".gitignore").read_bytes() == b""
    with Index.create(repo) as index:
        assert index.update().skipped == {}
    assert shown_by_git(repo) == ["a.py"]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@needs_links
def test_nothing_is_written_through_a_link_in_place_of_the_unfinished_ignore_file(repo: Path, outside: Path) -> None:
    before = contents(outside)
    (repo / ".codesearch").mkdir()
    (repo / ".codesearch" / ".gitignore.new").symlink_to(outside / "notes")
    build(repo)
    assert contents(outside) == before
    assert sorted(file.name for file in (repo / ".codesearch").iterdir() if "git" in file.name) == [".gitignore"]


def test_what_a_failed_first_index_left_is_removed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(CodesearchError, match="No space left"):
        patch.setattr("codesearch.index.store.Store.create", _disk_is_full)
        build(repo)
    (repo / ".codesearch" / "notes").write_text("mine")
    assert shown_by_git(repo) == ["a.py"]
    with Index.create(repo) as index:
        index.clean()
    assert contents(repo / ".codesearch") == {"notes": b"mine"}
    with Index.create(repo) as index, pytest.raises(IndexNotFound):
        index.clean()
    assert contents(repo / ".codesearch") == {"notes": b"mine"}


def _disk_is_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_the_ignore_file_of_somebody_else_stays(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / ".gitignore").write_text("mine")
    with Index.create(repo, index_dir=tmp_path / "place") as index:
        index.update()
        (tmp_path / "place" / "index.db.backup").write_text("mine")
        index.update(force=True)
        index.clean()
    assert sorted(contents(tmp_path / "place")) == [".gitignore", "index.db.backup"]


def test_an_index_that_git_ignores_is_used(repo: Path) -> None:
    build(repo)
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "without its index")
    assert paths(repo) == ["a.py"]


@needs_links
@pytest.mark.parametrize("name", ["", "segments", "lock", "index.db", ".gitignore"])
def test_nothing_behind_a_link_is_changed(repo: Path, outside: Path, name: str) -> None:
    build(repo)
    before = contents(outside)
    place = repo / ".codesearch" / name
    if name in ("", "segments"):
        place.rename(repo.parent / "moved")
        place.symlink_to(outside / name, target_is_directory=True)
    else:
        place.unlink()
        place.symlink_to(outside / name)
    with pytest.raises(IndexUntrusted, match="a symbolic link"):
        paths(repo)
    build(repo)
    assert paths(repo) == ["a.py"]
    assert contents(outside) == before
    assert not (repo / ".codesearch" / name).is_symlink() if name != "" else not (repo / ".codesearch").is_symlink()


@needs_links
@pytest.mark.parametrize("name", ["", "segments", "lock", "index.db"])
def test_cleaning_removes_links_and_nothing_behind_them(repo: Path, outside: Path, name: str) -> None:
    build(repo)
    before = contents(outside)
    place = repo / ".codesearch" / name
    place.rename(repo.parent / "moved")
    place.symlink_to(outside / name, target_is_directory=name in ("", "segments"))
    with Index.create(repo) as index:
        index.clean()
    assert contents(outside) == before
    assert not os.path.lexists(repo / ".codesearch")


@needs_links
@pytest.mark.parametrize("name", ["lock", "index.db"])
def test_a_file_with_a_second_name_is_not_written_to(repo: Path, outside: Path, name: str) -> None:
    build(repo)
    before = contents(outside)
    (repo / ".codesearch" / name).unlink()
    os.link(outside / name, repo / ".codesearch" / name)
    with pytest.raises(IndexUntrusted, match="a hard link"):
        paths(repo)
    build(repo)
    assert paths(repo) == ["a.py"]
    assert contents(outside) == before


def test_what_others_put_beside_an_index_stays(repo: Path) -> None:
    build(repo)
    mine = ["notes", "index.db.backup", "segments/notes/text", "segments/000009/mine", "segments/12"]
    for name in mine:
        (repo / ".codesearch" / name).parent.mkdir(exist_ok=True)
        (repo / ".codesearch" / name).write_text("mine")
    with Index.open(repo) as index:
        index.update(force=True)
        index.clean()
    kept = contents(repo / ".codesearch")
    assert sorted(kept) == sorted(mine)


@needs_links
def test_a_folder_that_the_user_names_may_be_a_link(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "large disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "large disk", target_is_directory=True)
    with Index.create(repo, index_dir=tmp_path / "link") as index:
        index.update()
    with Index.open(index_dir=tmp_path / "link") as index:
        assert [hit.path for hit in index.search("alpha").hits] == ["a.py"]


def test_an_index_inside_a_folder_is_of_that_folder_whatever_it_says(repo: Path, outside: Path) -> None:
    build(repo)
    store = Store.open(repo / ".codesearch" / "index.db", write=True)
    with store.transaction():
        store.set_meta({"root": str(outside)})
        store.seal()
    store.close()
    for index in (Index.open(repo), Index.open(index_dir=repo / ".codesearch")):
        with index:
            assert index.root == repo.resolve()


@pytest.mark.parametrize("model", ["jina-code", "somebody/model", "./evil"])
def test_a_model_that_only_the_index_names_is_not_loaded(repo: Path, model: str) -> None:
    (repo / "evil").mkdir()
    build(repo)
    store = Store.open(repo / ".codesearch" / "index.db", write=True)
    with store.transaction():
        store.set_meta({"model": model})
        store.seal()
    store.close()
    with Index.open(repo) as index, pytest.raises(ModelUnavailable, match="made by another user") as refused:
        index.search("alpha")
    assert f"--model {model}" in hint_of(refused.value)
    assert "--model default" in hint_of(refused.value)
    with Index.open(repo, model="default") as index:
        index.update()
    assert paths(repo) == ["a.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
def test_an_index_is_for_its_owner_alone(repo: Path) -> None:
    previous = os.umask(0)
    try:
        build(repo)
    finally:
        os.umask(previous)
    for place in (repo / ".codesearch", *(repo / ".codesearch").rglob("*")):
        if place.name != ".gitignore":
            assert place.stat().st_mode & 0o077 == 0, place


def test_another_users_index_is_read_but_not_written(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(repo)
    before = contents(repo)
    monkeypatch.setattr(folder, "belongs_to_another_user", lambda place: place.exists())
    monkeypatch.setattr(access, "belongs_to_another_user", lambda place: place.exists())
    with Index.open(repo) as index:
        assert [hit.path for hit in index.search("alpha").hits] == ["a.py"]
        with pytest.raises(CodesearchError, match="belongs to another user") as refused:
            index.update()
        assert "--index-dir" in hint_of(refused.value)
        with pytest.raises(CodesearchError, match="belongs to another user") as refused:
            index.clean()
        assert hint_of(refused.value) == "only that user can delete it"
    assert contents(repo) == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER t AFTER UPDATE ON files BEGIN DELETE FROM chunks; END",
        "CREATE TABLE more (x)",
        "CREATE INDEX i ON files (abs(size))",
        "DROP TABLE chunks",
        "ALTER TABLE files RENAME COLUMN path TO other",
        "ALTER TABLE files ADD COLUMN more AS (1)",
    ],
)
def test_other_tables_than_ours_are_not_read(repo: Path, statement: str) -> None:
    import sqlite3

    build(repo)
    with sqlite3.connect(repo / ".codesearch" / "index.db") as database:
        database.execute(statement)
    database.close()
    with pytest.raises(IndexDamaged, match="tables"):
        paths(repo)
    build(repo)
    assert paths(repo) == ["a.py"]


def test_a_view_that_never_ends_in_place_of_the_settings_is_not_read(repo: Path) -> None:
    import sqlite3

    build(repo)
    with sqlite3.connect(repo / ".codesearch" / "index.db") as database:
        database.execute("DROP TABLE meta")
        database.execute(
            "CREATE VIEW meta AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT 'key' || i AS key, i AS value FROM n"
        )
    database.close()
    with pytest.raises(IndexDamaged, match="meta"):
        paths(repo)
    assert Layout.of(repo).exists()
