"""The text of files that are kept between searches."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search import snippets
from codesearch.search.hit import Hit
from codesearch.search.snippets import File, Snippets, best_line, with_own_lines


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


@given(st.text("aä漢\n", max_size=20), st.integers(1, 12), st.integers(0, 12))
def test_any_range_of_lines(text: str, first: int, more: int) -> None:
    lines = text.split("\n") if text else []
    assert list(File(None, b"", text, text).lines(first, first + more)) == lines[first - 1 : first + more]


@given(
    st.lists(st.text("abAÄ ", max_size=6), max_size=9),
    st.dictionaries(st.text("abä", min_size=1, max_size=2), st.integers(-1, 3).map(float), max_size=4),
)
def test_the_best_line_is_the_first_with_the_most_weight(lines: list[str], weights: dict[str, float]) -> None:
    def weight(line: str) -> float:
        return sum(weight for term, weight in weights.items() if weight > 0 and term in line.lower())

    best = best_line(lines, 5, weights)
    assert best == 5 + (max(range(len(lines)), key=lambda i: (weight(lines[i]), -i)) if lines else 0)


def hit(start_line: int, snippet: str, best: int, path: str = "a.py") -> Hit:
    end_line = start_line + snippet.count("\n")
    return Hit(path, start_line, end_line, "Python", "", "", "", "", 1.0, snippet, best_line=best)


def test_a_type_and_its_method_show_different_lines() -> None:
    parser = hit(1, "class Reader:\n    flag = 1\n\n    def parse(self):\n        parse the flag", 5)
    method = hit(4, "    def parse(self):\n        parse the flag", 5)
    weights = {"flag": 1.0, "parse": 2.0}
    assert [one.best_line for one in with_own_lines([method, parser], weights)] == [5, 4]
    assert [one.best_line for one in with_own_lines([parser, method], weights)] == [5, 4]
    assert [one.best_line for one in with_own_lines([parser, replace(method, path="b.py")], weights)] == [5, 5]
    assert [one.best_line for one in with_own_lines([parser, hit(1, "class Parser:", 1), parser], {})] == [5, 1, 2]
    one_line = hit(3, "x = 1", 3)
    assert with_own_lines([one_line, one_line], weights) == (one_line, one_line)


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
