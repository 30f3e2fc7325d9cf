"""Groups of shards answer as one index of everything, and nobody sees what he may not read."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from codesearch.api import Index
from codesearch.cluster import group as group_module
from codesearch.cluster.access import Access, AccessDenied, digest
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.messages import ChunkOfShard, Scope
from codesearch.cluster.reranking import RememberedEmbeddings
from codesearch.cluster.router import ClusterQuestion, ClusterResult, Router
from codesearch.errors import CodesearchError
from codesearch.exact.compiling import compiled
from codesearch.exact.request import Case, PatternRequest
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters, Hit, Retrieval, SearchResult
from codesearch.search.local import LocalReader
from codesearch.search.rerank import Reranker
from codesearch.search.searcher import SearchedIndex, search
from codesearch.search.snippets import Snippets
from tests.support.cluster import GroupsHere
from tests.support.encoders import Words
from tests.support.places import PACKAGE
from tests.support.repositories import write

TOKEN = "of a test"
ALL = Access({digest(TOKEN): ("*",)})
QUESTIONS = (
    "how is a question parsed",
    "Snapshot",
    "Snapshot.nearest",
    "what happens to files that are deleted while an update runs",
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
    "how a garden is watered",
)
PATTERNS = (
    PatternRequest(("def .*rows",)),
    PatternRequest(("Segment", "snapshot"), Case.SMART, whole_words=True),
    PatternRequest(("[i]",), is_literal=True),
    PatternRequest(("nothing has this",)),
)
FILTERS = (
    Filters(),
    Filters(kinds=("function", "method")),
    Filters(names=("read*",)),
    Filters(paths=("index/**",)),
    Filters(languages=("python",), within=("search", "index/store.py")),
)


def _index(folder: Path, kept: Sequence[str], deleted: Sequence[str] = ()) -> None:
    """A shard's folder with an index of some files that has held others, too."""
    files = folder / "files"
    files.mkdir(parents=True)
    for path in [*kept, *deleted]:
        (files / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / path, files / path)
    with Index.create(files, index_dir=folder / "index") as index:
        index.update()
        for path in deleted:
            (files / path).unlink()
        if deleted:
            index.update()


@pytest.fixture(scope="module")
def paths() -> list[str]:
    files = [file for folder in ("index", "search", "render") for file in (PACKAGE / folder).glob("*.py")]
    return sorted(file.relative_to(PACKAGE).as_posix() for file in files)


