"""An export to LanceDB answers as the shards do, and only what changed is exported again."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from codesearch.cluster.access import Access, digest
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.manifest import read_manifest, write_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.router import ClusterQuestion, Router
from codesearch.errors import CodesearchError
from codesearch.lance import export as exporting
from codesearch.lance import indexes, tables, writing
from codesearch.lance.address import Address
from codesearch.lance.cluster import ExportedCluster
from codesearch.lance.export import ExportReport, export
from codesearch.lance.writing import AnotherWriter, Writing
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters, Retrieval
from tests.support.cluster import GroupsHere, index_here
from tests.support.encoders import Words
from tests.support.places import PACKAGE
from tests.support.repositories import write
from tests.support.s3 import s3_server

lancedb = pytest.importorskip("lancedb")

TOKEN = "of a test"
SOURCES = ("index", "search", "render", "exact")
QUESTIONS = (
    "how is a question parsed",
    "Snapshot.nearest",
    "rank",
    "open",
    "read -text",
    '"raises IndexDamaged" where a row is wrong',
    "search/rank.py",
    "__init__.py",
    "Store.py",
    "search/rank.py:60: error: unused",
    "in a/search/__init__.py:1, called by hit.py:20",
    "the state of an index in python",
    "vectors.faiss has 300 bytes where 400 were written",
    "which settings and bindings are there",
    "Straße 検索 naïve",
    "how a garden is watered",
    "?!",
)
FILTERS = (
    Filters(kinds=("function", "method")),
    Filters(names=("read*", "Snapshot.open")),
    Filters(names=("snapshot",)),
    Filters(names=("*ment.find",), kinds=("method",)),
    Filters(paths=("s*.py", "!**/snippets.py")),
    Filters(languages=("go",)),
    Filters(paths=("nowhere/**",)),
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def place(cache: None, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = open_place(str(tmp_path_factory.mktemp("place")))
    index_here(place, [PACKAGE / name for name in SOURCES], part_bytes=60_000)  # some sources in several shards
    return place


@pytest.fixture(scope="module")
def exported(place: Place, tmp_path_factory: pytest.TempPathFactory) -> ExportedCluster:
    address = _address(tmp_path_factory.mktemp("export"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "MIN_INDEXED_VECTORS", 100)
        patch.setattr(indexes, "PARTITION_ROWS", 256)
        patch.setattr(exporting, "CHUNKS_AT_ONCE", 300)
        _export(place, address)
    columns = {name for one in address.connect().open_table("chunks").list_indices() for name in one.columns}
    assert {"terms", "vector"} <= columns
    return ExportedCluster(address.text, Path())


def _address(folder: Path) -> Address:
    return Address.parse(f"lancedb://{folder}", Path())


def _export(place: Place, address: Address) -> ExportReport:
    return export(place, address, lambda *_: None)


def _shards(place: Place) -> Router:
    """The shards in one group of this process."""
    shards = servable_manifest(place).shards
    held = [hold(place, shard, number) for number, shard in enumerate(shards)]
    group = ShardGroup(held, Access({digest(TOKEN): ("*",)}))
    return Router(GroupsHere([group]), load_encoder(), [shard.source for shard in shards])


@pytest.mark.slow
def test_an_export_answers_as_the_shards_do(place: Place, exported: ExportedCluster) -> None:
    router = _shards(place)
    some = ("*/search", "*/exact")
    asked = [
        *(ClusterQuestion(text) for text in QUESTIONS),
        *(ClusterQuestion(text, retrieval=how) for text in QUESTIONS[:3] for how in Retrieval),
        *(ClusterQuestion(text, filters=filters) for text in QUESTIONS[:4] for filters in FILTERS),
        *(ClusterQuestion(text, repositories=some) for text in QUESTIONS[:4]),
        ClusterQuestion(QUESTIONS[0], 100, Filters(paths=("*.py",)), some, min_score=0.01),
    ]
    for question in asked:
        expected, found = router.search(TOKEN, question), exported.search(question)
        assert found.result == expected.result, question
        assert (found.repositories, found.groups, found.missing) == (expected.repositories, 1, ())


def test_reranking_gives_the_same(place: Place, exported: ExportedCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codesearch.cluster.reranking.load_encoder", lambda _: Words())
    router = _shards(place)
    router._rerankers = exported._rerankers
    for text in QUESTIONS[:4]:
        question = ClusterQuestion(text, rerank="words")
        expected, found = router.search(TOKEN, question).result, exported.search(question).result
        assert found == expected
        assert found != exported.search(ClusterQuestion(text)).result


def test_signals_are_explained(place: Place, exported: ExportedCluster) -> None:
    question = ClusterQuestion(QUESTIONS[0], explain=True)
    expected, found = _shards(place).search(TOKEN, question).result, exported.search(question).result
    for hit, other in zip(found.hits, expected.hits, strict=True):
        assert [signal.name for signal in hit.signals] == [signal.name for signal in other.signals]
        values = [signal.contribution for signal in hit.signals]
        assert values == pytest.approx([signal.contribution for signal in other.signals], abs=1e-5)


def test_unknown_repositories_kinds_and_languages_are_refused(exported: ExportedCluster) -> None:
    with pytest.raises(CodesearchError, match="the cluster has no repository nothing"):
        exported.search(ClusterQuestion("rank", repositories=("nothing",)))
    with pytest.raises(CodesearchError, match="klass"):
        exported.search(ClusterQuestion("rank", filters=Filters(kinds=("klass",))))
    with pytest.raises(CodesearchError, match="pyton"):
        exported.search(ClusterQuestion("rank", filters=Filters(languages=("pyton",))))
    with pytest.raises(CodesearchError, match="the question is empty"):
        exported.search(ClusterQuestion(" "))


@pytest.fixture
def town(cache: None, tmp_path: Path) -> Path:
    """Two small repositories, and a place with their shards."""
    write(tmp_path / "bakery", {"oven.py": "def heat_oven(degrees):\n    return degrees\n", "notes.bin": ""})
    write(tmp_path / "quarry", {"stone.py": "def cut_stone(saw):\n\n    return saw.cut()\n"})
    write(tmp_path / "bakery", {"same.py": "def same():\n    return None\n"})
    write(tmp_path / "quarry", {"same.py": "def same():\n    return None\n"})
    write(tmp_path / "empty", {".gitkeep": ""})
    _index(tmp_path)
    return tmp_path


def _index(town: Path, *, prune: bool = False) -> None:
    sources = [path for name in ("bakery", "quarry", "empty") if (path := town / name).is_dir()]
    index_here(open_place(str(town / "place")), sources, prune=prune)


def _exported(town: Path) -> ExportReport:
    return _export(open_place(str(town / "place")), _address(town / "export"))


def _names(town: Path) -> set[str]:
    """What is found, without what both repositories have."""
    question = ClusterQuestion("heat the oven or cut a stone")
    cluster = ExportedCluster(f"lancedb://{town}/export", Path())
    return {hit.name for hit in cluster.search(question).result.hits} - {"same"}


def _numbers(report: ExportReport) -> tuple[int, int, int]:
    return report.shards, report.added, report.removed


def test_only_what_changed_is_exported_again(town: Path) -> None:
    assert _numbers(_exported(town)) == (3, 3, 0)
    cluster = ExportedCluster(f"lancedb://{town}/export", Path())
    assert _names(town) == {"heat_oven", "cut_stone"}
    versions = _versions(town)
    assert _numbers(_exported(town)) == (3, 0, 0)
    assert _versions(town) == versions
    write(town / "bakery", {"oven.py": "def cool_oven(degrees):\n    return -degrees\n"})
    _index(town)
    assert _numbers(_exported(town)) == (3, 1, 1)
    assert _names(town) == {"cool_oven", "cut_stone"}
    for text in ("oven", "same", "cut a stone"):  # the answers of what was opened before, and the order of copies
        expected = _shards(open_place(str(town / "place"))).search(TOKEN, ClusterQuestion(text)).result
        assert cluster.search(ClusterQuestion(text)).result == expected
    shutil.rmtree(town / "quarry")
    _index(town, prune=True)
    assert _numbers(_exported(town)) == (2, 0, 1)
    assert _names(town) == {"cool_oven"}


def _versions(town: Path) -> dict[str, int]:
    connection = _address(town / "export").connect()
    return {name: connection.open_table(name).version for name in (tables.SHARDS, *tables.TABLES)}


STEPS = ["begin", "write", "make_indexes", "publish", "delete_old_versions"]


@pytest.mark.parametrize("at", STEPS)
def test_an_export_that_is_killed_goes_on(town: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def kill(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Writing, at, kill)
        with pytest.raises(KeyboardInterrupt):
            _exported(town)
    if at != "delete_old_versions":
        with pytest.raises(CodesearchError, match=r"was not finished|holds no export"):
            _names(town)
    _exported(town)
    assert _names(town) == {"heat_oven", "cut_stone"}
    write(town / "bakery", {"oven.py": "def cool_oven(degrees):\n    return -degrees\n"})
    _index(town)
    with monkeypatch.context() as patch:
        patch.setattr(Writing, at, kill)
        with pytest.raises(KeyboardInterrupt):
            _exported(town)
    is_published = at in ("make_indexes", "delete_old_versions")
    assert _names(town) == ({"cool_oven", "cut_stone"} if is_published else {"heat_oven", "cut_stone"})
    _exported(town)
    assert _names(town) == {"cool_oven", "cut_stone"}
    connection = _address(town / "export").connect()
    assert connection.open_table("chunks").count_rows() == 4


def test_one_export_at_a_time(town: Path) -> None:
    from codesearch.index.lock import WriterLock

    (town / "export").mkdir()
    with WriterLock(town / "export" / "export.lock"), pytest.raises(CodesearchError, match="is being"):
        _exported(town)


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("at", STEPS)
def test_two_exports_at_once_mix_no_states(
    town: Path, monkeypatch: pytest.MonkeyPatch, at: str, is_whole: bool, is_first: bool
) -> None:
    """In storage that has no locks, one that begins while another is at a step; it ends before that goes on, or not."""
    monkeypatch.setattr(exporting, "_locked", lambda _: nullcontext())
    monkeypatch.setattr(exporting, "CHUNKS_AT_ONCE", 1)
    if not is_first:
        _exported(town)
    write(town / "bakery", {"oven.py": "def cool_oven(degrees):\n    return -degrees\n"})
    _index(town)
    address = _address(town / "export")
    step = getattr(Writing, at)
    others: list[Writing] = []

    def interrupted(self: Writing, *arguments: Any, **options: Any) -> Any:
        if not others:
            others.append(Writing(address, address.connect()))
            if is_whole:
                with monkeypatch.context() as patch:
                    patch.setattr(Writing, at, step)
                    assert _exported(town).shards == 3
            else:
                others[0].begin()
        return step(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Writing, at, interrupted)
        with suppress(AnotherWriter):
            assert _exported(town).shards == 3
    assert others
    if is_whole:
        assert _names(town) == {"cool_oven", "cut_stone"}
        if at != "delete_old_versions":  # by then, all is published
            with pytest.raises(AnotherWriter, match=f"another codesearch cluster export writes to {address.text}"):
                others[0].publish(())
    _exported(town)
    assert _names(town) == {"cool_oven", "cut_stone"}
    connection = address.connect()
    assert connection.open_table("chunks").count_rows() == 4
    expected = _shards(open_place(str(town / "place"))).search(TOKEN, ClusterQuestion("oven")).result
    assert ExportedCluster(address.text, Path()).search(ClusterQuestion("oven")).result == expected


def test_text_between_and_across_chunks(town: Path) -> None:
    body = "".join(f"\n    def step_{number}(self):\n        return {number}\n" * 8 for number in range(40))
    write(town / "bakery", {"dough.py": f"class Dough:\n    height = 1\n{body}"})
    _index(town)
    _exported(town)
    cluster = ExportedCluster(f"lancedb://{town}/export", Path())
    place = open_place(str(town / "place"))
    for text in ("Dough", "class Dough", "step_7"):
        question = ClusterQuestion(text)
        assert cluster.search(question).result == _shards(place).search(TOKEN, question).result


def test_two_exports_at_once_to_object_storage(town: Path) -> None:
    with s3_server("exports"):
        address = Address.parse("lancedb://s3://exports/busy", town)
        place = open_place(str(town / "place"))
        begin = Barrier(2)

        def exported(_: int) -> bool:
            begin.wait()
            try:
                _export(place, address)
            except AnotherWriter:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            assert any(threads.map(exported, range(2)))
        expected = _shards(place).search(TOKEN, ClusterQuestion("cut a stone")).result
        for _ in range(2):
            assert ExportedCluster(address.text, town).search(ClusterQuestion("cut a stone")).result == expected
            assert _numbers(_export(place, address)) == (3, 0, 0)


def test_object_storage(town: Path) -> None:
    with s3_server("exports"):
        address = Address.parse("lancedb://s3://exports/town/", town)
        place = open_place(str(town / "place"))
        assert _numbers(_export(place, address)) == (3, 3, 0)
        assert _numbers(_export(place, address)) == (3, 0, 0)
        hits = ExportedCluster(address.text, town).search(ClusterQuestion("cut a stone")).result.hits
        assert hits[0].name == "cut_stone"
        assert hits[0].snippet == "def cut_stone(saw):\n\n    return saw.cut()"
        with pytest.raises(CodesearchError, match=r"lancedb://s3://nowhere can't be used: [^{]*$"):
            ExportedCluster("lancedb://s3://nowhere", town).search(ClusterQuestion("stone"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("lancedb://", "is not the address of an export"),
        ("s3://exports", "is not the address of an export"),
        ("lancedb://db://cloud", "is in a storage that is not supported"),
        ("lancedb://nowhere", "nowhere does not exist"),
        ("lancedb://place", "lancedb://place holds no export"),
        ("lancedb://other", "lancedb://other is not an export of codesearch"),
    ],
)
def test_what_is_no_export(town: Path, address: str, said: str) -> None:
    lancedb.connect(str(town / "other")).create_table("shards", [{"number": 1}])
    with pytest.raises(CodesearchError, match=said):
        ExportedCluster(address, town).search(ClusterQuestion("stone"))


@pytest.mark.parametrize("name", ["shards", "chunks"])
def test_tables_of_others_are_not_touched(town: Path, name: str) -> None:
    connection = lancedb.connect(str(town / "export"))
    connection.create_table(name, [{"number": 1}])
    with pytest.raises(CodesearchError, match="is not an export of codesearch"):
        _exported(town)
    assert connection.open_table(name).count_rows() == 1


def test_a_damaged_export_says_what_repairs_it(town: Path) -> None:
    _exported(town)
    for file in (town / "export" / "chunks.lance" / "data").iterdir():
        os.truncate(file, 100)
    with pytest.raises(CodesearchError, match=r"export can't be used: ") as caught:
        _names(town)
    assert ".rs" not in caught.value.message
    assert str(caught.value.remedy).startswith("if it is damaged, delete it and run: codesearch cluster export ")


def test_a_table_that_is_missing_is_not_up_to_date(town: Path) -> None:
    _exported(town)
    shutil.rmtree(town / "export" / "names.lance")
    with pytest.raises(CodesearchError, match=r"the table names of .*export is missing"):
        _exported(town)
    with pytest.raises(CodesearchError, match="Table 'names' was not found"):
        _names(town)


def test_a_newer_format(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writing, "FORMAT", 2)
        _exported(town)
    with pytest.raises(CodesearchError, match="is of format 2; this codesearch reads up to 1"):
        _names(town)
    with pytest.raises(CodesearchError, match="is of format 2"):
        _exported(town)


def test_another_model(town: Path) -> None:
    _exported(town)
    cluster = ExportedCluster(f"lancedb://{town}/export", Path(), "small")
    with pytest.raises(CodesearchError, match="was indexed with the model default, not small"):
        cluster.search(ClusterQuestion("stone"))


def test_a_place_without_code(town: Path) -> None:
    place = open_place(str(town / "place"))
    manifest = read_manifest(place)
    assert manifest
    write_manifest(place, replace(manifest, shards=tuple(one for one in manifest.shards if not one.chunks)))
    with pytest.raises(CodesearchError, match="has nothing to export"):
        _exported(town)


def test_without_lancedb_the_extra_is_named(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _exported(town)
    for name in ("lancedb", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    for ask in (_exported, _names):
        with pytest.raises(CodesearchError, match="needs lancedb"):
            ask(town)


def test_facts_are_readable_by_other_programs(town: Path) -> None:
    """The table of chunks alone serves for retrieval without codesearch."""
    _exported(town)
    connection = lancedb.connect(str(town / "export"))
    rows = connection.open_table("chunks").search().select(["path", "name", "text"]).to_list()
    assert {(row["path"], row["name"]) for row in rows} >= {("oven.py", "heat_oven"), ("stone.py", "cut_stone")}
    facts = connection.open_table("shards").schema.metadata[b"codesearch"]
    assert json.loads(facts)["format"] == tables.FORMAT
