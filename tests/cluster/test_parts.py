"""Parts of a large source."""

from __future__ import annotations

from codesearch.cluster.parts import divided
from codesearch.discovery.stamp import Stamp
from codesearch.discovery.tree import FoundFile


def _files(*paths: str) -> list[FoundFile]:
    return [FoundFile(path, Stamp(10, 0)) for path in sorted(paths)]


def test_folders_are_not_divided() -> None:
    files = _files("a/1", "a/2", "a/3", "b/1", "c/d/1", "c/d/2", "c/e/1", "z")
    parts = divided(files, 30)
    assert [[file.path for file in part] for part in parts] == [
        ["a/1", "a/2", "a/3"],
        ["b/1", "c/d/1", "c/d/2"],
        ["c/e/1", "z"],
    ]


def test_a_small_source_and_an_empty_one_have_one_part() -> None:
    files = _files("a/1", "b/1")
    assert divided(files, 1_000) == [tuple(files)]
    assert divided([], 1_000) == [()]


def test_a_folder_larger_than_a_part_is_a_part() -> None:
    files = _files("a/1", "b/1", "b/2", "b/3", "c/1")
    assert [len(part) for part in divided(files, 10)] == [1, 3, 1]
