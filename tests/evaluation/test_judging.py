"""Which hits answer a labelled question, and which labels an index can't answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.evaluation.judging import IndexedItem, Labels, ranks
from codesearch.evaluation.questions import LabelledQuestion, RelevantItem
from codesearch.search.hit import Hit

LANGUAGES = {"src/a.py": "Python", "src/b.go": "Go", "src/c.go": "Go", "docs/a.md": "Markdown"}


def hit(path: str, start: int = 1, end: int = 5) -> Hit:
    return Hit(path, start, end, "Python", "function", "f", "f", "", 0.5, "")


def wanted(path: str, start: int = 0, end: int = 0) -> IndexedItem:
    return IndexedItem(RelevantItem(path, start, end), "Python")


@pytest.mark.parametrize(
    ("lines", "is_found"),
    [((0, 0), True), ((1, 9), False), ((1, 10), True), ((12, 13), True), ((20, 30), True), ((21, 30), False)],
)
def test_one_line_in_common_is_enough(lines: tuple[int, int], is_found: bool) -> None:
    assert wanted("a.py", *lines).is_found_by(hit("a.py", 10, 20)) is is_found


def test_a_folder_holds_its_files_alone() -> None:
    assert wanted("src").is_found_by(hit("src/deep/a.py"))
    assert not wanted("src").is_found_by(hit("srcs/a.py"))
    assert wanted(".").is_found_by(hit("a.py"))


def test_an_item_counts_once_at_the_first_hit_that_finds_it() -> None:
    hits = [hit("x.py"), hit("a.py", 1, 3), hit("a.py", 7, 9), hit("b.py")]
    assert ranks(hits, [wanted("a.py"), wanted("a.py", 8, 8), wanted("b.py"), wanted("c.py")]) == (2, 3, 4, 0)


def test_labels_are_found_from_the_root_or_from_the_folder_asked_in(tmp_path: Path) -> None:
    labels = Labels(LANGUAGES, tmp_path, "src")
    (task,), left_out = labels.resolve([LabelledQuestion("q", (RelevantItem("b.go", 3, 4), RelevantItem("docs/a.md")))])
    assert [str(each.item) for each in task.items] == ["src/b.go:3-4", "docs/a.md"]
    assert task.language == "Go"
    assert not left_out.items


def test_a_folders_language_is_its_commonest(tmp_path: Path) -> None:
    (task,), _ = Labels(LANGUAGES, tmp_path).resolve([LabelledQuestion("q", (RelevantItem("src"),))])
    assert task.language == "Go"


def test_what_is_not_searched_is_left_out_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "ignored.py").touch()
    questions = [
        LabelledQuestion("half", (RelevantItem("gone.py", 3, 4), RelevantItem("src/a.py"))),
        LabelledQuestion("none", (RelevantItem("ignored.py"),)),
    ]
    tasks, left_out = Labels(LANGUAGES, tmp_path).resolve(questions)
    assert [(task.question.query, len(task.items)) for task in tasks] == [("half", 1)]
    assert left_out.items == {"gone.py:3-4": "no such file", "ignored.py": "not among the files searched"}
    assert left_out.questions == ("none",)


def test_two_spellings_of_one_item_are_one(tmp_path: Path) -> None:
    question = LabelledQuestion("q", (RelevantItem("a.py"), RelevantItem("src/a.py")))
    (task,), _ = Labels(LANGUAGES, tmp_path, "src").resolve([question])
    assert len(task.items) == 1
