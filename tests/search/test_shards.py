"""Several indexes answer as one index that holds all their files: in the same order, with the same scores."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.search.asked_language import read_question
from codesearch.search.hit import Filters, Hit
from codesearch.search.local import LocalReader
from codesearch.search.searcher import SearchedIndex, collect, question_vectors, search
from codesearch.search.snippets import Snippets
from tests.support.places import PACKAGE

QUESTIONS = (
    "how is a question parsed",
    "where are vectors quantised",
    "Snapshot",
    "Snapshot.nearest",
    "what happens to files that are deleted while an update runs",
    "rank",
    "open",
    "read -text",
    '"raises IndexDamaged" where a row is wrong',
    "search/rank.py",
    "__init__.py",
    "Store.py",
    "search/rank.py:60: error: unused",
    "in a/search/__init__.py:1, called by hit.py:20",
)
FILTERS = (Filters(), Filters(kinds=("function", "method")), Filters(names=("read*",)), Filters(paths=("index/**",)))


def _copied(paths: Sequence[str], folder: Path) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / path, folder / path)


def _index(folder: Path, kept: Sequence[str], deleted: Sequence[str]) -> Index:
    """An index of some files that has held others, too."""
    folder.mkdir()
    _copied([*kept, *deleted], folder)
    index = Index.create(folder)
    index.update()
    if deleted:
        for path in deleted:
            (folder / path).unlink()
        index.update()
    return index


@pytest.fixture(scope="module")
def paths() -> list[str]:
    files = [file for folder in ("index", "search", "render") for file in (PACKAGE / folder).glob("*.py")]
    return sorted(file.relative_to(PACKAGE).as_posix() for file in files)


@pytest.fixture(scope="module")
def whole(paths: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with _index(tmp_path_factory.mktemp("whole") / "files", paths, ()) as index:
        yield index


def _ask(indexes: Sequence[Index], question: str, filters: Filters) -> list[Hit]:
    searched = [
        SearchedIndex(LocalReader(index.snapshot(), Snippets(index.root)), index.encoder, filters) for index in indexes
    ]
    return [*search(searched, question, 10, explained=True).hits]


def _shown(hits: Sequence[Hit]) -> list[tuple[object, ...]]:
    return [
        (hit.path, hit.start_line, hit.end_line, hit.name, hit.score, hit.also, hit.is_beyond, hit.signals)
        for hit in hits
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shards", "seed", "has_deletions"), [(2, 1, False), (5, 2, True), (16, 3, False), (9, 4, True)]
)
def test_shards_answer_as_one_index(
    whole: Index, paths: list[str], tmp_path: Path, shards: int, seed: int, has_deletions: bool
) -> None:
    chance = random.Random(seed)
    held: list[list[str]] = [[] for _ in range(shards)]
    for path in paths:
        chance.choice(held).append(path)
    indexes = []
    for number, kept in enumerate(held):
        others = [path for path in paths if path not in kept]
        deleted = chance.sample(others, 3) if has_deletions else []
        indexes.append(_index(tmp_path / str(number), kept, deleted))
    for question in QUESTIONS:
        for filters in FILTERS:
            expected = _ask([whole], question, filters)
            assert _shown(_ask(indexes, question, filters)) == _shown(expected)
    for index in indexes:
        index.close()


def test_candidates_have_one_layout_wherever_they_are_from(whole: Index, paths: list[str], tmp_path: Path) -> None:
    indexes = [_index(tmp_path / str(number), paths[number::2], ()) for number in range(2)]
    for of in ([whole], indexes):
        searched = [SearchedIndex(LocalReader(i.snapshot(), Snippets(i.root)), i.encoder, Filters()) for i in of]
        question = read_question("how are the rows of a question's candidates ranked", dict)
        found = collect(searched, question, question_vectors(searched, question))
        assert len(found.term_weights) > 1
        assert found.by_term.flags.c_contiguous
        assert found.file_by_term.flags.c_contiguous
    for index in indexes:
        index.close()


def test_a_hit_names_the_index_that_it_is_of(tmp_path: Path) -> None:
    indexes = [_index(tmp_path / "a", ["search/rank.py"], ()), _index(tmp_path / "b", ["search/roles.py"], ())]
    hits = _ask(indexes, "rank candidates by the role of a file", Filters())
    assert {(hit.index, hit.path) for hit in hits} == {(0, "search/rank.py"), (1, "search/roles.py")}
    for index in indexes:
        index.close()


def test_the_same_path_in_two_indexes_is_two_files(tmp_path: Path) -> None:
    indexes = []
    for name in ("a", "b"):
        (tmp_path / name / "src").mkdir(parents=True)
        text = f"def open_{name}(door):\n    return door.open({name!r})\n"
        (tmp_path / name / "src" / "door.py").write_text(text, encoding="utf-8")
        indexes.append(Index.create(tmp_path / name))
        indexes[-1].update()
    hits = _ask(indexes, "open the door", Filters())
    assert {(hit.index, hit.name) for hit in hits} == {(0, "open_a"), (1, "open_b")}
    for index in indexes:
        index.close()
