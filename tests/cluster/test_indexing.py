"""Indexing sources into a place."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codesearch import clones
from codesearch.api import Index
from codesearch.cluster import build as building
from codesearch.cluster.archive import layout_of, unpack
from codesearch.cluster.build import BuildRequest, Failed, Limits, Outcome, Program, Refused, Unchanged, build
from codesearch.cluster.manifest import Failure, Manifest, read_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.sources import read_sources
from codesearch.errors import CodesearchError, IndexLocked
from codesearch.index.lock import WriterLock
from codesearch.render.cluster import index_report_lines
from tests.support.cluster import LIMITS, TasksHere, index_here
from tests.support.repositories import git, needs_git, write


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(str(tmp_path / "place"))


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    made = []
    for name in ("bakery", "garage", "school"):
        write(tmp_path / name, {f"src/{name}.py": f"def open_{name}():\n    return 1\n", "README.md": f"# {name}\n"})
        made.append(tmp_path / name)
    return made


def _manifest(place: Place) -> Manifest:
    manifest = read_manifest(place)
    assert manifest
    return manifest


def test_each_source_becomes_a_shard(place: Place, sources: list[Path], tmp_path: Path) -> None:
    report = index_here(place, sources)
    assert (report.sources, report.unchanged, report.shards, report.failures) == (3, 0, 3, ())
    manifest = _manifest(place)
    assert [shard.source for shard in manifest.shards] == [source.resolve().as_posix() for source in sources]
    assert [shard.files for shard in manifest.shards] == [2, 2, 2]
    assert report.chunks == sum(shard.chunks for shard in manifest.shards) > 0
    with place.reading(f"shards/{manifest.shards[0].file}") as archive:
        unpack(archive, tmp_path / "copy")
    with Index(layout_of(tmp_path / "copy")) as index:
        assert index.search("open the bakery").hits[0].snippet == "def open_bakery():\n    return 1"


def test_a_second_run_does_nothing(place: Place, sources: list[Path], tmp_path: Path) -> None:
    index_here(place, sources)
    before = {path: path.stat() for path in (tmp_path / "place").rglob("*.tar")}
    tasks = TasksHere()
    report = index_here(place, sources, tasks)
    assert report.unchanged == 3
    assert all(isinstance(outcome, Unchanged) for outcome in tasks.outcomes)
    assert {path: path.stat() for path in (tmp_path / "place").rglob("*.tar")} == before


def test_a_place_in_a_source_is_no_part_of_it(sources: list[Path]) -> None:
    inside = open_place(str(sources[0] / "shards"))
    index_here(inside, sources)
    assert index_here(inside, sources).unchanged == 3
    assert [shard.files for shard in _manifest(inside).shards] == [2, 2, 2]


def test_a_changed_source_is_built_again_alone(place: Place, sources: list[Path]) -> None:
    index_here(place, sources)
    before = _manifest(place).shards
    write(sources[1], {"src/more.py": "def close_garage():\n    return 2\n"})
    report = index_here(place, sources)
    after = _manifest(place).shards
    assert report.unchanged == 2
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1].files == 3
    assert set(place.sizes("shards")) == {name for s in after for name in (s.file, s.file[:-4] + ".json")}


def test_other_sources_keep_their_shards_unless_pruned(place: Place, sources: list[Path]) -> None:
    index_here(place, sources[:2])
    index_here(place, sources[2:])
    assert len(_manifest(place).shards) == 3
    report = index_here(place, sources[:1], prune=True)
    assert report.removed == 2
    assert "1 unchanged, 2 removed" in next(index_report_lines(report))
    assert [shard.source for shard in _manifest(place).shards] == [sources[0].resolve().as_posix()]
    assert len(place.sizes("shards")) == 2


def test_a_large_source_is_divided_by_folder(place: Place, tmp_path: Path) -> None:
    files = {f"part{i}/module{j}.py": f"def f{i}_{j}():\n    return {i}\n" for i in range(4) for j in range(3)}
    write(tmp_path / "large", files)
    tasks = TasksHere()
    report = index_here(place, [tmp_path / "large"], tasks, part_bytes=100)
    shards = _manifest(place).shards
    assert [(shard.part, shard.parts, shard.files) for shard in shards] == [(i, 4, 3) for i in range(4)]
    assert (report.sources, report.shards) == (1, 4)
    assert index_here(place, [tmp_path / "large"], part_bytes=100).unchanged == 1
    write(tmp_path / "large", {"part0/module0.py": "def other():\n    return 0\n"})
    index_here(place, [tmp_path / "large"], part_bytes=100)
    assert len({shard.version for shard in _manifest(place).shards}) == 1
    assert _manifest(place).shards[0].version != shards[0].version


class _Killed(TasksHere):
    """Ends the run after some outcomes, as Ctrl-C does."""

    def __init__(self, outcomes: int) -> None:
        super().__init__()
        self._left = outcomes

    def next(self) -> Outcome:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return super().next()


def test_an_interrupted_run_goes_on(place: Place, sources: list[Path]) -> None:
    with pytest.raises(KeyboardInterrupt):
        index_here(place, sources, _Killed(2))
    assert len(_manifest(place).shards) == 2
    report = index_here(place, sources)
    assert (report.unchanged, report.shards) == (2, 3)


def test_shards_are_found_again_without_a_manifest(place: Place, sources: list[Path]) -> None:
    index_here(place, sources)
    place.delete("manifest.json")
    tasks = TasksHere()
    report = index_here(place, sources, tasks)
    assert (report.shards, report.unchanged) == (3, 3)


def test_sources_that_are_not_named_outlive_the_manifest(place: Place, sources: list[Path], tmp_path: Path) -> None:
    index_here(place, sources)
    before = _manifest(place).shards
    place.delete("manifest.json")
    (tmp_path / "place" / "shards" / "odd.json").write_text("[" * 100_000)
    index_here(place, sources[:1])
    assert _manifest(place).shards == before


def test_a_source_that_is_not_named_and_has_lost_a_shard_is_reported(
    place: Place, sources: list[Path], tmp_path: Path
) -> None:
    index_here(place, sources)
    (tmp_path / "place" / "shards" / _manifest(place).shards[1].file).unlink()
    report = index_here(place, sources[:1])
    lost = sources[1].resolve().as_posix()
    assert (report.lost, report.shards) == ((lost,), 2)
    assert [*index_report_lines(report)][-1].startswith(f"Lost: {lost}: ")
    assert index_here(place, sources).lost == ()


@pytest.mark.parametrize("damage", ["missing", "cut off"])
def test_a_shard_that_is_not_whole_is_built_again(
    place: Place, sources: list[Path], tmp_path: Path, damage: str
) -> None:
    index_here(place, sources)
    file = tmp_path / "place" / "shards" / _manifest(place).shards[1].file
    if damage == "missing":
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size // 2)
    report = index_here(place, sources)
    assert (report.unchanged, report.shards) == (2, 3)
    with tarfile.open(file) as archive:
        assert "files/src/garage.py" in archive.getnames()


def test_failures_are_reported_and_tried_again(place: Place, sources: list[Path]) -> None:
    write(sources[0], {"big.py": "x = 1\n" * 1_000})
    report = index_here(place, sources, limits=replace(LIMITS, size=1_000))
    name = sources[0].resolve().as_posix()
    assert report.failures == (Failure(name, "its files take 6.0 kB, more than 1.0 kB"),)
    assert _manifest(place).failures == report.failures
    assert index_here(place, sources).failures == ()
    assert len(_manifest(place).shards) == 3


def test_a_source_that_fails_keeps_its_shard(place: Place, sources: list[Path]) -> None:
    index_here(place, sources)
    before = _manifest(place).shards
    write(sources[0], {"big.py": "x = 1\n" * 1_000})
    assert len(index_here(place, sources, limits=replace(LIMITS, size=1_000)).failures) == 1
    assert _manifest(place).shards == before


def test_a_node_without_the_folder_of_a_source(place: Place, sources: list[Path], tmp_path: Path) -> None:
    (source,) = read_sources([str(sources[0])], tmp_path)
    sources[0].rename(tmp_path / "elsewhere")
    outcome = build(BuildRequest(source, str(place), "default", LIMITS))
    assert isinstance(outcome, Failed)
    assert outcome.reason.endswith(f"has no folder {source.origin}")


def test_a_source_may_take_only_so_long(place: Place, sources: list[Path]) -> None:
    report = index_here(place, sources[:1], limits=Limits(LIMITS.size, -1.0))
    assert report.failures[0].reason.startswith("it takes longer than")


def test_an_unreadable_file_fails_its_source_alone(
    place: Place, sources: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = building.pack

    def gone(layout: object, paths: list[str], target: Path) -> None:
        if "src/garage.py" in paths:
            raise FileNotFoundError(2, "No such file or directory", "src/garage.py")
        pack(layout, paths, target)  # type: ignore[arg-type]

    monkeypatch.setattr(building, "pack", gone)
    report = index_here(place, sources)
    assert [failure.reason for failure in report.failures] == ["src/garage.py: No such file or directory"]
    assert report.shards == 2


def test_a_node_of_another_version_ends_the_run(place: Place, sources: list[Path]) -> None:
    (source, *_) = read_sources([str(sources[0])], Path())
    outcome = build(BuildRequest(source, str(place), "default", LIMITS, program=Program(version="9.9")))
    assert isinstance(outcome, Refused)
    assert "has codesearch" in outcome.reason
    assert outcome.reason.endswith("not 9.9")

    class Old(TasksHere):
        def next(self) -> Outcome:
            return Refused(self._waiting.popleft(), outcome.reason)

    with pytest.raises(CodesearchError, match=r"not 9\.9"):
        index_here(place, sources, Old())


def test_a_place_of_a_newer_format_is_refused(place: Place, sources: list[Path]) -> None:
    place.write("manifest.json", json.dumps({"format": 99, "shards": [], "failures": []}).encode())
    with pytest.raises(CodesearchError, match="has a manifest of format 99; this codesearch reads up to 1"):
        index_here(place, sources)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"format": 1}',
        b'{"format": 1, "shards": [{"file": "../x.tar"}], "failures": []}',
        b'{"format": 1, "shards": [], "failures": [{"source": 1, "reason": ""}]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_manifest_is_refused(place: Place, sources: list[Path], content: bytes) -> None:
    place.write("manifest.json", content)
    with pytest.raises(CodesearchError, match=r"the manifest of .* is damaged"):
        index_here(place, sources)


def test_one_run_at_a_time(place: Place, sources: list[Path], tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    with WriterLock(tmp_path / "place" / "lock"), pytest.raises(IndexLocked):
        index_here(place, sources)


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A repository, to which https://example.org/acme/oven.git leads; a function that commits a text to it."""
    origin, home = tmp_path / "origin", tmp_path / "home"
    write(origin, {"oven.py": "def heat_oven():\n    return 1\n"})
    git(origin, "init", "-q", "-b", "main")
    write(home, {".gitconfig": f'[url "{origin.as_uri()}"]\n\tinsteadOf = https://example.org/acme/oven.git\n'})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(clones, "PROTOCOLS", (*clones.PROTOCOLS, "file"))

    def commit(text: str) -> str:
        write(origin, {"oven.py": text})
        git(origin, "add", ".")
        git(origin, "commit", "-qm", "change")
        return git(origin, "rev-parse", "HEAD").strip()

    commit("def heat_oven():\n    return 1\n")
    git(origin, "tag", "-m", "first", "v1")
    return commit


@needs_git
@pytest.mark.parametrize("revision", ["", "@main", "@v1"])
def test_repositories_are_cloned_and_known_by_their_commit(
    place: Place, remote: Callable[[str], str], tmp_path: Path, revision: str
) -> None:
    url = f"https://example.org/acme/oven.git{revision}"
    first = remote("def bake_bread():\n    return 1\n")
    index_here(place, [url])
    (shard,) = _manifest(place).shards
    assert shard.source == f"example.org/acme/oven{revision}"
    assert (shard.commit == first) == (revision != "@v1")
    assert index_here(place, [url]).unchanged == 1
    second = remote("def bake_cake():\n    return 2\n")
    report = index_here(place, [url])
    assert report.unchanged == (revision == "@v1")
    assert (_manifest(place).shards[0].commit == second) == (revision != "@v1")
    assert not [*(tmp_path / "cache").rglob("oven.py")], "clones are deleted"


@needs_git
def test_a_repository_that_is_not_there(place: Place, remote: Callable[[str], str]) -> None:
    report = index_here(place, ["https://example.org/acme/oven.git@nowhere"])
    assert report.failures[0].reason == "https://example.org/acme/oven.git@nowhere has no such revision"
