"""Lines that changed since a revision, and searching only in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.changes.lines import ALL_LINES, changed_lines, resolve_revision
from codesearch.errors import CodesearchError
from codesearch.search.hit import Filters, LineRange
from tests.support.command_line import CommandLine
from tests.support.repositories import git, needs_git, write

pytestmark = needs_git
BREAD = '''def bake_bread(flour):
    """Bake bread of flour."""
    return flour


def slice_bread(loaf):
    """Cut the bread into slices."""
    return loaf
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "bakery"
    write(
        root, {"bread.py": BREAD, "cake.py": "def bake_cake():\n    return 1\n", "sub/tea.py": "def brew_tea(): pass\n"}
    )
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one", "--date", "2020-01-01T12:00:00")
    return root


def lines(root: Path, since: str = "HEAD") -> dict[str, list[tuple[int, int]]]:
    paths = [file.relative_to(root).as_posix() for file in root.rglob("*.py")]
    found = changed_lines(root, resolve_revision(root, since), paths)
    return {path: [(one.start, one.end) for one in ranges] for path, ranges in found.items()}


def test_changes_of_the_work_tree(root: Path) -> None:
    assert lines(root) == {}
    (root / "bread.py").write_text(BREAD.replace("    return loaf", "    print(loaf)\n    return loaf"))
    (root / "new.py").write_text("x = 1\n")
    everything = [(ALL_LINES[0].start, ALL_LINES[0].end)]
    assert lines(root) == {"bread.py": [(8, 8)], "new.py": everything}
    git(root, "add", ".")
    assert lines(root) == {"bread.py": [(8, 8)], "new.py": everything}, "staged changes are not committed"
    git(root, "commit", "-qm", "two")
    assert lines(root) == {}
    assert lines(root, "HEAD~1") == {"bread.py": [(8, 8)], "new.py": everything}


def test_deletions_count_for_the_line_behind_them(root: Path) -> None:
    (root / "bread.py").write_text(BREAD.replace('    """Bake bread of flour."""\n', ""))
    assert lines(root) == {"bread.py": [(2, 2)]}


def test_moved_touched_and_converted_files_are_unchanged(root: Path) -> None:
    (root / "cake.py").rename(root / "pie.py")
    git(root, "add", "-A")
    os.utime(root / "sub/tea.py")
    (root / "bread.py").write_bytes(BREAD.replace("\n", "\r\n").encode())
    assert lines(root) == {}


def test_a_renamed_file_is_compared_with_what_it_was(root: Path) -> None:
    (root / "bread.py").rename(root / "sub/loaf.py")
    (root / "sub/loaf.py").write_text(BREAD.replace("    return loaf", "    print(loaf)\n    return loaf"))
    git(root, "add", "-A")
    assert lines(root) == {"sub/loaf.py": [(8, 8)]}
    assert lines(root / "sub") == {"loaf.py": [(ALL_LINES[0].start, ALL_LINES[0].end)]}, "it came from elsewhere"


GO = "func a() {\n\tx()\n}\n\nfunc b() {\n\ty()\n}\n"
JAVA = "class A {\n    @Override\n    int a() {\n    }\n\n    @Override\n    int b() {\n    }\n}\n"


@pytest.mark.parametrize(
    ("before", "inserted", "at", "expected"),
    [
        (GO, "func c() {\n\tz()\n}\n\n", 4, (5, 8)),
        (GO, "}\n\nfunc c() {\n\tz()\n", 2, (5, 8)),
        (GO, "\nfunc c() {\n\tz()\n}\n", 3, (5, 8)),
        (GO, "\nfunc c() {\n\tz()\n}\n", 7, (8, 11)),
        (JAVA, "    @Override\n    int c() {\n    }\n\n", 5, (6, 9)),
        (JAVA, "    int c() {\n    }\n\n    @Override\n", 6, (6, 9)),
        ("    a\n    b\n", "    a\n", 0, (1, 1)),
    ],
)
def test_an_inserted_function_is_its_own_lines(
    root: Path, before: str, inserted: str, at: int, expected: tuple[int, int]
) -> None:
    (root / "x.py").write_text(before)
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    old = before.splitlines(keepends=True)
    (root / "x.py").write_text("".join([*old[:at], inserted, *old[at:]]))
    assert lines(root) == {"x.py": [expected]}


def test_frequent_lines_are_compared_too(root: Path) -> None:
    old = [f"line {i}" if i % 2 else "" for i in range(600)]
    (root / "x.py").write_text("\n".join(old))
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    new = [line.replace("line 301", "other") for line in old]
    new[101] = "another"
    (root / "x.py").write_text("\n".join(new))
    assert lines(root) == {"x.py": [(102, 102), (302, 302)]}


def test_the_index_may_be_of_a_folder_of_the_repository(root: Path) -> None:
    (root / "sub/tea.py").write_text("def brew_tea():\n    pass\n")
    assert lines(root / "sub") == {"tea.py": [(1, 2)]}


def test_dates(root: Path) -> None:
    git(root, "commit", "-q", "--allow-empty", "-m", "later")
    assert set(lines(root, "1990-01-01")) == {"bread.py", "cake.py", "sub/tea.py"}, "before the first commit is nothing"
    assert lines(root, "1 second ago") == {} or lines(root, "yesterday")


@pytest.mark.parametrize("since", ["nowhere", "--output=x", "HEAD:bread.py", "v9", " "])
def test_what_is_no_revision_is_said(root: Path, since: str) -> None:
    with pytest.raises(CodesearchError, match="there is no revision"):
        resolve_revision(root, since)


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(CodesearchError, match="not in a git repository"):
        resolve_revision(tmp_path, "HEAD")


def test_filters_that_the_repository_names_are_not_run(root: Path, tmp_path: Path) -> None:
    write(root, {".gitattributes": "*.py filter=evil diff=evil\n"})
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command"):
        git(root, "config", key, f"touch {tmp_path}/ran; cat")
    (root / "bread.py").write_text(BREAD + "x = 1\n")
    assert lines(root) == {"bread.py": [(9, 9)]}
    assert not (tmp_path / "ran").exists()


def test_a_long_file_of_equal_lines_is_compared(root: Path) -> None:
    (root / "bread.py").write_text("begin\n" + "x = 1\n" * 20_000 + "end\n")
    git(root, "commit", "-qam", "long")
    (root / "bread.py").write_text("start\n" + "x = 1\n" * 15_000 + "stop\n")
    found = lines(root)["bread.py"]
    assert (found[0][0], found[-1][1]) == (1, 15_002)


TEXT = st.lists(st.sampled_from(["a = 1", "b = 2", "", "def f():", "    return a"]), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TEXT, TEXT)
def test_what_is_not_reported_is_in_the_old_text_in_this_order(root: Path, before: list[str], after: list[str]) -> None:
    (root / "bread.py").write_text("\n".join(["begin", *before]))
    git(root, "commit", "-qam", "before", "--allow-empty")
    (root / "bread.py").write_text("\n".join(["begin", *after]))
    found = changed_lines(root, resolve_revision(root, "HEAD"), ["bread.py"]).get("bread.py", ())
    kept = iter("\n".join(["begin", *before]).split("\n"))
    for number, line in enumerate("\n".join(["begin", *after]).split("\n"), 1):
        if not any(one.start <= number <= one.end for one in found):
            assert line in kept


def test_a_search_finds_only_what_changed(root: Path) -> None:
    (root / "bread.py").write_text(BREAD.replace("    return loaf", "    print(loaf)\n    return loaf"))
    with Index.create(root) as index:
        index.update()
        changed = index.changed_lines("HEAD")
        assert changed == {"bread.py": [LineRange(8, 8)]}
        hits = index.search("bake bread or cake", filters=Filters(lines=changed)).hits
        assert [hit.name for hit in hits] == ["slice_bread"]
        assert not index.search("bread", filters=Filters(lines={})).hits


@pytest.mark.slow
def test_the_command(codesearch: CommandLine, root: Path) -> None:
    (root / "cake.py").write_text("def bake_cake():\n    return 2\n")
    for option in (("--changed",), ("--since", "HEAD"), ("--since", "main")):
        run = codesearch("query", "bake", *option, "--format", "{name}", cwd=root)
        assert (run.code, run.out) == (0, "bake_cake\n")
    git(root, "commit", "-qam", "two")
    run = codesearch("query", "bake", "--changed", cwd=root)
    assert (run.code, run.err) == (1, "codesearch: nothing that changed since HEAD matches\n")
    wrong = codesearch("query", "bake", "--since", "v9", cwd=root)
    assert (wrong.code, wrong.err.splitlines()[0]) == (2, "codesearch: there is no revision 'v9'")
    both = codesearch("query", "bake", "--since", "v9", "--changed", cwd=root)
    assert "cannot be used together" in both.err
