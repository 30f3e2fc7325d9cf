"""Folders and files by size."""

from __future__ import annotations

from codesearch.page.tree import MAX_LEVELS, tree


def test_folders_have_the_sizes_of_what_is_in_them_and_the_largest_comes_first() -> None:
    found = tree({"a.py": 10, "src/b.py": 30, "src/net/c.py": 60})
    assert (found["size"], found["files"]) == (100, 3)
    src, a = found["children"]
    assert (src["name"], src["path"], src["size"], src["files"]) == ("src", "src", 90, 2)
    assert [child["path"] for child in src["children"]] == ["src/net", "src/b.py"]
    assert (a["path"], a["size"], a["children"]) == ("a.py", 10, [])


def test_a_folder_that_only_holds_another_is_one_with_it() -> None:
    found = tree({"src/main/java/A.java": 1, "src/main/java/B.java": 1, "README": 1})
    assert [(child["name"], child["path"]) for child in found["children"]] == [
        ("src/main/java", "src/main/java"),
        ("README", "README"),
    ]


def test_what_is_too_small_to_be_seen_is_left_out_and_counted() -> None:
    found = tree({"large.py": 10_000, "small.py": 1, "few/small.py": 1})
    assert [child["path"] for child in found["children"]] == ["large.py"]
    assert (found["size"], found["files"]) == (10_002, 3)


def test_no_files_are_an_empty_folder() -> None:
    assert tree({}) == {"name": "", "path": "", "size": 0, "files": 0, "children": []}


def test_very_deep_folders_end_at_the_last_level_shown() -> None:
    paths = ["a/" * depth + "one.py" for depth in range(1, 1500)]
    found = tree(dict.fromkeys(paths, 100))
    assert (found["size"], found["files"]) == (149_900, 1499)
    levels = 0
    while folders := [child for child in found["children"] if child["name"] == "a"]:
        (found,) = folders
        levels += 1
    assert levels == MAX_LEVELS
    assert found["files"] == 1499 - MAX_LEVELS
