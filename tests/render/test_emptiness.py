"""An index without files: the reason, and what to do, for `index` and for `query`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine

pytestmark = pytest.mark.slow


def ignored(root: Path) -> None:
    (root / ".gitignore").write_text("*\n", encoding="utf-8")
    (root / "a.py").write_text("x = 1\n", encoding="utf-8")


def vendored(root: Path) -> None:
    (root / "vendor").mkdir()
    (root / "vendor" / "a.py").write_text("x = 1\n", encoding="utf-8")


def not_source(root: Path) -> None:
    (root / "a.png").write_bytes(b"\x89PNG")


def binary(root: Path) -> None:
    (root / "a.py").write_bytes(b"\0\1\2")


def large(root: Path) -> None:
    (root / "a.py").write_text("x = 1\n" * 300_000, encoding="utf-8")


def nothing(root: Path) -> None:
    (root / "sub").mkdir()


@pytest.mark.parametrize(
    ("fill", "why", "way_on"),
    [
        (ignored, "is ignored", "git check-ignore"),
        (vendored, "vendored 1", "--include GLOB"),
        (not_source, "not source 1", "codesearch languages"),
        (binary, "binary 1", ""),
        (large, "too large 1", "--max-file-size"),
        (nothing, "is empty", "codesearch index PATH"),
    ],
)
def test_why_nothing_is_indexed_and_what_to_do(
    fill: Callable[[Path], None], why: str, way_on: str, codesearch: CommandLine, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    fill(root)
    made = codesearch("query", "anything", cwd=root)
    assert (made.code, made.out) == (1, "")
    indexed = codesearch("index", cwd=root)
    assert indexed.code == 0
    for run in (made, indexed):
        assert "nothing to search" in run.err
        assert why in run.err
        assert way_on in run.err
    assert codesearch("index", "-q", cwd=root).err == ""


def test_a_query_of_an_empty_index_says_so(codesearch: CommandLine, tmp_path: Path) -> None:
    codesearch("index", "-q", "--include", "*.py", cwd=tmp_path)
    for arguments in ((), ("--no-refresh",), ("--json",)):
        run = codesearch("query", "anything", *arguments, cwd=tmp_path)
        assert run.code == 1
        assert "is empty" in run.err
        assert "codesearch index" in run.err
    (tmp_path / "a.py").write_text("def anything():\n    return 1\n", encoding="utf-8")
    found = codesearch("query", "anything", cwd=tmp_path)
    assert (found.code, found.err) == (0, "")


def test_globs_that_leave_nothing(codesearch: CommandLine, shop: Path) -> None:
    included = codesearch("index", "--include", "*.nothing", cwd=shop)
    assert "not included" in included.err
    assert "--include '*'" in included.err
    excluded = codesearch("index", "--exclude", "*", cwd=shop)
    assert "excluded" in excluded.err
    assert "--exclude" in excluded.err
    assert codesearch("index", "--include", "*", cwd=shop).err.count("nothing to search") == 0
