"""The recorded numbers of files by language: what counting them anew gives, whatever the updates were."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.index.groups import KEY, read_groups, summed, to_json
from codesearch.index.layout import Layout
from codesearch.index.rows import FileGroup
from codesearch.index.store import Store

TEXTS = {
    "py": "def total(items):\n    return sum(items)\n",
    "c": "int total(int a) {\n    return a;\n}\n",
    "md": "# Total\n\nOf the items.\n",
    "bin": "no source of any kind",
    "txt": "Вычисляет сумму\n",
}


def groups_of(root: Path) -> tuple[list[FileGroup], list[FileGroup]]:
    """The recorded groups, and those that are counted."""
    store = Store.open(Layout.of(root).database)
    try:
        return read_groups(store.meta()), store.file_groups()
    finally:
        store.close()


def test_recorded_groups_are_those_that_are_counted(tmp_path: Path) -> None:
    rng = random.Random(3)
    with Index.create(tmp_path) as index:
        for _ in range(12):
            for _ in range(rng.randint(1, 4)):
                ending = rng.choice(list(TEXTS))
                file = tmp_path / f"{rng.choice('abc')}.{ending}"
                if file.exists() and rng.random() < 0.4:
                    file.unlink()
                else:
                    codec = "utf_16" if rng.random() < 0.3 else "utf_8"
                    file.write_bytes((TEXTS[ending] * rng.randint(1, 3)).encode(codec))
            report = index.update(force=rng.random() < 0.2)
            recorded, counted = groups_of(tmp_path)
            assert recorded == counted
            assert report.chunks == index.status().chunks
            assert dict(report.chunks_by_language) == dict(index.status().chunks_by_language)


def test_groups_that_do_not_fit_the_index_are_counted_anew(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TEXTS["py"], encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.update()
    store = Store.open(Layout.of(tmp_path).database, write=True)
    counted = store.file_groups()
    for wrong in ("", "[]", to_json([counted[0]._replace(files=2)]), json.dumps([[1, 2]]), "[" * 100_000):
        with store.transaction():
            store.set_meta({KEY: wrong})
            store.seal()
        assert store.recorded_groups() == counted
    store.close()


@pytest.mark.parametrize(
    "values", [["a", "b", "c", "d", 1, 2], ["a", "b", "c", "d", -1, 2, 3], ["a", "b", 3, "d", 1, 2, 3]]
)
def test_invalid_groups_are_not_read(values: list[object]) -> None:
    assert read_groups({KEY: json.dumps([values])}) == []


def test_groups_of_the_same_kind_are_one_and_empty_ones_are_left_out() -> None:
    python, c = FileGroup("Python", "UTF-8", "", "", 2, 7, 1), FileGroup("C", "UTF-8", "", "", 1, 3, 0)
    gone = c._replace(files=-1, chunks=-3)
    assert summed([python, c, python, gone]) == [FileGroup("Python", "UTF-8", "", "", 4, 14, 2)]
