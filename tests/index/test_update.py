"""Updates: only what changed, all or nothing, and mended where damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.cli.remedies import hint_of
from codesearch.discovery import discover as discovering
from codesearch.discovery import stamp
from codesearch.discovery.options import DiscoveryOptions
from codesearch.errors import CodesearchError, IndexIncompatible
from codesearch.index import embedding_cache, execute, pool, staging
from codesearch.index.merging import FAN_IN
from codesearch.index.update import UpdateReport
from codesearch.models.encoder import Embeddings
from tests.support.encoders import Words
from tests.support.repositories import git

TEMPLATE = '''
def {name}(value):
    """Returns the {name} of a value, as the {name} command does."""
    return compute("{name}", value)
'''
FILES = ("alpha", "beta", "gamma", "delta")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "a repository"
    root.mkdir()
    for name in FILES:
        (root / f"{name}.py").write_text(TEMPLATE.format(name=name), encoding="utf-8")
    return root


def contents(index: Index) -> set[tuple[str, str, int]]:
    snapshot = index.snapshot()
    chunks = [chunk for file in snapshot.files for chunk in snapshot.chunks_of(file)]
    assert len(chunks) == snapshot.chunk_count
    return {(chunk.path, chunk.qualified_name, chunk.start_line) for chunk in chunks}


def fresh_contents(repo: Path, tmp_path: Path) -> set[tuple[str, str, int]]:
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
    with Index.create(repo, index_dir=tmp_path / "fresh") as fresh:
        fresh.update()
        return contents(fresh)


def test_the_second_update_has_nothing_to_do(repo: Path) -> None:
    with Index.create(repo) as index:
        first = index.update()
        assert (first.added, first.files, first.is_unchanged) == (4, 4, False)
        again = index.update()
        assert again.is_unchanged
        assert (again.files, again.chunks) == (first.files, first.chunks)


def test_paths_that_changed_are_the_only_ones_looked_at(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SETTLING_NS", "COARSE_SETTLING_NS"):  # young files are read again whatever is said of them
        monkeypatch.setattr(stamp, name, 0)
    git(repo, "init", "-q")
    with Index.create(repo) as index:
        index.update()
        for name in ("alpha", "beta"):
            (repo / f"{name}.py").write_text(TEMPLATE.format(name=f"{name}_two"), encoding="utf-8")
        (repo / "gamma.py").unlink()
        report = index.update(paths=["alpha.py", repo / "gamma.py", tmp_path / "elsewhere.py"])
        assert (report.changed, report.removed, report.files) == (1, 1, 3)
        assert not index.refresh(paths=[])
        assert {"alpha_two", "beta"} < {name for _, name, _ in contents(index)}, "nobody said that beta changed"
        assert not index.refresh(paths=["beta.py"])
        assert contents(index) == fresh_contents(repo, tmp_path)
        assert index.update(paths=["."]).is_unchanged


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names are UTF-8 there")
def test_names_that_are_not_utf8_come_and_go(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SETTLING_NS", "COARSE_SETTLING_NS"):
        monkeypatch.setattr(stamp, name, 0)
    git(repo, "init", "-q")
    odd = [repo / os.fsdecode(b"caf\xe9.png"), repo / os.fsdecode(b"caf\xe9.py"), repo / os.fsdecode(b"d\xe9") / "x.py"]
    with Index.create(repo) as index:
        index.update()
    for number, file in enumerate([*odd, *odd]):
        is_new = number < len(odd)
        file.parent.mkdir(exist_ok=True)
        file.write_text("x = 1\n", encoding="utf-8") if is_new else file.unlink()
        (repo / "more.py").write_text(TEMPLATE.format(name=f"more{number}"), encoding="utf-8")
        with Index.open(repo) as index:
            assert not index.refresh()
            assert index.search(f"more{number}").hits[0].name == f"more{number}"
    with Index.open(repo) as index:
        assert index.snapshot().files_in(os.fsdecode(b"caf\xe9.py")) == []


def test_only_what_changed_is_worked_on(repo: Path, tmp_path: Path) -> None:
    with Index.create(repo) as index:
        index.update()
        (repo / "alpha.py").unlink()
        (repo / "beta.py").write_text(TEMPLATE.format(name="epsilon"), encoding="utf-8")
        (repo / "new.py").write_text(TEMPLATE.format(name="zeta"), encoding="utf-8")
        report = index.update()
        assert (report.added, report.changed, report.removed) == (1, 1, 1)
        assert contents(index) == fresh_contents(repo, tmp_path)
        assert index.search("alpha").hits == () or "alpha.py" not in {hit.path for hit in index.search("alpha").hits}
        assert index.search("epsilon").hits[0].path == "beta.py"


def test_globs_to_include_say_also_which_generated_files_are_indexed(repo: Path, tmp_path: Path) -> None:
    (repo / "made.py").write_text("# Generated by a program. DO NOT EDIT.\n\nx = 1\n", encoding="utf-8")
    with Index.create(repo) as index:
        assert index.update(DiscoveryOptions(include=("*.py",))).files == 5
        assert index.update(DiscoveryOptions(exclude=("*.txt",))).files == 4
        assert contents(index) == fresh_contents(repo, tmp_path)
        assert index.update(DiscoveryOptions(include=("*.py",))).files == 5


def test_another_time_with_the_same_text_is_no_change(repo: Path) -> None:
    with Index.create(repo) as index:
        index.update()
        os.utime(repo / "alpha.py", ns=(1, 1))
        assert index.update().is_unchanged
        assert not index.search("alpha").hits[0].is_stale


def test_a_change_within_the_clocks_grain_is_seen(repo: Path) -> None:
    path = repo / "alpha.py"
    with Index.create(repo) as index:
        index.update()
        stat = path.stat()
        path.write_text(TEMPLATE.format(name="aleph"), encoding="utf-8")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert index.update().changed == 1


@pytest.mark.slow
def test_many_small_updates_leave_few_segments(repo: Path, tmp_path: Path) -> None:
    with Index.create(repo) as index:
        index.update()
        for i in range(5 * FAN_IN):
            (repo / f"more{i}.py").write_text(TEMPLATE.format(name=f"function{i}"), encoding="utf-8")
            (repo / "alpha.py").write_text(TEMPLATE.format(name=f"alpha{i}"), encoding="utf-8")
            index.update()
        assert index.status().segments <= 2 * FAN_IN
        assert len(list((index.directory / "segments").iterdir())) == index.status().segments
        assert contents(index) == fresh_contents(repo, tmp_path)
        assert index.search("function7").hits[0].path == "more7.py"


@pytest.mark.parametrize("is_full", [False, True], ids=["last segment", "full segment"])
def test_an_update_that_fails_changes_nothing(repo: Path, monkeypatch: pytest.MonkeyPatch, is_full: bool) -> None:
    with Index.create(repo) as index:
        index.update()
        before = contents(index)
        (repo / "new.py").write_text(TEMPLATE.format(name="zeta"), encoding="utf-8")
        if is_full:
            monkeypatch.setattr(staging, "SEGMENT_CHUNKS", staging._MAX_BATCH_CHUNKS + 1)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("codesearch.index.segment.write", full)
        with pytest.raises(CodesearchError, match="No space left"):
            index.update()
        monkeypatch.undo()
        assert contents(index) == before
        assert index.update().added == 1


def test_a_stopped_first_index_goes_on_where_it_was(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "SEGMENT_CHUNKS", staging._MAX_BATCH_CHUNKS + 1)
    monkeypatch.setattr(execute, "BATCH_BYTES", 1)
    worked: list[str] = []

    def stop(phase: str, done: int, total: int, chunks: int) -> None:
        if phase == "indexing" and done == 3:
            raise KeyboardInterrupt

    def note(phase: str, done: int, total: int, chunks: int) -> None:
        worked.append(f"{phase} {done}")

    with Index.create(repo) as index:
        with pytest.raises(KeyboardInterrupt):
            index.update(progress=stop)
        index.update(progress=note)
        first = next(step for step in worked if step.startswith("indexing"))
        assert first in ("indexing 2", "indexing 3")
        assert contents(index) == fresh_contents(repo, tmp_path)


def test_a_segment_is_written_before_its_definitions_fill_memory(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_MANY_DEFINITIONS", 2)
    monkeypatch.setattr(execute, "BATCH_BYTES", 1)
    with Index.create(repo) as index:
        assert index.update().added == 4
        assert index.status().segments == 2
        assert contents(index) == fresh_contents(repo, tmp_path)


@pytest.mark.parametrize("damage", ["missing", "cut", "garbage"])
def test_a_damaged_segment_is_made_again(repo: Path, tmp_path: Path, damage: str) -> None:
    with Index.create(repo) as index:
        index.update()
        segment = next((index.directory / "segments").iterdir())
        victim = segment / "chunks.safetensors"
        if damage == "missing":
            shutil.rmtree(segment)
        elif damage == "cut":
            victim.write_bytes(victim.read_bytes()[:-7])
        else:
            victim.write_bytes(b"\xff" * (victim.stat().st_size + 1))
        report = index.update()
        assert report.repaired
        assert contents(index) == fresh_contents(repo, tmp_path)


def test_a_damaged_database_is_made_again(repo: Path) -> None:
    with Index.create(repo) as index:
        index.update()
        (index.directory / "index.db").write_bytes(b"not a database at all" * 100)
        for extra in ("index.db-wal", "index.db-shm"):
            (index.directory / extra).unlink(missing_ok=True)
        report = index.update()
        assert report.repaired
        assert report.files == 4


@pytest.mark.parametrize("damage", ["language = 'nonsense'", "path = 'elsewhere.py'", "size = 'much'", "mtime_ns = 5"])
def test_damaged_rows_of_files_are_made_again(repo: Path, tmp_path: Path, damage: str) -> None:
    with Index.create(repo) as index:
        index.update()
        index.close()
        database = sqlite3.connect(index.directory / "index.db")
        database.execute(f"UPDATE files SET {damage} WHERE path = 'alpha.py'")
        database.commit()
        database.close()
        (repo / "alpha.py").write_text(TEMPLATE.format(name="omega"), encoding="utf-8")
        assert index.update().repaired
        assert contents(index) == fresh_contents(repo, tmp_path)
        assert index.update(verify=True).is_unchanged


def test_a_newer_format_is_refused_and_said(repo: Path) -> None:
    with Index.create(repo) as index:
        index.update()
        index.close()
        database = sqlite3.connect(index.directory / "index.db")
        database.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
        database.commit()
        database.close()
        with pytest.raises(IndexIncompatible, match="format 99") as refused:
            index.snapshot()
        assert "upgrade" in hint_of(refused.value)


def test_a_costly_encoder_never_sees_a_text_twice(repo: Path) -> None:
    encoder = Words()
    index = Index.create(repo)
    index.__dict__["encoder"] = encoder
    chunks = index.update().chunks
    assert encoder.encoded == chunks
    index.update(force=True)
    assert encoder.encoded == chunks
    (repo / "alpha.py").write_text(TEMPLATE.format(name="omega"), encoding="utf-8")
    index.update()
    assert chunks < encoder.encoded <= chunks + 2
    index.close()


def test_an_index_of_another_model_is_not_searched_but_replaced(repo: Path) -> None:
    with Index.create(repo) as index:
        index.update()
    other = Index.create(repo, model="words", load=lambda name, device: Words())
    with pytest.raises(IndexIncompatible, match="default"):
        other.search("alpha")
    report = other.update()
    assert report.files == 4
    assert other.status().dimensions == 16
    assert other.search("alpha").hits
    other.close()


def test_an_interrupted_change_of_model_leaves_the_old_index_and_goes_on(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopping(Words):
        def encode_documents(self, texts: list[str]) -> Embeddings:
            if self.encoded == 3:
                raise KeyboardInterrupt
            return super().encode_documents(texts)

    monkeypatch.setattr(embedding_cache, "TEXTS_PER_COMMIT", 1)
    with Index.create(repo) as index:
        chunks = index.update().chunks
        other, stopping = Index.create(repo), Stopping()
        other.__dict__["encoder"] = stopping
        with pytest.raises(KeyboardInterrupt):
            other.update()
        assert index.status().model == "default"
        (repo / "alpha.py").write_text(TEMPLATE.format(name="omega"), encoding="utf-8")
        index.update()
        assert index.search("omega").hits[0].path == "alpha.py"
        other.__dict__["encoder"] = goes_on = Words()
        told: list[int] = []
        other.update(progress=lambda phase, done, total, chunks: told.append(chunks))
        assert goes_on.encoded < chunks
        assert other.status().model == "words"
        assert set(range(4, chunks + 1)) <= set(told)  # each text is told as it is done
        other.close()


def test_an_index_can_be_moved_with_its_folder(repo: Path, tmp_path: Path) -> None:
    with Index.create(repo) as index:
        index.update()
    moved = tmp_path / "elsewhere"
    repo.rename(moved)
    with Index.open(moved) as index:
        assert index.search("gamma").hits[0].path == "gamma.py"
        assert index.update().is_unchanged


def test_options_are_remembered(repo: Path) -> None:
    with Index.create(repo) as index:
        assert index.update(DiscoveryOptions(exclude=("alpha.py",))).files == 3
    with Index.open(repo) as index:
        assert index.update().files == 3


def test_an_empty_folder(tmp_path: Path) -> None:
    with Index.create(tmp_path) as index:
        assert index.update().files == 0
        assert index.search("anything").hits == ()
        assert index.update().is_unchanged


def test_files_without_text_are_counted_once_and_not_read_again(repo: Path) -> None:
    (repo / "binary.py").write_bytes(b"\0\1\2")
    (repo / "generated.py").write_text("# @generated\nx = 1\n", encoding="utf-8")
    with Index.create(repo) as index:
        first = index.update()
        assert first.skipped == {"binary": 1, "generated": 1}
        assert (first.files, first.added) == (4, 4)
        assert index.update().is_unchanged


def test_only_indexed_files_are_counted_as_added_changed_and_removed(repo: Path) -> None:
    binary = b"\0\1\2"
    names = [f"{name}.py" for name in ("one", "two", "three", "four")]
    steps = [  # of each file: None if it is missing, whether it is text; then added, changed, removed
        ((True, False, False, True), (2, 0, 0)),
        ((False, True, False, True), (1, 1, 1)),
        ((False, None, True, None), (1, 0, 2)),
        ((None, False, False, None), (0, 0, 1)),
        ((None, None, None, False), (0, 0, 0)),
    ]
    with Index.create(repo) as index:
        index.update()
        for step, (kinds, counts) in enumerate(steps):
            for name, kind in zip(names, kinds, strict=True):
                (repo / name).unlink(missing_ok=True)
                if kind is not None:
                    (repo / name).write_bytes(f"{name[0]} = {step}\n".encode() if kind else binary + bytes([step]))
            report = index.update()
            assert (report.added, report.changed, report.removed) == counts, step
            assert report.files == 4 + sum(kind is True for kind in kinds)
            assert report.skipped == ({"binary": kinds.count(False)} if False in kinds else {})


def test_attributes_that_take_back_a_guess_hold_at_the_next_update_and_no_longer(repo: Path, tmp_path: Path) -> None:
    (repo / "made.py").write_text("# @generated\ndef made():\n    return 1\n", encoding="utf-8")
    with Index.create(repo) as index:
        assert index.update().skipped == {"generated": 1}
        for rule, reasons in (("made.py -linguist-generated", {}), ("made.py !linguist-generated", {"generated": 1})):
            (repo / ".gitattributes").write_text(rule + "\n", encoding="utf-8")
            assert index.refresh() == ""
            report = index.update()
            assert report.is_unchanged
            assert report.skipped == reasons
            assert contents(index) == fresh_contents(repo, tmp_path / str(len(reasons)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_give_what_one_gives(repo: Path, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = fresh_contents(repo, tmp_path)
    monkeypatch.setattr(execute, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(execute, "PROCESS_BYTES", 1)
    monkeypatch.setattr(execute, "BATCH_BYTES", 1)
    with Index.create(repo) as index:
        index.update(jobs=jobs)
        assert contents(index) == expected


def test_segments_are_the_same_however_many_processes_made_them(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        lines = "    pass\n" * (number % 7 * 20)
        (repo / f"many{number}.py").write_text(f"def many{number}():\n{lines}    return {number}\n", encoding="utf-8")
    monkeypatch.setattr(execute, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(execute, "PROCESS_BYTES", 1)
    made = []
    for jobs in (1, 4):
        with Index.create(repo, index_dir=tmp_path / str(jobs)) as index:
            index.update(jobs=jobs)
        segments = sorted((tmp_path / str(jobs) / "segments").rglob("*.*"))
        made.append({path.relative_to(tmp_path / str(jobs)): path.read_bytes() for path in segments})
    assert len(made[0]) >= 2
    assert made[0] == made[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the worker is replaced in the forked child")
@pytest.mark.parametrize("fault", ["hang", "die"])
def test_a_file_that_breaks_its_worker_costs_only_its_syntax(
    repo: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codesearch.chunking.chunker import chunk_text

    def breaks(path: str, text: str, language: object) -> object:
        if path == "beta.py" and language is not None:
            if fault == "die":
                os._exit(1)
            while True:
                pass
        return chunk_text(path, text, language)  # type: ignore[arg-type]

    monkeypatch.setattr("codesearch.index.work.chunk_text", breaks)
    monkeypatch.setattr(execute, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(execute, "PROCESS_BYTES", 1)
    monkeypatch.setattr(pool, "BATCH_SECONDS", 1.0)
    monkeypatch.setattr(pool, "FILE_SECONDS", 1.0)
    with Index.create(repo) as index:
        report = index.update(jobs=2)
        assert report.files == 4
        assert report.fallbacks == {"the chunker failed" if fault == "die" else "the grammar took too long": 1}
        assert {hit.path for hit in index.search("beta").hits} >= {"beta.py"}


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders count as settled however young they are."""
    for name in ("SETTLING_NS", "COARSE_SETTLING_NS"):
        monkeypatch.setattr(stamp, name, 0)


