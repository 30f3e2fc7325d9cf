"""An index is removed, and nothing else."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from codesearch.errors import IndexLocked, IndexNotFound
from codesearch.index.cleaning import clean
from codesearch.index.folder import size_on_disk
from codesearch.index.layout import Layout
from codesearch.index.lock import WriterLock
from codesearch.index.update import update
from codesearch.models.loading import DEFAULT_MODEL, load_encoder


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "a.py").write_text("def alpha():\n    return 1\n", encoding="utf-8")
    made = Layout.of(tmp_path)
    update(made, load_encoder(DEFAULT_MODEL))
    return made


def test_an_index_goes_and_the_files_stay(layout: Layout) -> None:
    size = size_on_disk(layout)
    assert clean(layout) == size > 0
    assert [file.name for file in layout.root.iterdir()] == ["a.py"]
    with pytest.raises(IndexNotFound):
        clean(layout)


def test_what_others_put_into_its_folder_stays(layout: Layout) -> None:
    (layout.folder / "notes.txt").write_text("mine", encoding="utf-8")
    clean(layout)
    assert [file.name for file in layout.folder.iterdir()] == ["notes.txt"]


def test_an_index_goes_from_a_full_disk(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.write", no_space)
    clean(layout)
    assert not layout.folder.exists()


def test_an_index_that_is_being_updated_stays(layout: Layout) -> None:
    with WriterLock(layout.lock), pytest.raises(IndexLocked):
        clean(layout)
    assert layout.exists()
    clean(layout)
    assert not layout.folder.exists()
