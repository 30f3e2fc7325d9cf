"""The database of an index: created whole or not at all, transactions, rows in and out, damage told apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.cli.remedies import hint_of
from codesearch.discovery.stamp import Stamp
from codesearch.errors import CodesearchError, IndexDamaged, IndexIncompatible, IndexLocked
from codesearch.index.database import database_error
from codesearch.index.layout import FORMAT
from codesearch.index.rows import (
    ChunkRow,
    DefinitionRow,
    FileCounts,
    FileRow,
    Run,
    SegmentFile,
    SegmentRecord,
    with_checksum,
)
from codesearch.index.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "index.db")
    yield made
    made.close()


SEGMENT = SegmentRecord(1, 2, SegmentFile(Stamp(300, 1, 2, 3), 4), SegmentFile(Stamp(400, 5), 6))


def file_row(path: str = "a.py", first_chunk: int = 1, chunks: int = 2) -> FileRow:
    return FileRow(path, Stamp(10, 20), b"digest", "Python", "", "", first_chunk, chunks)


def add(store: Store, row: FileRow, names: list[str], *, live: bool = True) -> int:
    """A file with a function for each name."""
    number = store.next_file()
    store.add_files([row._replace(id=number)], live=live)
    store.add_chunks(
        with_checksum(ChunkRow(row.first_chunk + i, number, "function", row.first_chunk + i, 1, i + 1, i + 1))
        for i in range(len(names))
    )
    store.add_definitions(
        with_checksum(DefinitionRow(row.first_chunk + i, 0, "function", name, name, f"def {name}()", "", i + 1, i + 1))
        for i, name in enumerate(names)
    )
    store.seal()
    return number


# creation


def test_a_database_is_whole_as_soon_as_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the moment at which creation is cut off, there is no database or a sound one."""
    path = tmp_path / "index.db"
    statements: list[tuple[str, bool]] = []
    connect = sqlite3.connect

    def traced(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_trace_callback(lambda statement: statements.append((statement, path.exists())))
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", traced)
    store = Store.create(path)
    assert store.meta()["format"] == str(FORMAT)
    store.close()
    named = [statement for statement, exists in statements if exists]
    unnamed = [statement for statement, exists in statements if not exists]
    assert any("CREATE TABLE meta" in statement for statement in unnamed)
    assert any("INSERT" in statement for statement in unnamed)
    assert not any("CREATE" in statement or "INSERT" in statement for statement in named)


@pytest.mark.parametrize("half", [b"", b"SQLite format 3\0 and then nothing"])
def test_what_an_interrupted_creation_left_is_no_hindrance(tmp_path: Path, half: bytes) -> None:
    (tmp_path / "index.db.new").write_bytes(half)
    (tmp_path / "index.db.new-journal").write_bytes(half)
    store = Store.create(tmp_path / "index.db")
    assert store.file_count() == 0
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == ["index.db"]


def test_the_journal_of_a_database_that_is_gone_is_not_played_into_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    old = Store.create(path)
    add(old, file_row(), ["old"])
    journal = (tmp_path / "index.db-wal").read_bytes()
    old.close()
    path.unlink()
    assert journal
    (tmp_path / "index.db-wal").write_bytes(journal)
    new = Store.create(path)
    assert list(new.files()) == []
    new.close()


def test_an_index_whose_first_creation_was_killed_is_not_found_and_then_made(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def alpha():\n    return 1\n", encoding="utf-8")
    (tmp_path / ".codesearch").mkdir()
    (tmp_path / ".codesearch" / "index.db.new").write_bytes(b"SQLite")
    with Index.create(tmp_path) as index:
        assert not index.exists
        assert index.update().repaired == ()
        assert index.search("alpha").hits[0].path == "a.py"


@pytest.mark.parametrize("tables", ["", "CREATE TABLE files (id INTEGER)"])
def test_a_database_without_settings_is_damaged_and_made_again(tmp_path: Path, tables: str) -> None:
    (tmp_path / "a.py").write_text("def alpha():\n    return 1\n", encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.directory.mkdir()
        database = sqlite3.connect(index.directory / "index.db")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(tables)
        database.close()
        with pytest.raises(IndexDamaged, match="meta"):
            index.snapshot()
        report = index.update()
        assert report.files == 1
        assert "meta" in report.repaired[0]
        assert index.search("alpha").hits[0].path == "a.py"


# opening


def test_formats(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    for format_, error in ((FORMAT + 1, IndexIncompatible), (FORMAT - 1, IndexDamaged)):
        store = Store.create(path)
        store.set_meta({"format": str(format_)})
        store.close()
        for write in (False, True):
            with pytest.raises(error, match=f"format {format_}"):
                Store.open(path, write=write)


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
@pytest.mark.parametrize("write", [False, True])
def test_what_is_no_database_is_damaged(tmp_path: Path, content: bytes, write: bool) -> None:
    (tmp_path / "index.db").write_bytes(content)
    with pytest.raises(IndexDamaged):
        Store.open(tmp_path / "index.db", write=write)


def failure(text: str, name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorname = name
    return error


def test_each_failure_of_sqlite_has_its_own_way_on() -> None:
    path = Path("index.db")
    full = database_error(path, failure("database or disk is full", "SQLITE_FULL"))
    assert "full" in full.message
    assert not isinstance(full, IndexDamaged)
    read_only = database_error(path, failure("attempt to write a readonly database", "SQLITE_READONLY"))
    assert "--index-dir" in hint_of(read_only)
    assert isinstance(database_error(path, sqlite3.DatabaseError("malformed")), IndexDamaged)
    assert isinstance(read_only, CodesearchError)
    assert isinstance(database_error(path, failure("database is locked", "SQLITE_BUSY")), IndexLocked)
    assert not isinstance(database_error(path, failure("disk I/O error", "SQLITE_IOERR_WRITE")), IndexDamaged)
    assert isinstance(database_error(path, failure("disk I/O error", "SQLITE_IOERR_SHORT_READ")), IndexDamaged)


# transactions


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        add(store, file_row(), ["alpha"])
        raise RuntimeError
    assert store.file_count() == 0
    assert store.chunks([1]) == {}


def test_a_reader_sees_one_moment(store: Store, tmp_path: Path) -> None:
    reader = Store.open(tmp_path / "index.db")
    reader.begin_reading()
    assert reader.file_count() == 0
    add(store, file_row(), ["alpha"])
    assert reader.file_count() == 0
    reader.rollback()
    assert reader.file_count() == 1
    reader.close()


# rows


def test_staged_files_and_segments_are_unseen_until_published(store: Store) -> None:
    add(store, file_row(), ["alpha"], live=False)
    store.add_segment(SEGMENT, live=False)
    assert (list(store.files()), store.segments(), store.file_count()) == ([], [], 0)
    assert len(list(store.files(live=False))) == 1
    store.publish()
    store.seal()
    assert [file.path for file in store.files()] == ["a.py"]
    assert store.segments() == [SEGMENT]
    assert store.segments(live=False) == []
    store.seal()


def test_files_staged_after_the_last_row_was_removed_are_found(store: Store) -> None:
    """SQLite gives the id of a removed last row again."""
    add(store, file_row("a.py", 1, 1), ["alpha"])
    last = add(store, file_row("b.py", 2, 1), ["beta"])
    store.remove_files([file for file in store.files() if file.path == "b.py"])
    store.seal()
    assert add(store, file_row("c.py", 3, 1), ["gamma"], live=False) == last
    assert [file.path for file in store.files(live=False)] == ["c.py"]
    assert store.staged_counts() == FileCounts(1, 1)
    store.publish()
    store.seal()
    assert (store.file_count(), store.files(live=False)) == (2, [])


def test_removed_files_take_their_chunks_and_name_their_rows(store: Store) -> None:
    add(store, file_row("a.py", 1, 2), ["alpha", "beta"])
    add(store, file_row("b.py", 3, 1), ["gamma"])
    store.remove_files([file for file in store.files() if file.path == "a.py"])
    store.seal()
    assert [file.path for file in store.files()] == ["b.py"]
    assert set(store.chunks([1, 2, 3])) == {3}
    assert store.deletions() == [Run(1, 2)]
    store.remove_deletions([Run(1, 2)])
    assert store.deletions() == []


def test_a_chunk_number_is_never_used_twice(store: Store) -> None:
    assert store.next_chunk() == 1
    add(store, file_row("a.py", 1, 2), ["alpha", "beta"])
    assert store.next_chunk() == 3
    store.remove_files(list(store.files()))
    assert store.next_chunk() == 3
    store.set_meta({"last_chunk": "2"})
    store.remove_deletions([Run(1, 2)])
    assert store.next_chunk() == 3


def test_more_values_than_one_statement_takes(store: Store) -> None:
    add(store, file_row(chunks=1200), [f"name{i}" for i in range(1200)])
    assert sorted(store.chunks(range(0, 1400))) == list(range(1, 1201))
    assert list(store.files_by_id(list(range(3000)))) == [1]


def test_kept_embeddings_belong_to_their_model(store: Store) -> None:
    store.save_embeddings("one", [(b"a", b"\x01\x02"), (b"b", b"\x03\x04")])
    assert store.embeddings("one", [b"a", b"c"]) == {b"a": b"\x01\x02"}
    assert store.embeddings("two", [b"a"]) == {}


def test_times_are_noted_without_touching_the_rest(store: Store) -> None:
    number = add(store, file_row(), ["alpha"])
    (row,) = store.files()
    store.update_stamps([row._replace(stamp=Stamp(10, 99, 98, 97))])
    store.seal()
    (row,) = store.files()
    assert (row.id, row.stamp, row.digest) == (number, Stamp(10, 99, 98, 97), b"digest")


def test_no_rollback_journal_ever_has_the_name_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a journal is taken for somebody else's: SQLite would play it."""
    seen: set[str] = set()
    connect = sqlite3.connect

    def traced(*arguments: object, **options: object) -> sqlite3.Connection:
        connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_trace_callback(lambda _: seen.update(file.name for file in tmp_path.iterdir()))
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", traced)
    store = Store.create(tmp_path / "index.db")
    add(store, file_row(), ["alpha"])
    store.close()
    assert (tmp_path / "index.db").read_bytes()[18:20] == b"\2\2", "the log is on before the database has its name"
    assert "index.db-journal" not in seen


def test_files_are_read_again_after_another_connection_changed_them(store: Store, tmp_path: Path) -> None:
    with store.transaction():
        add(store, file_row(), ["f"])
        store.seal()
    assert [file.path for file in store.files()] == ["a.py"] == [file.path for file in store.files()]
    other = Store.open(tmp_path / "index.db", write=True)
    with other.transaction():
        add(other, file_row("b.py", first_chunk=3), ["g"])
        other.seal()
    other.close()
    assert sorted(file.path for file in store.files()) == ["a.py", "b.py"]
    with store.transaction():
        store.remove_files([file for file in store.files() if file.path == "a.py"])
        store.seal()
    assert [file.path for file in store.files()] == ["b.py"]
