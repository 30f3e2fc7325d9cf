"""One hit for identical text, translations of a page and older versions of a definition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.search.hit import Hit

FILES = {
    "docs/guide.md": "# Guide\n\nHow to install the package with pip and configure its retries.\n",
    "docs/de/guide.md": "# Anleitung\n\nWie man das Paket mit pip installiert und Versuche einstellt.\n",
    "docs/zh/guide.md": "# 指南\n\n如何使用 pip 安装软件包并设置重试次数。\n",
    "api/v1/users.py": "def list_users(db):\n    return db.all()\n\n\ndef ban_user(db):\n    db.ban()\n    db.save()\n",
    "api/v2/users.py": "def list_users(db, page):\n    return db.page(page)\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        yield index


def _of(hits: tuple[Hit, ...], ending: str) -> Hit:
    (hit,) = (hit for hit in hits if hit.path.endswith(ending))
    return hit


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("how to install the package with pip", "docs/guide.md"),
        ("wie man das Paket installiert", "docs/de/guide.md"),
        ("如何安装软件包", "docs/zh/guide.md"),
    ],
)
def test_one_page_in_several_languages_is_one_hit_in_the_language_of_the_question(
    index: Index, question: str, shown: str
) -> None:
    hits = index.search(question, 10).hits
    page = _of(hits, "guide.md")
    assert page.path == shown == hits[0].path
    places = {place.path for place in page.copies}
    assert places <= {path for path in FILES if path.endswith("guide.md")} - {shown}


def test_a_definition_is_shown_in_its_newest_version(index: Index) -> None:
    hits = index.search("list_users", 10).hits
    first = hits[0]
    assert (first.path, first.start_line, first.end_line) == ("api/v2/users.py", 1, 2)
    assert [(place.path, place.start_line, place.end_line) for place in first.copies] == [("api/v1/users.py", 1, 2)]


def test_what_only_an_older_version_has_is_found_there(index: Index) -> None:
    assert index.search("ban_user", 10).hits[0].path == "api/v1/users.py"


def test_a_version_that_fits_the_operators_is_not_hidden_by_one_that_does_not(index: Index) -> None:
    hits = index.search("list_users -page", 10).hits
    assert [hit.path for hit in hits if hit.name == "list_users"] == ["api/v1/users.py", "api/v2/users.py"]
    assert [hit.is_beyond for hit in hits if hit.name == "list_users"] == [False, True]
