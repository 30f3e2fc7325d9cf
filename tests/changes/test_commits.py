"""Commits that answer a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.training.sources import read_commits as training_commits
from tests.support.command_line import CommandLine
from tests.support.repositories import git, needs_git, write

pytestmark = needs_git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    write(root, {"oven.py": "def heat():\n    return 1\n"})
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "Heat the oven")
    write(root, {"net.py": "def send(request):\n    for attempt in range(3):\n        request.send()\n"})
    git(root, "add", ".")
    git(root, "commit", "-qm", "Send requests again", "-m", "The payment provider drops every tenth connection.")
    (root / "oven.py").write_text("def heat(degrees):\n    return degrees * 2\n")
    git(root, "commit", "-qam", "Take the temperature as an argument")
    git(root, "rm", "-q", "net.py")
    git(root, "commit", "-qm", "Leave sending to the library")
    return root


def test_messages_and_patches_answer(root: Path) -> None:
    with Index.create(root) as index:
        index.update()
        why = index.search_commits("why are requests sent again", 1)[0]
        assert (why.commit.subject, why.commit.paths) == ("Send requests again", ("net.py",))
        assert "payment provider" in why.commit.body
        patch = index.search_commits("degrees", 1)[0]
        assert patch.commit.subject == "Take the temperature as an argument"
        assert patch.lines == ("+def heat(degrees):", "+    return degrees * 2")
        assert len(index.search_commits("degrees", 10, most=2)) <= 2
        scores = [hit.score for hit in index.search_commits("oven temperature", 10)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)


@pytest.mark.parametrize("length", [7, 10, 40])
def test_a_commit_is_found_by_its_id(root: Path, length: int) -> None:
    with Index.create(root) as index:
        index.update()
        for number in git(root, "log", "--format=%H").split():
            for question in (number[:length], f"what does commit {number[:length].upper()} change"):
                hit = index.search_commits(question, 1)[0]
                assert (hit.commit.id, hit.score) == (number, 1)


def test_deleted_files_are_named(root: Path) -> None:
    with Index.create(root) as index:
        index.update()
        hit = index.search_commits("sending is left to the library", 1)[0]
        assert hit.commit.paths == ("net.py",)


def test_a_folder_has_the_commits_that_change_it(root: Path) -> None:
    write(root, {"web/page.py": "def page(): pass\n"})
    git(root, "add", ".")
    git(root, "commit", "-qm", "Add a page")
    with Index.create(root / "web") as index:
        index.update()
        assert [hit.commit.subject for hit in index.search_commits("heat the page")] == ["Add a page"]


def test_drivers_that_the_repository_names_are_not_run(root: Path, tmp_path: Path) -> None:
    write(root, {".gitattributes": "*.py diff=evil\n"})
    for key in ("diff.evil.textconv", "diff.evil.command"):
        git(root, "config", key, f"touch {tmp_path}/ran; cat")
    with Index.create(root) as index:
        index.update()
        assert index.search_commits("oven")
    assert not (tmp_path / "ran").exists()


def test_no_signature_is_verified_by_a_program_of_the_repository(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "gpg"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    script.chmod(0o755)
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "gpg.program", str(script))
    head, _, message = git(root, "cat-file", "commit", "HEAD").partition("\n\n")
    signed = tmp_path / "signed"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    signed.write_text(f"{head}\n{signature}\n\n{message}")
    git(root, "reset", "-q", git(root, "hash-object", "-t", "commit", "-w", str(signed)).strip())
    git(root, "log")
    assert (tmp_path / "ran").exists(), "git by itself runs it"
    (tmp_path / "ran").unlink()
    with Index.create(root) as index:
        index.update()
        assert index.search_commits("oven")
    assert list(training_commits(root, 10))
    assert not (tmp_path / "ran").exists()


def test_a_patch_can_hold_any_character(root: Path) -> None:
    write(root, {".gitattributes": "* diff\n", "odd.py": "x = '\x00 \x01 \x02'\nname = 'marmalade'\n"})
    git(root, "add", ".")
    git(root, "commit", "-qm", "Odd characters")
    with Index.create(root) as index:
        index.update()
        hit = index.search_commits("marmalade", 1)[0]
        assert (hit.commit.subject, hit.lines) == ("Odd characters", ("+name = 'marmalade'",))


def test_all_repositories_are_searched(codesearch: CommandLine, root: Path, tmp_path: Path) -> None:
    other = tmp_path / "garage"
    write(other, {"wheel.py": "def change(): pass\n"})
    git(other, "init", "-q")
    git(other, "add", ".")
    git(other, "commit", "-qm", "Change the wheel")
    run = codesearch("query", "--commits", "heat the oven, change the wheel", str(root), str(other), cwd=tmp_path)
    assert {" ".join(line.split()[2:]) for line in run.out.splitlines()} >= {"Heat the oven", "Change the wheel"}


def test_without_commits_it_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n"})
    with Index.create(tmp_path) as index:
        index.update()
        with pytest.raises(CodesearchError, match="not in a git repository"):
            index.search_commits("x")
        git(tmp_path, "init", "-q")
        with pytest.raises(CodesearchError, match="no commits"):
            index.search_commits("x")


@pytest.mark.slow
def test_the_command(codesearch: CommandLine, root: Path) -> None:
    run = codesearch("query", "--commits", "why are requests sent again", "-n", "1", cwd=root)
    assert run.code == 0
    assert run.out.endswith(" Send requests again\n")
    (record,) = json.loads(
        codesearch("query", "--commits", "payment provider", "-n", "1", "--last", "50", "--json", cwd=root).out
    )
    assert record["subject"] == "Send requests again"
    assert set(record) == {"commit", "date", "author", "subject", "body", "paths", "score", "lines"}
    lines = codesearch("query", "--commits", "oven", "--jsonl", cwd=root).out.splitlines()
    assert json.loads(lines[0])["commit"]