def updated(repo: Path) -> UpdateReport:
    with Index.create(repo) as index:
        return index.update()


@pytest.mark.usefixtures("settled")
def test_a_new_process_lists_files_only_if_a_folder_has_changed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    updated(repo)
    updated(repo)  # the first one made a folder
    with monkeypatch.context() as patch:
        patch.setattr(discovering, "discover", lambda *_: pytest.fail("all files were listed"))
        assert updated(repo).is_unchanged
        (repo / "alpha.py").write_text(TEMPLATE.format(name="omega"), encoding="utf-8")
        assert updated(repo).changed == 1
        assert updated(repo).is_unchanged
    (repo / "new.py").write_text(TEMPLATE.format(name="new"), encoding="utf-8")
    (repo / "beta.py").unlink()
    report = updated(repo)
    assert (report.added, report.changed, report.removed) == (1, 0, 1)


@pytest.mark.usefixtures("settled")
def test_a_query_that_had_to_list_all_files_spares_the_next_one_that(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repo, "init", "-q")
    (repo / ".gitignore").write_text("*.log\n", encoding="utf-8")
    updated(repo)
    (repo / "ignored.log").write_text("", encoding="utf-8")
    with Index.open(repo) as index:
        assert not index.refresh()
    monkeypatch.setattr(discovering, "discover", lambda *_: pytest.fail("all files were listed"))
    with Index.open(repo) as index:
        assert not index.refresh()
    (repo / "alpha.py").write_text(TEMPLATE.format(name="omega"), encoding="utf-8")
    with Index.open(repo) as index:
        assert not index.refresh()
        assert index.search("omega").hits[0].path == "alpha.py"


@pytest.mark.usefixtures("settled")
def test_a_record_of_files_holds_for_one_state_of_the_index(repo: Path, tmp_path: Path) -> None:
    updated(repo)
    shutil.copytree(repo / ".codesearch", tmp_path / "earlier")
    (repo / "alpha.py").write_text(TEMPLATE.format(name="omega"), encoding="utf-8")
    updated(repo)
    shutil.copytree(
        tmp_path / "earlier", repo / ".codesearch", dirs_exist_ok=True, ignore=lambda *_: ["discovery.record"]
    )
    assert updated(repo).changed == 1
    with Index.open(repo) as index:
        assert contents(index) == fresh_contents(repo, tmp_path)
