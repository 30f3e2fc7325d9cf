"""Repositories named by URL."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codesearch import clones
from codesearch.caller import Caller, called_by
from codesearch.cli import run
from codesearch.clones import RemoteRepository, clones_folder, fetch, parse_url
from codesearch.errors import CodesearchError
from codesearch.workspace import Indexes
from tests.support.repositories import git, needs_git, write

URL = "https://example.org/acme/oven.git"


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        ("https://github.com/pallets/flask", RemoteRepository("https://github.com/pallets/flask")),
        ("https://github.com/pallets/flask@3.1.0", RemoteRepository("https://github.com/pallets/flask", "3.1.0")),
        ("https://me@host.org/x.git@feature/a", RemoteRepository("https://me@host.org/x.git", "feature/a")),
        ("git@github.com:pallets/flask.git", RemoteRepository("git@github.com:pallets/flask.git")),
        ("git@github.com:pallets/flask.git@v1", RemoteRepository("git@github.com:pallets/flask.git", "v1")),
        ("ssh://git@host:22/x", RemoteRepository("ssh://git@host:22/x")),
        ("../flask", None),
        ("/src/a@b", None),
        ("ext::sh -c touch% x", None),
        ("file:///etc", None),
        ("https://host/x@--upload-pack=touch", None),
        ("--upload-pack=x@host:y", None),
        ("https://host/a b", None),
    ],
)
def test_urls(text: str, repository: RemoteRepository | None) -> None:
    assert parse_url(text) == repository


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits, to which the URL leads; a cache and a home of the test's own."""
    origin, home = tmp_path / "origin", tmp_path / "home"
    write(origin, {"oven.py": "def heat_oven():\n    return 1\n"})
    git(origin, "init", "-q", "-b", "main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "one")
    git(origin, "tag", "v1")
    write(origin, {"oven.py": "def clean_oven():\n    return 2\n"})
    git(origin, "commit", "-qam", "two")
    write(home, {".gitconfig": f'[url "{origin.as_uri()}"]\n\tinsteadOf = {URL}\n'})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(clones, "PROTOCOLS", (*clones.PROTOCOLS, "file"))
    return origin


def content(folder: Path) -> str:
    return (folder / "oven.py").read_text(encoding="utf-8")


@needs_git
def test_revisions(origin: Path) -> None:
    commit = git(origin, "rev-parse", "v1").strip()
    for revision, function in (("", "clean_oven"), ("v1", "heat_oven"), ("main", "clean_oven"), (commit, "heat_oven")):
        folder = fetch(RemoteRepository(URL, revision))
        assert function in content(folder)
        assert folder.parent == clones_folder()
        assert git(folder, "rev-list", "--count", "HEAD").strip() == "1", "only the commit itself is fetched"


@needs_git
def test_a_branch_is_fetched_again_after_a_day(origin: Path) -> None:
    folder = fetch(RemoteRepository(URL))
    write(origin, {"oven.py": "def sell_oven():\n    return 3\n"})
    git(origin, "commit", "-qam", "three")
    assert "clean_oven" in content(fetch(RemoteRepository(URL)))
    yesterday = time.time() - clones.MAX_AGE_SECONDS - 1
    os.utime(folder / ".git" / "codesearch-fetched", (yesterday, yesterday))
    assert "clean_oven" in content(fetch(RemoteRepository(URL), refresh=False))
    assert "sell_oven" in content(fetch(RemoteRepository(URL)))


@needs_git
def test_a_clone_outlives_its_origin(origin: Path) -> None:
    folder = fetch(RemoteRepository(URL))
    origin.rename(origin.with_name("gone"))
    yesterday = time.time() - clones.MAX_AGE_SECONDS - 1
    os.utime(folder / ".git" / "codesearch-fetched", (yesterday, yesterday))
    assert "clean_oven" in content(fetch(RemoteRepository(URL)))


@needs_git
@pytest.mark.parametrize(
    ("spoil", "revision", "reason"),
    [
        (lambda origin: None, "nowhere", "couldn't find remote ref nowhere"),
        (lambda origin: origin.rename(origin.with_name("gone")), "", "does not appear to be a git repository"),
    ],
)
def test_what_can_not_be_cloned_is_said_and_leaves_nothing(
    origin: Path, spoil: Callable[[Path], object], revision: str, reason: str
) -> None:
    spoil(origin)
    with pytest.raises(CodesearchError, match=reason):
        fetch(RemoteRepository(URL, revision))
    assert not [path for path in clones_folder().iterdir() if path.is_dir()]


@needs_git
def test_other_protocols_are_refused(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "PROTOCOLS", ("https", "ssh"))
    with pytest.raises(CodesearchError, match="transport 'file' not allowed"):
        fetch(RemoteRepository(URL))


@needs_git
def test_a_clone_that_is_too_large_is_given_up(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clones, "MAX_CLONE_SIZE", 1)
    monkeypatch.setattr(clones, "_SECONDS_BETWEEN_CHECKS", 0.000001)
    with pytest.raises(CodesearchError, match="is larger than"):
        fetch(RemoteRepository(URL))


@needs_git
def test_hooks_and_submodules_are_left_alone(origin: Path, tmp_path: Path) -> None:
    write(tmp_path / "template/hooks", {"post-checkout": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    (tmp_path / "template/hooks/post-checkout").chmod(0o755)
    config = tmp_path / "home/.gitconfig"
    config.write_text(config.read_text() + f"[init]\n\ttemplateDir = {tmp_path}/template\n")
    write(origin, {".gitmodules": f'[submodule "s"]\n\tpath = s\n\turl = {origin.as_uri()}\n'})
    git(origin, "add", ".")
    git(origin, "update-index", "--add", "--cacheinfo", f"160000,{git(origin, 'rev-parse', 'v1').strip()},s")
    git(origin, "commit", "-qm", "a submodule")
    folder = fetch(RemoteRepository(URL))
    assert not (tmp_path / "ran").exists()
    assert not list((folder / "s").iterdir())


@needs_git
def test_a_query_in_several_places(origin: Path, tmp_path: Path) -> None:
    write(tmp_path / "local", {"bread.py": "def bake_bread():\n    return 4\n"})
    git(tmp_path / "local", "init", "-q")

    def query(*arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with called_by(Caller(out, err, {}, tmp_path, Indexes())):
            code = run(["query", *arguments, "--format", "{name}"])
        return code, out.getvalue(), err.getvalue()

    code, out, _ = query("bake or clean", "--in", "local", "--in", URL)
    assert (code, set(out.split())) == (0, {"bake_bread", "clean_oven"})
    assert query("heat_oven", "--in", f"{URL}@v1", "-n", "1")[:2] == (0, "heat_oven\n")
    assert query("bake", "--in", "local")[1] == "bake_bread\n"
    code, _, err = query("bake", "--in", "svn://example.org/x")
    assert (code, "is not a URL that can be cloned" in err) == (2, True)
    code, _, err = query("bake", "--in", f"{URL}@nowhere")
    assert (code, err) == (2, f"codesearch: {URL}@nowhere can't be cloned: couldn't find remote ref nowhere\n")
