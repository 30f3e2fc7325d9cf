"""What is reported of files that change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.discovery.discover import discover
from codesearch.discovery.known import KnownFiles
from codesearch.discovery.options import DiscoveryOptions
from codesearch.server import watch as module
from codesearch.server.watch import Watch, WatchUnavailable
from tests.support.repositories import git, needs_git, write

pytest.importorskip("watchfiles")
pytestmark = [needs_git, pytest.mark.skipif(sys.platform != "linux", reason="files are watched on Linux only")]

OPTIONS = DiscoveryOptions()
FILES = {"a.py": "x = 1\n", "src/b.py": "y = 2\n", ".gitignore": "*.log\nbuild/\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    git(root, "init", "-q")
    write(root, FILES)
    (root / "empty").mkdir()
    return root


@pytest.fixture
def watch(root: Path, tmp_path: Path) -> Iterator[Watch]:
    cookies = tmp_path / "cookies"
    cookies.mkdir()
    watch = Watch(root, cookies)
    assert watch.changes() is None, "what happened before the watch began is not known"
    watch.forget(None)
    assert watch.changes() == frozenset()
    yield watch
    watch.close()
    assert not list(cookies.iterdir())


def test_changes_are_reported_at_once_and_once(root: Path, watch: Watch) -> None:
    for i in range(50):
        (root / "src/b.py").write_text(f"y = {i}\n")
        changes = watch.changes()
        assert changes == {"src/b.py"}
        watch.forget(changes)
        assert watch.changes() == frozenset()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda root: (root / "a.py").unlink(), {"a.py"}),
        (lambda root: (root / "a.py").rename(root / "c.py"), {"a.py", "c.py"}),
        (lambda root: (root / "empty/new.py").write_text("z = 3\n"), {"empty/new.py"}),
        (lambda root: os.utime(root / "a.py"), {"a.py"}),
    ],
)
def test_kinds_of_changes(root: Path, watch: Watch, change: Callable[[Path], object], expected: set[str]) -> None:
    change(root)
    assert watch.changes() == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / ".gitignore").write_text("src/\n"),
        lambda root: git(root, "add", "."),
        lambda root: write(root, {"new/folder/d.py": "z = 4\n"}),
        lambda root: (root / "src").rename(root / "lib"),
        lambda root: write(root, {".git/info/exclude": "src/\n"}),
        lambda root: write(root.parent, {".gitignore": "src/\n", ".ignore": "a.py\n"}),
    ],
    ids=["ignore file", "git add", "new folder", "renamed folder", "exclude", "ignore file above"],
)
def test_what_concerns_other_files_is_everything(root: Path, watch: Watch, change: Callable[[Path], object]) -> None:
    change(root)
    assert watch.changes() is None
    watch.forget(None)
    (root / "a.py").write_text("x = 5\n")
    assert watch.changes() == {"a.py"}


class Later(NamedTuple):
    """A file that is ignored first, and not after a change."""

    path: str
    before: Callable[[Path], object]
    change: Callable[[Path], object]


def in_repository_above(root: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root.parent, "init", "-q")
    write(root.parent, {".gitignore": "out/\n"})


def with_excludes_of_the_branch(root: Path) -> None:
    with_excludes(root)
    write(root.parent, {"other": "[core]\n\texcludesFile =\n"})
    git(root, "config", "includeIf.onbranch:other.path", str(root.parent / "other"))


def with_excludes(root: Path) -> None:
    write(root.parent, {"rules": "out/\n"})
    git(root, "config", "core.excludesFile", "../rules")


FOUND_LATER = {
    "tracked although ignored": Later("build/x.py", str, lambda root: git(root, "add", "-f", "build/x.py")),
    "excluded no more": Later(
        "out/x.py",
        lambda root: write(root, {".git/info/exclude": "out/\n"}),
        lambda root: (root / ".git/info/exclude").write_text(""),
    ),
    "excluded no more by a file above": Later(
        "out/x.py", in_repository_above, lambda root: (root.parent / ".gitignore").unlink()
    ),
    "excluded no more by the configuration": Later(
        "out/x.py", with_excludes, lambda root: git(root, "config", "--unset", "core.excludesFile")
    ),
    "excluded no more by a file that the configuration names": Later(
        "out/x.py", with_excludes, lambda root: (root.parent / "rules").write_text("\n")
    ),
    "excluded no more on another branch": Later(
        "out/x.py", with_excludes_of_the_branch, lambda root: git(root, "symbolic-ref", "HEAD", "refs/heads/other")
    ),
    "no repository of its own any more": Later(
        "sub/in/x.py", lambda root: git(root / "sub", "init", "-q"), lambda root: shutil.rmtree(root / "sub/.git")
    ),
}


@pytest.mark.parametrize("case", FOUND_LATER)
def test_files_that_are_found_later_are_watched(root: Path, tmp_path: Path, case: str) -> None:
    path, before, change = FOUND_LATER[case]
    write(root, {path: "x = 0\n"})
    before(root)
    cookies = tmp_path / "cookies"
    cookies.mkdir()
    watch = Watch(root, cookies)
    watch.forget(watch.changes())
    assert path not in discover(root).files.paths
    (root / path).write_text("x = 1\n")
    assert watch.changes() == frozenset(), "it is not watched before"
    change(root)
    assert path in discover(root).files.paths
    assert watch.changes() is None
    watch.forget(None)
    (root / path).write_text("x = 2\n")
    assert watch.changes() == frozenset((path,))
    watch.close()


def test_tracked_files_below_a_nested_repository_are_watched(root: Path, watch: Watch) -> None:
    write(root, {"tests/unit/t.py": "t = 1\n"})
    git(root, "add", ".")
    git(root / "tests", "init", "-q")
    assert "tests/unit/t.py" in discover(root).files.paths
    watch.forget(watch.changes())
    (root / "tests/unit/t.py").write_text("t = 2\n")
    assert watch.changes() == {"tests/unit/t.py"}


def test_a_folder_that_becomes_a_repository_is_watched(tmp_path: Path) -> None:
    root, cookies = tmp_path / "root", tmp_path / "cookies"
    cookies.mkdir()
    write(root, FILES)
    watch = Watch(root, cookies)
    watch.forget(watch.changes())
    git(root, "init", "-q")
    assert watch.changes() is None
    watch.forget(None)
    write(root, {".git/info/exclude": "a.py\n"})
    assert watch.changes() is None
    watch.forget(None)
    shutil.rmtree(root / ".git")
    git(root, "init", "-q")
    assert watch.changes() is None
    watch.forget(None)
    git(root, "add", ".")
    assert watch.changes() is None
    watch.close()


def test_a_folder_that_is_being_cloned_is_no_repository_yet(root: Path, watch: Watch) -> None:
    write(root, {"src/.git/config": ""})
    assert watch.changes() is None
    watch.forget(None)
    git(root / "src", "init", "-q")
    assert "src/b.py" not in discover(root).files.paths
    assert watch.changes() is None


@pytest.mark.parametrize("mark", ["gitdir: /moved/away/.git/worktrees/src\n", ".git/HEAD"])
def test_what_git_takes_for_no_repository_is_watched(root: Path, watch: Watch, mark: str) -> None:
    write(root, {"src/.git": mark} if "gitdir" in mark else {f"src/{mark}": "ref: refs/heads/x\n"})
    write(root, {"src/lib/c.py": "c = 1\n"})
    assert "src/lib/c.py" in discover(root).files.paths
    watch.forget(watch.changes())
    (root / "src/lib/c.py").write_text("c = 2\n")
    assert watch.changes() == {"src/lib/c.py"}


def test_folders_are_not_watched_anew_for_what_git_does(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew: list[object] = []
    monkeypatch.setattr(Watch, "_watch", lambda self, folders: anew.append(folders))
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    (root / "a.py").write_text("x = 7\n")
    git(root, "status")
    git(root, "stash", "-q")
    assert watch.changes() is None
    assert not anew


def test_files_in_new_folders_are_watched(root: Path, watch: Watch) -> None:
    write(root, {"new/folder/d.py": "z = 4\n"})
    watch.forget(watch.changes())
    (root / "new/folder/e.py").write_text("e = 5\n")
    assert watch.changes() == {"new/folder/e.py"}


def test_a_root_that_was_replaced_is_watched_anew(root: Path, watch: Watch) -> None:
    root.rename(root.with_name("old"))
    shutil.copytree(root.with_name("old"), root)
    assert watch.changes() is None
    watch.forget(None)
    (root / "a.py").write_text("x = 6\n")
    assert watch.changes() == {"a.py"}


def test_ignored_folders_are_not_watched(root: Path, watch: Watch) -> None:
    write(root, {"build/x/y.py": "", "build/z.py": ""})
    watch.forget(watch.changes())
    write(root, {"build/x/y.py": "w = 1\n"})
    assert watch.changes() == frozenset()


def test_a_cookie_that_is_lost_makes_everything_uncertain(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SECONDS_FOR_COOKIE", 0.01)
    monkeypatch.setattr(Watch, "_reports", lambda *_, **__: set())
    assert watch.changes() is None


def test_many_reports_may_not_be_all(root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REPORTS", 3)
    write(root, {f"f{i}.py": "" for i in range(10)})
    assert watch.changes() is None


@pytest.mark.parametrize("kind", ["nfs4", "9p", "drvfs", "fuse.sshfs"])
def test_some_file_systems_are_not_watched(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_file_system", lambda _: kind)
    with pytest.raises(WatchUnavailable, match=kind):
        Watch(tmp_path, tmp_path)


def test_too_few_watches_are_said(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import watchfiles._rust_notify as rust

    def exhausted(*_: object) -> None:
        raise OSError("OS file watch limit reached. about [...]")

    monkeypatch.setattr(rust, "RustNotify", exhausted)
    with pytest.raises(WatchUnavailable, match="max_user_watches"):
        Watch(root, tmp_path).changes()


@pytest.mark.parametrize("is_there_before", [True, False])
@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_names_that_are_not_utf8_end_the_watch(
    root: Path, tmp_path: Path, make: Callable[[Path], None], is_there_before: bool
) -> None:
    odd = root / os.fsdecode(b"odd\xff")
    watch = Watch(root, tmp_path)
    if is_there_before:
        make(odd)
    with pytest.raises(WatchUnavailable, match="UTF-8"):
        watch.changes()
        if not is_there_before:
            make(odd)
        odd.chmod(0o700)
        watch.changes()
    watch.close()


def test_without_watchfiles_it_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(WatchUnavailable, match="watchfiles"):
        Watch(root, root)


PATHS = ["a.py", "src/b.py", "src/c/d.py", "src", "new/e.py", "x.log", "build/f.py", "build/in/h.py", ".gitignore"]
PATHS += [".git/info/exclude", "src/.git", ".ignore", "src/.ignore"]
KINDS = ["write", "remove", "move", "folder", "add", "add -f", "init"]
EDITS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(PATHS)), min_size=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDITS, min_size=1, max_size=5))
def test_whatever_happens_the_files_are_known(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, str]]]
) -> None:
    root, cookies = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("cookies")
    git(root, "init", "-q")
    write(root, FILES)
    watch, files = Watch(root, cookies), KnownFiles(root)
    try:
        for number, edits in enumerate(rounds):
            for kind, path in edits:
                edit(kind, root, root / path, number)
            changes = watch.changes()
            found = files.find(OPTIONS, changes)
            watch.forget(changes)
            assert found == discover(root)
    finally:
        watch.close()


def edit(kind: str, root: Path, place: Path, number: int) -> None:
    try:
        if kind == "write":
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("*.py\n" if number % 2 else f"x = {number}\n")
        elif kind == "remove":
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        elif kind == "move":
            place.rename(place.with_name("moved.py"))
        elif kind == "folder":
            write(place, {"inside/g.py": f"g = {number}\n"})
        elif kind == "init":
            git(place if place.is_dir() else root, "init", "-q")
        elif kind == "add -f":
            git(root, "add", "-f", str(place.relative_to(root)))
        else:
            git(root, "add", "-A")
    except (OSError, subprocess.CalledProcessError):
        pass  # not everything can be done everywhere
