"""How far files have moved on since they were indexed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.discovery import stamp
from codesearch.discovery.discover import discover
from codesearch.discovery.options import DiscoveryOptions
from codesearch.index.freshness import Changes, find_changes
from codesearch.index.layout import Layout
from codesearch.index.options import read_options
from codesearch.index.snapshot import Snapshot
from codesearch.index.store import Store


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """Of files that count as settled however young they are."""
    for name in ("SETTLING_NS", "COARSE_SETTLING_NS"):
        monkeypatch.setattr(stamp, name, 0)
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(f"def {name}():\n    return 1\n", encoding="utf-8")
    with Index.create(tmp_path) as made:
        made.update()
        yield made


def found(index: Index) -> Changes:
    with closing(Snapshot.open(Layout.of(index.root))) as snapshot:
        return find_changes(snapshot, discover(index.root, read_options(snapshot.meta)), index.encoder)


def test_nothing_has_changed(index: Index) -> None:
    assert found(index) == Changes(0, 0, 0, 0, False)
    assert index.snapshot().file_count() == 3


def test_new_gone_and_changed_files_count_with_the_bytes_to_read(index: Index) -> None:
    (index.root / "a.py").unlink()
    (index.root / "b.py").write_text("x = 1\n", encoding="utf-8")
    (index.root / "new.py").write_text("y = 22\n", encoding="utf-8")
    (index.root / "picture.png").write_bytes(b"\x89PNG")
    assert found(index) == Changes(3, 13, 0, 0, False)
    index.update()
    assert found(index) == Changes(0, 0, 0, 0, False)


def test_all_files_may_go_together_with_a_rule(index: Index) -> None:
    (index.root / ".gitattributes").write_text("*.gen.js -linguist-generated\n", encoding="utf-8")
    assert found(index).files == 4, "each may be affected by the new rule"
    index.update()
    assert found(index).files == 0
    (index.root / ".codesearchignore").write_text("*\n", encoding="utf-8")
    assert found(index).files == 4
    assert not found(index).is_empty


def test_another_time_is_a_change_until_it_was_looked_at(index: Index) -> None:
    os.utime(index.root / "a.py", ns=(1, 1))
    assert found(index).files == 1
    index.update()
    assert found(index).files == 0


def test_files_that_were_read_and_skipped_are_known(index: Index) -> None:
    (index.root / "made.py").write_text("# @generated\n", encoding="utf-8")
    index.update()
    assert found(index).files == 0


def test_the_options_of_the_index_hold(index: Index) -> None:
    index.update(DiscoveryOptions(exclude=("c.py",)))
    assert found(index).files == 0


@pytest.mark.parametrize("key", ["chunker", "revision"])
def test_an_index_by_another_version_is_outdated(index: Index, key: str) -> None:
    store = Store.open(index.directory / "index.db", write=True)
    with store.transaction():
        store.set_meta({key: "of old"})
        store.seal()
    store.close()
    assert found(index).is_outdated
