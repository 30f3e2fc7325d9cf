"""What an index says of itself: encodings, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.discovery.discovery import Discovery
from codesearch.index.plan import Plan
from codesearch.index.request import UpdateRequest
from codesearch.index.staging import Staging
from codesearch.index.store import Store
from tests.support.command_line import CommandLine

RUSSIAN = "def total_{}(items):\n    # Вычисляет сумму всех товаров в корзине\n    return sum(items) * {}\n"
ENCODINGS = {"a.py": "koi8_r", "b.py": "utf_16", "c.py": "utf_8"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, (name, codec) in enumerate(ENCODINGS.items()):
        (tmp_path / name).write_bytes(RUSSIAN.format(name[0], number).encode(codec))
    output = {"output_type": "stream", "name": "stdout", "text": ["12\n"]}
    cell = {"cell_type": "code", "metadata": {}, "outputs": [output, output], "source": ["print(12)"]}
    (tmp_path / "d.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}, indent=1), encoding="utf-8")
    return tmp_path


def test_encodings_and_outputs_are_counted(root: Path) -> None:
    with Index.create(root) as index:
        assert index.update().skipped == {"notebook output": 2}
        status = index.status()
        assert status.encodings == {"KOI8-R": 1, "UTF-16LE": 1, "UTF-8": 2}
        assert status.skipped == {"notebook output": 2}
        found = {hit.path: hit.snippet for hit in index.search("сумму товаров").hits}
        assert all("Вычисляет сумму" in found[name] for name in ENCODINGS)
        (hit,) = (hit for hit in index.search("print").hits if hit.path == "d.ipynb")
        assert hit.snippet == "print(12)"


def test_the_size_after_an_update_is_that_of_the_status(root: Path) -> None:
    with Index.create(root) as index:
        reported = index.update().size
    with Index.open(root) as index:
        assert reported == index.status().size


@pytest.fixture
def interrupted(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root whose first update has staged its four files and was interrupted."""
    _interrupt_first_update(root, monkeypatch)
    return root


def _interrupt_first_update(root: Path, monkeypatch: pytest.MonkeyPatch, index_dir: Path | None = None) -> None:
    def interrupt(request: UpdateRequest, store: Store, plan: Plan, staging: Staging, found: Discovery) -> None:
        with store.transaction():
            staging.take().write(request.layout, store)
        raise KeyboardInterrupt

    with (
        monkeypatch.context() as patch,
        Index.create(root, index_dir=index_dir) as index,
        pytest.raises(KeyboardInterrupt),
    ):
        patch.setattr("codesearch.index.publish.publish", interrupt)
        index.update()


def test_an_index_whose_first_update_was_interrupted_says_so(interrupted: Path) -> None:
    with Index.open(interrupted) as index:
        status = index.status()
        assert (status.is_complete, status.files, status.staged.files) == (False, 0, 4)
        index.update()
        status = index.status()
        assert (status.is_complete, status.files, status.staged) == (True, 4, (0, 0))


def test_the_command_says_that_the_first_update_has_not_finished(codesearch: CommandLine, interrupted: Path) -> None:
    said = codesearch("status", cwd=interrupted)
    chunks = Index.open(interrupted).status().staged.chunks
    assert said.code == 0
    assert [line.partition(":")[0] for line in said.out.splitlines()] == ["Root", "Index", "Holds"]
    assert f"nothing yet; the first update has not finished (4 files, {chunks} chunks so far)" in said.out
    assert said.err.splitlines() == [
        f"codesearch: the first index of {interrupted} is incomplete",
        "  to finish it, run: codesearch index",
    ]
    record = json.loads(codesearch("status", "--json", cwd=interrupted).out)
    assert (record["complete"], record["staged_files"], record["files"], record["model"]) == (False, 4, 0, "")
    assert codesearch("index", "-q", cwd=interrupted).code == 0
    said = codesearch("status", cwd=interrupted)
    assert ("Holds:    4 files" in said.out, "Model:    default" in said.out, said.err) == (True, True, "")


def test_so_does_an_index_that_is_elsewhere(
    codesearch: CommandLine, root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("place")
    _interrupt_first_update(root, monkeypatch, place)
    said = codesearch("status", "--index-dir", str(place), cwd=place)
    assert (said.code, "the first update has not finished" in said.out) == (0, True)
    hint = f"codesearch index --index-dir {place}"
    assert said.err.splitlines() == [
        f"codesearch: the first index of {root} is incomplete",
        f"  to finish it, run: {hint}",
    ]
    assert codesearch(*hint.split()[1:], "-q", cwd=place).code == 0
    said = codesearch("status", "--index-dir", str(place), cwd=place)
    assert (f"Root:     {root}" in said.out, "Holds:    4 files" in said.out, said.err) == (True, True, "")


def test_a_later_update_that_was_interrupted_leaves_the_index_complete(
    codesearch: CommandLine, root: Path, request: pytest.FixtureRequest
) -> None:
    with Index.create(root) as index:
        index.update()
    (root / "new.py").write_text("def added():\n    return 1\n", encoding="utf-8")
    request.getfixturevalue("interrupted")
    record = json.loads(codesearch("status", "--json", cwd=root).out)
    assert (record["complete"], record["staged_files"], record["files"]) == (True, 1, 4)


def test_encodings_are_shown_where_there_are_others_than_utf8(codesearch: CommandLine, root: Path) -> None:
    codesearch("index", cwd=root)
    assert "Encoding: UTF-8 2, KOI8-R 1, UTF-16LE 1\n" in codesearch("status", cwd=root).out
    for name in ("a.py", "b.py"):
        (root / name).unlink()
    codesearch("index", cwd=root)
    assert "Encoding" not in codesearch("status", cwd=root).out
