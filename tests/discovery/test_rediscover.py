"""Looking again only at what changed finds what looking at everything finds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.discovery import discover as module
from codesearch.discovery.discover import discover, rediscover
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.known import KnownFiles
from codesearch.discovery.options import DiscoveryOptions
from codesearch.errors import CodesearchError
from tests.support.repositories import git, needs_git, write

OPTIONS = DiscoveryOptions()
START = {
    "a.py": "x = 1\n",
    "src/b.js": "let b\n",
    "src/deep/c.ts": "let c\n",
    "dist/b.js": "let b\n",
    "lib/b.js": "let b\n",
    ".gitattributes": "gen.py linguist-generated\n",
    "gen.py": "y = 2\n",
    "picture.png": "no picture\n",
}
RULES = [".gitignore", "src/.gitignore", "src/.ignore", "src/.gitattributes"]
PATHS = [*START, *RULES, "new/d.py", "src/deep", "src", "e.js"]
TEXTS = ["", "x = 2\n", "*.js\n", "*.py linguist-vendored\n"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    write(tmp_path, START)
    return tmp_path


def write_text(path: Path, text: str) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def remove(path: Path, _: str) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def link(path: Path, _: str) -> None:
    remove(path, "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(path.parent.parent / "a.py")


def make_folder(path: Path, text: str) -> None:
    remove(path, "")
    write(path, {"inside.py": text, "inside/f.js": text})


EDITS: list[Callable[[Path, str], None]] = [write_text, remove, link, make_folder]
EDIT = st.tuples(st.sampled_from(EDITS), st.sampled_from(PATHS), st.sampled_from(TEXTS))
ROUNDS = st.lists(st.lists(EDIT, min_size=1, max_size=4), min_size=1, max_size=4)


@needs_git
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROUNDS, st.sets(st.sampled_from(sorted(START))))
def test_any_edits_are_found(rounds: list[list[tuple[Callable[[Path, str], None], str, str]]], added: set[str]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        git(root, "init", "-q")
        write(root, START)
        git(root, "add", "--", *added)
        before = discover(root)
        for edits in rounds:
            changed = set()
            for make, path, text in edits:
                try:
                    make(root / path, text)
                except (FileExistsError, NotADirectoryError, FileNotFoundError):
                    continue
                changed.update((path, os.path.relpath(os.path.realpath(root / path), os.path.realpath(root))))
                if (root / path).is_file() != (root / path).exists():
                    changed.add(path.partition("/")[0])
            try:
                expected = discover(root)
            except CodesearchError:  # an ignore file that is a link
                with pytest.raises(CodesearchError):
                    rediscover(root, OPTIONS, before, changed)
                return
            before = rediscover(root, OPTIONS, before, changed)
            assert before == expected


@needs_git
def test_only_what_changed_is_looked_at(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = discover(repository)
    monkeypatch.setattr(module, "discover", unwanted)
    write(repository, {"a.py": "x = 1234\n", "e.js": "let e\n", "gen.py": "y = 23456\n"})
    os.utime(repository / "gen.py", ns=(1, 1))
    found = rediscover(repository, OPTIONS, before, {"a.py", "e.js"})
    sizes = {file.path: file.stamp.size for file in found.files}
    assert (sizes["a.py"], sizes["e.js"]) == (9, 6)
    assert rediscover(repository, OPTIONS, found, ()) is found


@needs_git
@pytest.mark.parametrize("path", [".gitignore", "src/.ignore", ".git/info/exclude", "src/.gitattributes"])
def test_rules_concern_all_files(repository: Path, path: str) -> None:
    before = discover(repository)
    write(repository, {path: "*.js linguist-vendored\n*.ts\n"})
    found = rediscover(repository, OPTIONS, before, {path})
    assert found == discover(repository)
    assert found != before


@needs_git
def test_a_copy_that_loses_its_source_is_no_copy(repository: Path) -> None:
    before = discover(repository)
    assert "dist/b.js" in before.skip_reasons
    shutil.rmtree(repository / "src")
    (repository / "lib/b.js").unlink()
    found = rediscover(repository, OPTIONS, before, {"src", "lib/b.js"})
    assert "dist/b.js" in {file.path for file in found.files}
    assert found == discover(repository)


@needs_git
def test_other_options_look_at_everything(repository: Path) -> None:
    files = KnownFiles(repository)
    files.find(OPTIONS)
    (repository / "e.js").write_text("let e\n")
    assert "e.js" not in paths(files.find(OPTIONS, ()))
    assert "e.js" in paths(files.find(DiscoveryOptions(exclude=("a.py",)), ()))


def test_outside_a_repository_everything_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, START)
    before = discover(tmp_path)
    write(tmp_path, {"e.js": "let e\n"})
    assert "e.js" in paths(rediscover(tmp_path, OPTIONS, before, {"a.py"}))


def paths(found: Discovery) -> set[str]:
    return {file.path for file in found.files}


def unwanted(*_: object) -> Discovery:
    raise AssertionError("everything was looked at")
