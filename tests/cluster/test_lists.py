"""Inverted lists: chosen by size, measured, the same for any grouping, and never in the way of a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codesearch.cluster import indexing, list_training, messages
from codesearch.cluster.access import Access, digest
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.list_training import Trained, train
from codesearch.cluster.lists import hold_lists
from codesearch.cluster.manifest import Lists, Manifest, read_manifest, write_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.router import ClusterQuestion, Router
from codesearch.errors import CodesearchError
from codesearch.index.vectors import Codes, Vectors
from codesearch.models.encoder import Embeddings
from codesearch.models.loading import load_encoder
from codesearch.render.cluster import manifest_lines, manifest_record
from codesearch.search.hit import Filters, Hit, Retrieval
from tests.support.cluster import GroupsHere, TasksHere, index_here
from tests.support.places import PACKAGE

TOKEN = "of a test"
ACCESS = Access({digest(TOKEN): ("*",), digest("some"): ("*/search", "*/render")})
SOURCES = ("index", "search", "render", "cluster", "models")
QUESTIONS = ("how is a question parsed", "Snapshot.nearest", "where are files deleted", "open -text", "print a hit")


class CountingTasks(TasksHere):
    """Counts how often lists are trained."""

    trained = 0

    def train_lists(self, place: str, shards: Sequence[indexing.Shard]) -> Lists | None:
        """See Tasks."""
        self.trained += 1
        return super().train_lists(place, shards)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are used from 150 chunks on, with ten chunks in one."""
    monkeypatch.setattr(indexing, "EXACT_CHUNKS", 150)
    monkeypatch.setattr(messages, "EXACT_CHUNKS", 150)
    monkeypatch.setattr(list_training, "TRAINED_PER_CENTRE", 10)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None) -> Place:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = open_place(str(tmp_path / "place"))
    index_here(place, [PACKAGE / name for name in SOURCES])
    return place


def _router(place: Place, groups: Sequence[Sequence[int]], lists: Lists | None) -> Router:
    shards = servable_manifest(place).shards

    def grouped(numbers: Sequence[int]) -> ShardGroup:
        held: list[HeldShard] = [hold(place, shards[i], i) for i in numbers]
        files = [shards[i].file for i in numbers]
        return ShardGroup(held, ACCESS, lists and hold_lists(place, lists, files, held))

    return Router(GroupsHere([*map(grouped, groups)]), load_encoder(), [shard.source for shard in shards])


def _hits(router: Router, question: ClusterQuestion, token: str = TOKEN) -> Sequence[Hit]:
    return router.search(token, question).result.hits


def _lists(place: Place) -> Lists:
    lists = servable_manifest(place).lists
    assert lists
    return lists


def test_lists_are_trained_when_a_place_grows_large_and_again_when_it_has_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place, tasks = open_place(str(tmp_path / "place")), CountingTasks()
    index_here(place, [PACKAGE / "server"], tasks)
    assert (tasks.trained, servable_manifest(place).lists) == (0, None)
    sources = [PACKAGE / name for name in ("server", "search")]
    index_here(place, sources, tasks)
    index_here(place, sources, tasks)
    assert tasks.trained == 1
    first = _lists(place)
    assert first.chunks == first.sampled == servable_manifest(place).chunks
    assert first.recall >= list_training.WANTED_RECALL
    index_here(place, [PACKAGE / name for name in ("index", "render", "cluster", "cli")], tasks)
    assert tasks.trained == 2
    assert {path.name for path in (tmp_path / "place" / "lists").iterdir()} == {_lists(place).file} != {first.file}
    index_here(place, [PACKAGE / "server"], tasks, prune=True)
    assert servable_manifest(place).lists is None
    assert not list((tmp_path / "place" / "lists").iterdir())


def test_any_grouping_answers_alike_and_misses_little(place: Place) -> None:
    exact, lists = _router(place, [range(5)], None), _lists(place)
    routers = [_router(place, groups, lists) for groups in ([range(5)], [[3, 0], [1], [2, 4]], [[0], [1, 2, 3, 4]])]
    found = expected = 0
    for text in QUESTIONS:
        first, *others = [_hits(router, ClusterQuestion(text)) for router in routers]
        assert all(hits == first for hits in others)
        of_exact = _hits(exact, ClusterQuestion(text))
        found, expected = found + len({*first} & {*of_exact}), expected + len(of_exact)
    assert found >= 0.7 * expected  # of ten chunks to a list


def test_all_lists_find_what_exact_search_finds(place: Place) -> None:
    exact, lists = _router(place, [range(5)], None), _lists(place)
    router = _router(place, [[0, 1], [2, 3, 4]], replace(lists, probed=lists.centres))
    for text in QUESTIONS:
        for retrieval in Retrieval:
            question = ClusterQuestion(text, retrieval=retrieval, explain=True)
            assert _hits(router, question) == _hits(exact, question)


