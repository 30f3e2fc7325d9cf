"""What an index says of itself: encodings, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codesearch.api import Index
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


def test_encodings_are_shown_where_there_are_others_than_utf8(codesearch: CommandLine, root: Path) -> None:
    codesearch("index", cwd=root)
    assert "Encoding: UTF-8 2, KOI8-R 1, UTF-16LE 1\n" in codesearch("status", cwd=root).out
    for name in ("a.py", "b.py"):
        (root / name).unlink()
    codesearch("index", cwd=root)
    assert "Encoding" not in codesearch("status", cwd=root).out
