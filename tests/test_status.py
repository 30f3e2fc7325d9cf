"""What an index says of itself: encodings, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codesearch.api import Index
from tests.conftest import CommandLine

RUSSIAN = "def total(items):\n    # Вычисляет сумму всех товаров в корзине\n    return sum(items)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_bytes(RUSSIAN.encode("koi8_r"))
    (tmp_path / "b.py").write_bytes(RUSSIAN.encode("utf-16"))
    (tmp_path / "c.py").write_bytes(RUSSIAN.encode())
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
        assert {hit.path for hit in index.search("сумму товаров").hits} >= {"a.py", "b.py", "c.py"}
        assert all("сумму" in hit.snippet for hit in index.search("сумму товаров").hits if hit.path != "d.ipynb")
        (hit,) = (hit for hit in index.search("print").hits if hit.path == "d.ipynb")
        assert hit.snippet.strip() == '"print(12)"'


def test_encodings_are_shown_where_there_are_others_than_utf8(codesearch: CommandLine, root: Path) -> None:
    codesearch("index", cwd=root)
    assert "Encoding: UTF-8 2, KOI8-R 1, UTF-16LE 1\n" in codesearch("status", cwd=root).out
    for name in ("a.py", "b.py"):
        (root / name).unlink()
    codesearch("index", cwd=root)
    assert "Encoding" not in codesearch("status", cwd=root).out
