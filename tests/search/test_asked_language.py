"""When the name of a language is a wish, and when it is what the question is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.search.asked_language import read_question

CHUNKS = {"Python": 60, "Go": 20, "C++": 10, "Scala": 5}


@pytest.mark.parametrize(
    ("asked", "text", "language"),
    [
        ("split a list in python", "split a list", "Python"),
        ("how to update a figure in Python to show changes?", "how to update a figure to show changes?", "Python"),
        ("python split iterable into batches", "split iterable into batches", "Python"),
        ("decode object to bytes python", "decode object to bytes", "Python"),
        ("delete empty elements in list python3", "delete empty elements in list", "Python"),
        ("read a file line by line in golang", "read a file line by line", "Go"),
        ("parse a string in C++", "parse a string", "C++"),
    ],
)
def test_a_wish(asked: str, text: str, language: str) -> None:
    question = read_question(asked, lambda: CHUNKS)
    assert (question.text, question.language) == (text, language)
    assert language.lower() not in question.terms


@pytest.mark.parametrize(
    "asked",
    [
        "how Encoder converts Scala values to JSON",
        "python 3.8 grammar",
        "match statements in python 3.10",
        "python packaging",
        "python",
        "golang build tags are parsed",  # most of the index is in another language
        "split a list in ruby",  # not in the index
        "where does it go",
        "python-requests is vendored",
    ],
)
def test_a_topic(asked: str) -> None:
    question = read_question(asked, lambda: CHUNKS)
    assert (question.text, question.language) == (asked, "")


def test_files_in_the_language_come_first(tmp_path: Path) -> None:
    (tmp_path / "tree.py").write_text("def reverse_text(text):\n    return text[::-1]\n")
    (tmp_path / "tree.rb").write_text("def reverse_text(text)\n  text.reverse\nend\n")
    with Index.create(tmp_path) as index:
        index.update()
        for language, name in (("Python", "tree.py"), ("Ruby", "tree.rb")):
            assert index.search(f"reverse a text in {language}").hits[0].path == name
