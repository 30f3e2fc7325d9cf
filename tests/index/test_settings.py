"""What an index depends on: another model or revision is refused, with the command that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.cli.remedies import hint_of
from codesearch.errors import IndexDamaged, IndexIncompatible
from codesearch.index.folder import prepare
from codesearch.index.layout import Layout
from codesearch.index.settings import check_model, check_revision, read_meta, settings
from codesearch.index.store import Store
from codesearch.models.loading import DEFAULT_MODEL, load_encoder

ENCODER = load_encoder(DEFAULT_MODEL)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.of(tmp_path / "root", tmp_path / "index here")


def test_its_own_model_is_accepted(layout: Layout) -> None:
    for meta in (settings(ENCODER), {}):
        check_model(layout, meta, ENCODER)
        check_revision(layout, meta, ENCODER)


@pytest.mark.parametrize(
    ("key", "said", "options"),
    [("model", "another", f"--model {DEFAULT_MODEL}"), ("dimensions", "7 dimensions", "")],
)
def test_another_model_is_refused(layout: Layout, key: str, said: str, options: str) -> None:
    meta = settings(ENCODER) | {key: "7" if key == "dimensions" else "another"}
    with pytest.raises(IndexIncompatible, match=said) as refused:
        check_model(layout, meta, ENCODER)
    assert f"codesearch index {options} --index-dir".replace("  ", " ") in hint_of(refused.value)
    assert str(layout.folder) in hint_of(refused.value)


def test_another_revision_can_be_updated_but_not_compared(layout: Layout) -> None:
    meta = settings(ENCODER) | {"revision": "of old"}
    check_model(layout, meta, ENCODER)
    with pytest.raises(IndexIncompatible, match="of old") as refused:
        check_revision(layout, meta, ENCODER)
    assert "--force" not in hint_of(refused.value)


def test_settings_are_read_where_there_are_some(layout: Layout) -> None:
    assert read_meta(layout) == {}
    prepare(layout)
    Store.create(layout.database).close()
    assert set(read_meta(layout)) == {"format", "id", "files", "files_checksum", "chunks", "last_file"}
    layout.database.write_bytes(b"garbage" * 1000)
    with pytest.raises(IndexDamaged):
        read_meta(layout)
