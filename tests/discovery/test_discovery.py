"""Which files belong: git's answer, the walker's, our own rules, and what a file system can hold."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.discovery.discover import discover
from codesearch.discovery.git import list_files, list_outside
from codesearch.discovery.listing import walked_files
from codesearch.discovery.options import DiscoveryOptions
from codesearch.errors import CodesearchError
from tests.support.places import ROOT
from tests.support.repositories import git, needs_git, write

POSIX = sys.platform != "win32"


def paths(root: Path, **options: object) -> list[str]:
    found = discover(root, DiscoveryOptions(**options)).files  # type: ignore[arg-type]
    return [file.path for file in found]


SOURCES = {"a.py": "x = 1\n", "src/b.py": "y = 2\n", "src/deep/c.go": "package c\n", "build/out.py": "z = 3\n"}


@pytest.mark.parametrize("in_git", [False, pytest.param(True, marks=needs_git)])
def test_ignore_files_of_every_folder_hold(tmp_path: Path, in_git: bool) -> None:
    write(tmp_path, SOURCES)
    write(tmp_path, {".gitignore": "build/\n", "src/.gitignore": "*.go\n!deep/c.go\n", "src/deep/d.go": "package d\n"})
    if in_git:
        git(tmp_path, "init", "-q")
    assert paths(tmp_path) == ["a.py", "src/b.py", "src/deep/c.go"]


@pytest.mark.parametrize("in_git", [False, pytest.param(True, marks=needs_git)])
@pytest.mark.parametrize("name", [".ignore", ".codesearchignore"])
def test_own_ignore_files_take_out_more(tmp_path: Path, in_git: bool, name: str) -> None:
    write(tmp_path, {**SOURCES, name: "/src/b.py\nbuild\n"})
    if in_git:
        git(tmp_path, "init", "-q")
    assert paths(tmp_path) == ["a.py", "src/deep/c.go"]


@needs_git
@pytest.mark.parametrize("place", ["src", "src/deep", "only"])
def test_own_ignore_files_hold_where_git_ignores_them(tmp_path: Path, place: str) -> None:
    write(tmp_path, {**SOURCES, "only/in/d.go": "package d\n"})
    git(tmp_path, "init", "-q")
    before = paths(tmp_path)
    write(tmp_path, {".gitignore": ".ignore\n", f"{place}/.ignore": "*.go\n"})
    assert paths(tmp_path) == [path for path in before if not (path.startswith(place) and path.endswith(".go"))]


def test_a_folder_may_have_the_name_of_an_ignore_file(tmp_path: Path) -> None:
    write(tmp_path, {**SOURCES, ".ignore/e.py": "e = 1\n"})
    assert ".ignore/e.py" in paths(tmp_path)
    assert "src/b.py" in paths(tmp_path)


@needs_git
def test_a_subfolder_keeps_the_rules_above_it(tmp_path: Path) -> None:
    write(tmp_path, {**SOURCES, ".gitignore": "c.go\n"})
    git(tmp_path, "init", "-q")
    assert paths(tmp_path / "src") == ["b.py"]


@needs_git
def test_exclude_file_and_tracked_but_ignored_and_deleted_files(tmp_path: Path) -> None:
    write(tmp_path, SOURCES)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "build/out.py", "a.py")
    (tmp_path / ".git/info/exclude").write_text("build/\nsrc/b.py\n", encoding="utf-8")
    (tmp_path / "a.py").unlink()
    found = discover(tmp_path)
    assert [file.path for file in found.files] == ["build/out.py", "src/deep/c.go"]


@needs_git
def test_a_repository_inside_is_not_indexed_with_this_one(tmp_path: Path) -> None:
    write(tmp_path, {**SOURCES, "inner/x.py": "x = 1\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path / "inner", "init", "-q")
    found = discover(tmp_path)
    assert "inner/x.py" not in [file.path for file in found.files]
    assert found.skipped["nested repository"] == 1


@needs_git
def test_the_repositorys_own_configuration_runs_nothing(tmp_path: Path) -> None:
    write(tmp_path, SOURCES)
    git(tmp_path, "init", "-q")
    trap = tmp_path.parent / "trapped"
    git(tmp_path, "config", "core.fsmonitor", f"touch {trap}")
    discover(tmp_path)
    assert not trap.exists()


names = st.sampled_from(
    ["a.py", "b.py", "lib.go", "x.c", "dir/a.py", "dir/sub/b.py", "dir/x.c", "other/lib.go", "other/dir/a.py"]
)
rules = st.sampled_from(
    [
        "*.py",
        "!a.py",
        "/dir",
        "dir/",
        "sub/",
        "**/b.py",
        "/*.c",
        "!dir/sub/b.py",
        "other/*",
        "!other/dir",
        "x.?",
        "[ab].py",
    ]
)


@needs_git
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.sets(names, min_size=1), top=st.lists(rules, max_size=4), inner=st.lists(rules, max_size=3))
def test_walker_and_git_agree(
    tmp_path_factory: pytest.TempPathFactory, files: set[str], top: list[str], inner: list[str]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    write(root, dict.fromkeys(files, "x\n"))
    write(root, {".gitignore": "\n".join(top) + "\n", "dir/.gitignore": "\n".join(inner) + "\n"})
    walked = sorted(walked_files(root))
    listed = sorted(list_outside(root, at_least=0) or ())
    outside = paths(root)
    git(root, "init", "-q")
    assert walked == listed == sorted(list_files(root) or ())
    assert outside == paths(root)


@needs_git
def test_rules_above_a_folder_hold_however_large_it_is(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "a.py\n", "inner/a.py": "x\n", "inner/b.py": "x\n"})
    assert list_outside(tmp_path / "inner", at_least=0) is None
    assert paths(tmp_path / "inner") == ["b.py"]


@needs_git
def test_repositories_below_a_folder_that_is_none_are_indexed(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n", "inner/.gitignore": "c.py\n", "inner/b.py": "x\n", "inner/c.py": "x\n"})
    git(tmp_path / "inner", "init", "-q")
    assert paths(tmp_path) == ["a.py", "inner/b.py"]


def test_defaults_and_what_overrides_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.py": "x\n", "node_modules/m/i.js": "x\n", "vendor/v.go": "x\n", "app.min.js": "x\n", "data.json": "{}\n"},
    )
    found = discover(tmp_path)
    assert [file.path for file in found.files] == ["a.py"]
    assert found.skipped == {"vendored": 2, "minified": 1, "not source": 1}
    assert paths(tmp_path, include=("vendor/**", "*.min.js")) == ["app.min.js", "vendor/v.go"]
    assert paths(tmp_path, include=("*.py",), exclude=("a.*",)) == []


def test_large_empty_and_odd_files(tmp_path: Path) -> None:
    write(tmp_path, {"big.py": "x = 1\n" * 100, "empty.py": "", "with space.py": "x\n", "-dash.py": "x\n"})
    found = discover(tmp_path, DiscoveryOptions(max_file_size=100))
    assert [file.path for file in found.files] == ["-dash.py", "with space.py"]
    assert found.skipped == {"too large": 1, "empty": 1}


@pytest.mark.skipif(not POSIX, reason="links and pipes of POSIX")
def test_links_lead_nowhere_and_pipes_do_not_block(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    write(root, {"a.py": "x\n"})
    write(outside, {"secret.py": "x\n"})
    (root / "out").symlink_to(outside)
    (root / "out.py").symlink_to(outside / "secret.py")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.py")
    found = discover(root)
    assert [file.path for file in found.files] == ["a.py"]
    assert found.skipped["not a regular file"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes any bytes for a name")
@pytest.mark.parametrize("in_git", [False, pytest.param(True, marks=needs_git)])
def test_names_that_are_no_utf8_are_counted(tmp_path: Path, in_git: bool) -> None:
    write(tmp_path, {"a.py": "x\n", "new\nline.py": "x\n"})
    (tmp_path / os.fsdecode(b"bad\xff.py")).write_text("x\n", encoding="utf-8")
    if in_git:
        git(tmp_path, "init", "-q")
    found = discover(tmp_path)
    assert [file.path for file in found.files] == ["a.py", "new\nline.py"]
    assert found.skipped == {"undecodable name": 1}


def test_roots_that_are_no_folders(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n"})
    with pytest.raises(CodesearchError, match="does not exist"):
        discover(tmp_path / "nowhere")
    with pytest.raises(CodesearchError, match="is a file"):
        discover(tmp_path / "a.py")


@needs_git
@pytest.mark.skipif(not POSIX, reason="links of POSIX")
def test_a_tracked_folder_that_became_a_link_leads_nowhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"a.py": "x\n", "gone.py": "x\n", "sub/deep/b.py": "x\n"})
    git(root, "init", "-q")
    git(root, "add", ".")
    (root / "gone.py").unlink()
    (root / "sub").rename(tmp_path / "outside")
    (root / "sub").symlink_to(tmp_path / "outside")
    found = discover(root)
    assert [file.path for file in found.files] == ["a.py"]
    assert found.skipped == {"symbolic link": 1}, "what is deleted or behind the link is not there, so not counted"


@needs_git
@pytest.mark.parametrize("folder", [".", "codesearch"])
def test_walker_and_git_agree_on_this_checkout(folder: str) -> None:
    root = ROOT / folder
    listed = list_files(root)
    if not listed:
        pytest.skip("not a checkout")
    tracked_but_ignored = set(git(root, "ls-files", "--cached", "--ignored", "--exclude-standard").splitlines())
    present = {path for path in listed if (root / path).is_file()}
    assert set(walked_files(root)) - tracked_but_ignored == present - tracked_but_ignored


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize("name", [".ignore", "deep/.codesearchignore", "deep/.gitignore"])
@pytest.mark.parametrize("in_git", [False, pytest.param(True, marks=needs_git)])
def test_ignore_files_that_lead_elsewhere_are_not_read(tmp_path: Path, name: str, in_git: bool) -> None:
    write(tmp_path, {"a.py": "x\n", "deep/b.py": "y\n"})
    (tmp_path / name).symlink_to("/dev/zero")
    if in_git:
        git(tmp_path, "init", "-q")
    if in_git and name.endswith(".gitignore"):  # git does not follow it, and nobody else reads it
        assert [file.path for file in discover(tmp_path).files] == ["a.py", "deep/b.py"]
        return
    with pytest.raises(CodesearchError, match="not a regular file of at most 1 MB"):
        discover(tmp_path)


@needs_git
def test_a_path_of_a_thousand_folders_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"100644,{'0' * 39}1,{'a/' * 1200}x.py")
    assert [file.path for file in discover(tmp_path).files] == ["a.py"]
