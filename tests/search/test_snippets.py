"""The text of files that are kept between searches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codesearch.search import snippets
from codesearch.search.snippets import Snippets


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.write_text(text, encoding="utf-8")
    past = file.stat().st_mtime - 3600
    os.utime(file, (past, past))


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "one\r\ntwo\nthree")
    file = Snippets(tmp_path).file("a.py")
    assert file.lines(1, 2) == ["one", "two"]
    assert file.lines(2, 99) == ["two", "three"]
    assert not list(file.lines(4, 9))
    assert not list(Snippets(tmp_path).file("gone.py").lines(1, 9))


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "old")
    kept = Snippets(tmp_path)
    assert kept.file("a.py").text == "old"
    write(tmp_path, "a.py", "new")
    assert kept.file("a.py").text == "new"


def test_the_files_used_last_are_kept_within_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snippets, "CACHED_CHARACTERS", 250)
    read: list[str] = []
    really_read = snippets.read_source
    monkeypatch.setattr(
        snippets, "read_source", lambda root, path, *a, **k: (read.append(path), really_read(root, path, *a, **k))[1]
    )
    monkeypatch.setattr(snippets.Stamp, "read_at", lambda self, now: self)  # as if the files were old
    for path in "abc":
        write(tmp_path, path, path * 100)
    kept = Snippets(tmp_path)
    for path in "abaca":  # b is dropped for c, since a was used after it
        assert kept.file(path).text == path * 100
    assert read == ["a", "b", "c"]
    assert kept.file("b").text == "b" * 100
    assert read == ["a", "b", "c", "b"]
