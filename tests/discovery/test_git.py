"""git's answer to which files there are, and when it has none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codesearch.discovery.git import inside_repository, list_files, list_outside

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "sub").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for name in ("a.py", "sub/b.py", "ignored.log", "ü name.py"):
        (root / name).write_text("x = 1\n", encoding="utf-8")
    (root / ".gitignore").write_text("*.log\n", encoding="utf-8")
    subprocess.run(["git", "add", "a.py"], cwd=root, check=True)
    return root


def test_tracked_and_other_files_but_no_ignored_ones(repository: Path) -> None:
    assert sorted(list_files(repository) or ()) == [".gitignore", "a.py", "sub/b.py", "ü name.py"]
    assert list_files(repository / "sub") == ["b.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")
def test_names_that_quoting_would_change(repository: Path) -> None:
    for name in ('quo"te.py', "new\nline.py", "back\\slash.py"):
        (repository / name).touch()
    assert {'quo"te.py', "new\nline.py", "back\\slash.py"} <= set(list_files(repository) or ())


def test_another_repository_named_by_the_environment_is_not_asked(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert "a.py" in (list_files(repository) or ())


def test_no_answer_outside_repositories_from_broken_ones_and_without_git(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert not inside_repository(outside)
    assert list_files(outside) is None
    (outside / ".git").write_text("gitdir: nowhere\n", encoding="utf-8")
    assert inside_repository(outside)
    assert list_files(outside) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list_files(repository) is None


def test_a_folder_outside_is_listed_by_its_own_rules_when_it_is_large(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.log"):
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("*.log\n", encoding="utf-8")
    assert sorted(list_outside(tmp_path, at_least=3) or ()) == [".gitignore", "a.py", "b.py"]
    assert list_outside(tmp_path, at_least=4) is None
    assert not (tmp_path / ".git").exists()
