"""Outlines of files, and maps of folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.navigation.outline import FileOutline, OutlinedDefinition
from codesearch.render.budget import tokens
from codesearch.render.outline import outline_lines
from tests.support.command_line import CommandLine
from tests.support.repositories import write

FILES = {
    "src/store.py": '''"""Keeps parcels."""

LIMIT = 10


class ParcelStore:
    """Parcels by number."""

    def open_store(self, path):
        def check(part):
            return part

        return check(path)

    def name(self):
        return "store"
''',
    "src/web.py": '''from store import ParcelStore


def show_parcels(path):
    """Show the parcels by name."""
    return ParcelStore().open_store(path)


def count_parcels(path):
    """The name of the parcels counts."""
    return len(ParcelStore().open_store(path))
''',
    "tests/test_store.py": """from store import ParcelStore


def test_open_store():
    assert ParcelStore().open_store("name")


def helper_of_tests():
    return ParcelStore().name()
""",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    write(tmp_path, FILES)
    with Index.create(tmp_path) as made:
        made.update()
        yield made


def test_a_file_has_its_definitions_in_order_and_how_deep_they_lie(index: Index) -> None:
    (outline,) = index.outline("src/store.py")
    assert (outline.path, outline.language) == ("src/store.py", "Python")
    assert [(d.depth, d.kind, d.name, d.start_line) for d in outline.definitions] == [
        (0, "variable", "LIMIT", 3),
        (0, "class", "ParcelStore", 6),
        (1, "method", "open_store", 9),
        (2, "function", "check", 10),
        (1, "method", "name", 15),
    ]


def test_a_map_has_the_most_used_definitions_first_and_tests_last(index: Index) -> None:
    paths = [outline.path for outline in index.outline()]
    assert paths[0] == "src/store.py"
    assert paths.index("tests/test_store.py") == len(paths) - 1
    names = [definition.name for definition in index.outline()[0].definitions]
    assert "ParcelStore" in names
    assert "LIMIT" not in names, "data is no landmark"
    assert [outline.path for outline in index.outline("src")] == ["src/store.py", "src/web.py"]


def test_references_are_the_other_chunks_with_the_name(index: Index) -> None:
    (outline,) = index.outline("src/store.py")
    references = {definition.name: definition.references for definition in outline.definitions}
    assert references["open_store"] >= 3
    assert references["LIMIT"] == 0


def test_what_is_not_indexed_is_said(index: Index) -> None:
    with pytest.raises(CodesearchError, match=r"nowhere\.py is not indexed"):
        index.outline("nowhere.py")


def test_changes_are_seen_after_an_update(index: Index) -> None:
    (index.root / "src/web.py").unlink()
    index.update()
    assert [outline.path for outline in index.outline("src")] == ["src/store.py"]


def definition(name: str) -> OutlinedDefinition:
    return OutlinedDefinition("type", name, name, name, 1, 2, depth=0, references=0)


NAMES = st.text("abcdefgh", min_size=1, max_size=30)
OUTLINES = st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=8)), max_size=6)


@given(OUTLINES, st.integers(1, 200))
def test_never_more_than_the_budget(drawn: list[tuple[str, list[str]]], budget: int) -> None:
    outlines = [FileOutline(path, "Go", tuple(map(definition, names))) for path, names in drawn]
    lines = list(outline_lines(outlines, budget))
    every = list(outline_lines(outlines))
    assert tokens("".join(line + "\n" for line in lines)) <= budget
    assert lines == every or lines[:-1] == every[: len(lines) - 1] or not lines
    if len(lines) < len(every) and lines:
        assert "not shown in full" in lines[-1]


@pytest.mark.slow
def test_a_signature_that_is_cut_says_so() -> None:
    def shown(signature: str) -> str:
        outlined = OutlinedDefinition("function", "f", "f", signature, 1, 2, depth=0, references=0)
        _, line = outline_lines([FileOutline("a.py", "Python", (outlined,))])
        return line

    whole, longer = (f"def f({'x' * length})" for length in (113, 114))
    assert shown(whole).endswith(whole)
    assert shown(longer).endswith(longer[:119] + "…")


def test_the_command(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("outline", "server/passwords.py", cwd=indexed_shop)
    assert run.code == 0
    assert run.out.splitlines()[:3] == [
        "server/passwords.py",
        "      7  ROUNDS = 200_000",
        "  10-14  def hash_password(password: str) -> str",
    ]
    record = json.loads(codesearch("outline", "passwords.py", "--json", cwd=indexed_shop / "server").out)
    assert record[0]["path"] == "passwords.py"
    assert {"kind", "name", "qualified_name", "signature", "start_line", "end_line", "depth", "references"} == set(
        record[0]["definitions"][0]
    )
    whole = codesearch("outline", cwd=indexed_shop)
    assert (whole.code, "server/retry.go" in whole.out) == (0, True)
    short = codesearch("outline", "--max-tokens", "60", cwd=indexed_shop)
    assert tokens(short.out) <= 60
    assert "not shown in full" in short.out
    gone = codesearch("outline", "nowhere", cwd=indexed_shop)
    assert (gone.code, gone.err.splitlines()[0]) == (2, "codesearch: nowhere does not exist")