@pytest.fixture(scope="module")
def whole(paths: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("whole") / "shard"
    _index(folder, paths)
    with Index.open(folder / "files", index_dir=folder / "index") as index:
        yield index


def _expected(indexes: Sequence[Index], question: ClusterQuestion) -> SearchResult:
    pattern = compiled(question.pattern) if question.pattern else None
    searched = [
        SearchedIndex(LocalReader(index.snapshot(), Snippets(index.root), pattern), index.encoder, question.filters)
        for index in indexes
    ]
    return search(searched, question.text, question.k, explained=True, retrieval=question.retrieval, pattern=pattern)


def _expected_lines(index: Index, pattern: PatternRequest, filters: Filters) -> list[Hit]:
    return [hit for found in index.grep(compiled(pattern), filters) for hit in index.line_hits(found)]


def _shown(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without the numbers of their indexes, which depend on the split."""
    return [replace(hit, index=0, copies=tuple(replace(copy, index=0) for copy in hit.copies)) for hit in hits]


def _reranker(model: str) -> Reranker:
    encoder = Words()
    return Reranker(encoder, RememberedEmbeddings(encoder))


def _router(groups: GroupsHere, sources: Sequence[str]) -> Router:
    return Router(groups, load_encoder(), sources, _reranker)


def _grouped(shards: Sequence[HeldShard], groups: int, access: Access = ALL) -> GroupsHere:
    """The shards in groups of consecutive ones."""
    parts = np.array_split(np.arange(len(shards)), groups)
    return GroupsHere([ShardGroup([shards[i] for i in part], access) for part in parts])


def _tree(groups: GroupsHere, chance: random.Random) -> GroupsHere:
    """The groups below relays, and these below others, at random."""
    parts = groups.each()
    while len(parts) > 1 and chance.random() < 0.8:
        bounds = sorted({0, len(parts), *chance.choices(range(1, len(parts)), k=len(parts) // 2)})
        parts = [GroupsHere.of_relays(parts[begin:end]) for begin, end in pairwise(bounds)]
    return GroupsHere.of_relays(parts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shards", "groups", "seed", "has_levels"),
    [(2, 1, 1, False), (5, 3, 2, False), (16, 4, 3, False), (9, 9, 4, False), (9, 7, 5, True), (16, 12, 6, True)],
)
def test_any_split_answers_as_one_index(
    whole: Index,
    paths: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shards: int,
    groups: int,
    seed: int,
    has_levels: bool,
) -> None:
    chance = random.Random(seed)
    held: list[list[str]] = [[] for _ in range(shards)]
    for path in paths:
        chance.choice(held).append(path)
    opened = []
    for number, kept in enumerate(held):
        others = [path for path in paths if path not in kept]
        _index(tmp_path / str(number), kept, chance.sample(others, 3) if number % 2 else ())
        opened.append(HeldShard(number, "whole", tmp_path / str(number)))
    split = _grouped(opened, groups)
    router = _router(_tree(split, chance) if has_levels else split, ["whole"] * shards)
    for text in QUESTIONS:
        for filters in FILTERS:
            for retrieval in (Retrieval.BOTH, Retrieval.LEXICAL) if filters is FILTERS[0] else (Retrieval.BOTH,):
                question = ClusterQuestion(text, 10, filters, explain=True, retrieval=retrieval)
                answered = router.search(TOKEN, question)
                expected = _expected([whole], question)
                assert _shown(answered.result.hits) == _shown(expected.hits)
                assert answered.result.is_close == expected.is_close
                assert answered.result.is_close == whole.search(text, filters=filters, retrieval=retrieval).is_close
                assert answered.missing == ()
    monkeypatch.setattr(whole, "_load", lambda name, _: Words())
    for text in QUESTIONS:
        for filters in FILTERS:
            answered = router.search(TOKEN, ClusterQuestion(text, 10, filters, explain=True, rerank="words"))
            expected = whole.search(text, 10, filters, explain=True, rerank="words")
            assert _shown(answered.result.hits) == _shown(expected.hits)
    for pattern in PATTERNS:
        for filters in FILTERS:
            lines = _expected_lines(whole, pattern, filters)
            for k in (3, 10_000):
                answered = router.search(TOKEN, ClusterQuestion("", k, filters, pattern=pattern))
                assert _shown(answered.result.hits) == lines[:k]
            question = ClusterQuestion("rows of a segment", 10, filters, pattern=pattern, explain=True)
            assert _shown(router.search(TOKEN, question).result.hits) == _shown(_expected([whole], question).hits)


@pytest.fixture
def doors(tmp_path: Path) -> list[HeldShard]:
    """Three repositories with a file of the same path."""
    shards = []
    for number, name in enumerate(("acme/barn", "acme/house", "secret/vault")):
        word = name.partition("/")[2]
        text = f"def open_{word}(door):\n    return door.open({word!r})\n"
        write(tmp_path / word / "files", {"src/door.py": text, "src/same.py": "def close(door):\n    door.close()\n"})
        with Index.create(tmp_path / word / "files", index_dir=tmp_path / word / "index") as index:
            index.update()
        shards.append(HeldShard(number, name, tmp_path / word))
    return shards


SOURCES = ("acme/barn", "acme/house", "secret/vault")


def _found(answered: ClusterResult) -> set[str]:
    return {answered.repositories[hit.index] for hit in answered.result.hits}


def test_hits_name_their_repositories(doors: list[HeldShard]) -> None:
    router = _router(_grouped(doors, 2), SOURCES)
    answered = router.search(TOKEN, ClusterQuestion("open the door"))
    names = {hit.name: answered.repositories[hit.index] for hit in answered.result.hits if hit.name != "close"}
    assert names == {"open_barn": "acme/barn", "open_house": "acme/house", "open_vault": "secret/vault"}


def test_copies_in_several_repositories_are_one_hit(doors: list[HeldShard]) -> None:
    router = _router(_grouped(doors, 3), SOURCES)
    answered = router.search(TOKEN, ClusterQuestion("close", 5))
    hit = next(hit for hit in answered.result.hits if hit.name == "close")
    assert {answered.repositories[place.index] for place in (*hit.copies,)} | {answered.repositories[hit.index]} == {
        *SOURCES
    }


def test_only_in_some_repositories(doors: list[HeldShard]) -> None:
    router = _router(_grouped(doors, 2), SOURCES)
    answered = router.search(TOKEN, ClusterQuestion("open the door", repositories=("acme/*",)))
    assert _found(answered) == {"acme/barn", "acme/house"}


ACME = Access({digest("acme"): ("acme/*",), digest("none"): (), digest(TOKEN): ("*",)})


def test_a_token_sees_only_its_repositories(doors: list[HeldShard]) -> None:
    router = _router(_grouped(doors, 3, ACME), SOURCES)
    for text in ("open the door", "open_vault", "vault", "close"):
        answered = router.search("acme", ClusterQuestion(text))
        assert _found(answered) <= {"acme/barn", "acme/house"}
        assert not any("vault" in hit.snippet for hit in answered.result.hits)
    assert not router.search("none", ClusterQuestion("open the door")).result.hits
    with pytest.raises(CodesearchError, match=r"the cluster has no repository secret/\* that you may read"):
        router.search("acme", ClusterQuestion("vault", repositories=("secret/*",)))


@pytest.mark.parametrize("groups", [1, 3])
def test_what_a_token_may_not_read_changes_no_score(doors: list[HeldShard], groups: int) -> None:
    of_two = _router(_grouped(doors[:2], 1), SOURCES)
    limited = _router(_grouped(doors, groups, ACME), SOURCES)
    for text in ("open the door", "vault", "close"):
        question = ClusterQuestion(text, explain=True)
        assert limited.search("acme", question).result.hits == of_two.search(TOKEN, question).result.hits


@pytest.mark.parametrize("token", ["", "wrong"])
def test_an_unknown_token_is_refused(doors: list[HeldShard], token: str) -> None:
    with pytest.raises(AccessDenied, match="the token is missing or wrong"):
        _router(_grouped(doors, 2), SOURCES).search(token, ClusterQuestion("door"))


def test_a_group_refuses_whatever_a_router_asks(doors: list[HeldShard]) -> None:
    group = ShardGroup(doors, ACME)
    vault = doors[2].snapshot
    chunks = [ChunkOfShard(2, chunk) for file in vault.files for chunk in vault.chunks_of(file)]
    assert set(group.texts(Scope("acme"), chunks)) == {""}
    assert set(group.current(Scope("acme"), chunks)) == {None}
    assert 2 not in group.facts(Scope("acme")).sources
    assert group.statistics(Scope("acme"), ("vault",)).frequencies["vault"] == 0
    assert any(group.texts(Scope(TOKEN), chunks))


def test_groups_that_do_not_answer_are_named(doors: list[HeldShard]) -> None:
    groups = _grouped(doors, 3)
    router = _router(groups, SOURCES)
    groups.groups[1] = None
    answered = router.search(TOKEN, ClusterQuestion("open the door"))
    assert (answered.groups, answered.missing) == (3, (1,))
    assert _found(answered) == {"acme/barn", "secret/vault"}
    groups.groups = [None, None, None]
    with pytest.raises(CodesearchError, match="none of the 3 groups of shards answered"):
        router.search(TOKEN, ClusterQuestion("open the door"))


@pytest.mark.parametrize("method", ["retrieve", "candidates", "name_statistics", "current"])
def test_a_group_that_goes_in_mid_question(doors: list[HeldShard], method: str) -> None:
    groups = _grouped(doors, 3)

    def kill(called: str) -> None:
        if called == method:
            groups.groups[2] = None

    groups.before_call = kill
    answered = _router(groups, SOURCES).search(TOKEN, ClusterQuestion("open the door"))
    assert answered.missing == (2,)
    assert _found(answered) == {"acme/barn", "acme/house"}


def _levels(doors: list[HeldShard]) -> tuple[GroupsHere, list[GroupsHere], Router]:
    """Groups 0 and 1 below a relay, and group 2 below another."""
    groups = [ShardGroup([shard], ALL) for shard in doors]
    parts = [GroupsHere(groups[:2]), GroupsHere(groups[2:], (2,))]
    top = GroupsHere.of_relays(parts)
    return top, parts, _router(top, SOURCES)


def test_groups_below_a_relay_are_named(doors: list[HeldShard]) -> None:
    _, parts, router = _levels(doors)
    parts[0].groups[1] = None
    answered = router.search(TOKEN, ClusterQuestion("open the door"))
    assert (answered.groups, answered.missing) == (3, (1,))
    assert _found(answered) == {"acme/barn", "secret/vault"}


def test_a_lost_relay_loses_all_of_its_groups(doors: list[HeldShard]) -> None:
    top, _, router = _levels(doors)
    top.groups[0] = None
    answered = router.search(TOKEN, ClusterQuestion("open the door"))
    assert (answered.groups, answered.missing) == (3, (0, 1))
    assert _found(answered) == {"secret/vault"}
    top.groups[1] = None
    with pytest.raises(CodesearchError, match="none of the 3 groups of shards answered"):
        router.search(TOKEN, ClusterQuestion("open the door"))


@pytest.mark.parametrize("method", ["retrieve", "candidates", "name_statistics", "current"])
def test_a_group_below_a_relay_that_comes_back_is_not_asked_again(doors: list[HeldShard], method: str) -> None:
    _, parts, router = _levels(doors)
    lost = parts[0].groups[1]
    asked = []

    def forget(called: str) -> None:
        asked.append(called)
        parts[0].groups[1] = None if called == method else lost

    parts[0].before_call = forget
    answered = router.search(TOKEN, ClusterQuestion("open the door"))
    assert method in asked
    assert answered.missing == (1,)
    assert _found(answered) == {"acme/barn", "secret/vault"}


def test_a_text_that_a_lost_group_has_is_not_shown(doors: list[HeldShard]) -> None:
    groups = _grouped(doors, 3)

    def kill(called: str) -> None:
        if called == "current":
            groups.groups = [None, None, None]

    groups.before_call = kill
    answered = _router(groups, SOURCES).search(TOKEN, ClusterQuestion("open the door"))
    assert answered.missing == (0, 1, 2)
    assert answered.result.hits == ()


def test_lines_come_by_repository_and_path(doors: list[HeldShard]) -> None:
    groups = [ShardGroup([doors[2], doors[0]], ALL), ShardGroup([doors[1]], ALL)]
    router = _router(GroupsHere(groups), SOURCES)
    answered = router.search(TOKEN, ClusterQuestion("", pattern=PatternRequest((r"open\(|close\(door",))))
    found = [(answered.repositories[hit.index], hit.path, hit.start_line, hit.name) for hit in answered.result.hits]
    assert found == [
        (source, *line)
        for source in SOURCES
        for line in (
            ("src/door.py", 2, f"open_{source.partition('/')[2]}"),
            ("src/same.py", 1, "close"),
        )
    ]
    some = router.search(TOKEN, ClusterQuestion("", repositories=("*/house",), pattern=PatternRequest(("def",))))
    assert {some.repositories[hit.index] for hit in some.result.hits} == {"acme/house"}


def test_a_token_sees_only_lines_of_its_repositories(doors: list[HeldShard]) -> None:
    router = _router(_grouped(doors, 3, ACME), SOURCES)
    for text in ("", "open the door"):
        answered = router.search("acme", ClusterQuestion(text, pattern=PatternRequest(("vault|close",))))
        assert answered.result.hits
        assert _found(answered) <= {"acme/barn", "acme/house"}


def test_finding_lines_must_not_keep_others_waiting(doors: list[HeldShard], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_module, "SECONDS_FOR_LINES", -1.0)
    router = _router(_grouped(doors, 2), SOURCES)
    for text in ("", "open the door"):
        with pytest.raises(CodesearchError, match="a group of shards needs more than"):
            router.search(TOKEN, ClusterQuestion(text, pattern=PatternRequest(("vault",))))
    assert router.search(TOKEN, ClusterQuestion("open the door")).result.hits


def test_mistakes_are_those_of_one_machine(doors: list[HeldShard]) -> None:
    router = _router(_grouped(doors, 2), SOURCES)
    with pytest.raises(CodesearchError, match="the question is empty"):
        router.search(TOKEN, ClusterQuestion(" "))
    with pytest.raises(CodesearchError, match="nonsense"):
        router.search(TOKEN, ClusterQuestion("door", filters=Filters(kinds=("nonsense",))))