def test_filters_and_tokens_miss_nothing_that_few_lists_hold(place: Place) -> None:
    exact, router = _router(place, [range(5)], None), _router(place, [range(5)], replace(_lists(place), probed=1))
    few = _hits(router, ClusterQuestion("the", 5, retrieval=Retrieval.DENSE))
    assert few != _hits(exact, ClusterQuestion("the", 5, retrieval=Retrieval.DENSE))
    for filters in (Filters(kinds=("class",)), Filters(paths=("s*.py",)), Filters(languages=("python",))):
        question = ClusterQuestion("print a hit", filters=filters)
        assert _hits(router, question) == _hits(exact, question)
    every = _router(place, [range(5)], replace(_lists(place), probed=_lists(place).centres))
    for text in QUESTIONS:
        assert _hits(every, ClusterQuestion(text), "some") == _hits(exact, ClusterQuestion(text), "some")


def test_chunks_of_equal_vectors_are_ordered_as_in_exact_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(150):
            (tmp_path / name / f"{number}.py").write_text(f"def open_door_{number}():\n    return {number}\n")
    place = open_place(str(tmp_path / "place"))
    monkeypatch.setattr("codesearch.index.vectors.Vectors.of", _all_alike)
    index_here(place, [tmp_path / "a", tmp_path / "b"])
    question = ClusterQuestion("open the door", retrieval=Retrieval.DENSE)
    expected = _hits(_router(place, [range(2)], None), question)
    lists = replace(_lists(place), probed=_lists(place).centres)
    assert _hits(_router(place, [[0], [1]], lists), question) == expected


def _all_alike(embeddings: np.ndarray) -> Vectors:  # type: ignore[type-arg]
    return Vectors(np.full(embeddings.shape, 130, np.uint8))


def test_recall_is_what_the_lists_searched_hold() -> None:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(40, 16))
    rows = centres[rng.integers(40, size=4000)] + rng.normal(scale=0.5, size=(4000, 16))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    trained = train(Vectors.of(vectors).codes, vectors[:50], 50)
    assert len(trained.centres) == 80
    assert 1 < trained.probed < 80
    assert list_training.WANTED_RECALL <= trained.recall < 1
    assert train(Vectors.of(vectors).codes, vectors[:50], 50).probed == trained.probed


def test_status_says_what_is_searched(place: Place) -> None:
    manifest = servable_manifest(place)
    lists = _lists(place)
    line = next(line for line in manifest_lines(manifest) if line.startswith("Nearest vectors: "))
    assert line.startswith(f"Nearest vectors: {lists.probed} of {lists.centres} lists searched, 9")
    assert manifest_record(manifest)["lists"]["recall"] == lists.recall


def test_lists_that_are_missing_or_damaged(place: Place, tmp_path: Path) -> None:
    lists = _lists(place)
    path = tmp_path / "place" / "lists" / lists.file
    path.write_bytes(b"damaged")
    with pytest.raises(CodesearchError, match=rf"{lists.file} of .* can't be read"):
        _router(place, [range(5)], lists)
    path.unlink()
    with pytest.raises(CodesearchError, match=r"the lists of vectors of .* are missing"):
        servable_manifest(place)
    index_here(place, [PACKAGE / name for name in SOURCES])
    assert _lists(place) == lists


@pytest.mark.parametrize("changes", [{"file": "../x.safetensors"}, {"probed": "1"}, {"recall": 1}])
def test_a_damaged_row_of_lists(place: Place, changes: dict[str, object]) -> None:
    manifest = servable_manifest(place)
    write_manifest(place, Manifest(manifest.shards, (), replace(_lists(place), **changes)))  # type: ignore[arg-type]
    with pytest.raises(CodesearchError, match="is damaged"):
        read_manifest(place)


def test_shards_at_random_are_enough(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_training, "SAMPLED_CHUNKS", 200)
    shards = list(servable_manifest(place).shards)
    lists = list_training.train_lists(str(place), shards)
    assert lists
    assert 200 <= lists.sampled < lists.chunks
    assert lists.questions <= lists.sampled


def test_of_a_sample_fewer_of_the_nearest_are_looked_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for = []

    def record(codes: Codes, asked: Embeddings, nearest: int) -> Trained:
        looked_for.append(nearest / 50 - len(codes) / servable_manifest(place).chunks)
        return train(codes, asked, nearest)

    monkeypatch.setattr(list_training, "train", record)
    monkeypatch.setattr(list_training, "SAMPLED_CHUNKS", 200)
    list_training.train_lists(str(place), servable_manifest(place).shards)
    assert [abs(difference) <= 0.01 for difference in looked_for] == [True]
