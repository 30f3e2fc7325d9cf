"""The page of a cluster answers as that of one machine, and only what a token may read."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from codesearch.cli.remedies import hint_of
from codesearch.cluster.access import Access, digest
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.page_app import TOKEN_FROM, build
from codesearch.cluster.place import open_place
from codesearch.cluster.router import Router
from codesearch.models.loading import load_encoder
from codesearch.page import app
from codesearch.page.site import Site
from codesearch.server.residents import ResidentIndexes
from tests.support.cluster import GroupsHere, index_here
from tests.support.places import PACKAGE

TOKEN = "of a test"
PART_BYTES = 180_000
SOURCES = ("exact", "index", "search")
ACCESS = Access({digest(TOKEN): ("*",), digest("some"): ("*/exact", "*/search"), digest("none"): ()})
ADDRESS = "http://127.0.0.1:8902"


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Repositories, of which one has many small folders, and one two large ones."""
    code = tmp_path_factory.mktemp("code").resolve()
    for name, folder in (("exact", "exact"), ("search", "search"), ("index", "index/core"), ("render", "index/shown")):
        shutil.copytree(PACKAGE / name, code / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for number in range(30):
        (code / "exact" / "small" / str(number)).mkdir(parents=True)
        (code / "exact" / "small" / str(number) / "one.py").write_text(f"def small_{number}():\n    return {number}\n")
    return code


@pytest.fixture(scope="module")
def groups(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GroupsHere]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        place = open_place(str(tmp_path_factory.mktemp("place")))
        index_here(place, [code / name for name in SOURCES], part_bytes=PART_BYTES)
        shards = servable_manifest(place).shards
        assert [shard.parts for shard in shards] == [1, 2, 2, 1]
        held = [hold(place, shard, number) for number, shard in enumerate(shards)]
        yield GroupsHere([ShardGroup(held[:2], ACCESS), ShardGroup(held[2:], ACCESS)])


@pytest.fixture(scope="module")
def page(groups: GroupsHere, code: Path) -> Iterator[TestClient]:
    sources = [f"{code}/{name}" for name in ("exact", "index", "index", "search")]
    router = Router(groups, load_encoder(), sources)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(build(lambda: router), ADDRESS, headers=headers) as client:
        yield client


@pytest.fixture(scope="module")
def machine(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The page of the same folders on one machine."""
    indexes = ResidentIndexes(tmp_path_factory.mktemp("cookies"), lambda _: None)
    site = Site("code", [code / name for name in SOURCES], indexes)
    site.prepare()
    built = app.build({"code": site}, 8902, TOKEN, hint_of)
    with TestClient(built, ADDRESS, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        end = time.monotonic() + 120
        while not client.get("/api/state").json()["ready"] and time.monotonic() < end:
            time.sleep(0.02)
        yield client
    indexes.close()


def ask(client: TestClient, name: str, **parameters: Any) -> Any:
    response = client.get(f"/api/{name}", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def refused(client: TestClient, name: str, token: str = TOKEN, **parameters: Any) -> tuple[int, str, str]:
    headers = {"Authorization": f"Bearer {token}"}
    response = client.get(f"/api/{name}", params=parameters, headers=headers)
    error = response.json()["error"]
    return response.status_code, error["code"], error["message"]


def below(top: str, value: Any) -> Any:
    """An answer with paths that start at a folder."""
    if isinstance(value, dict):
        return {
            name: part.removeprefix(f"{top}/")
            if name in ("path", "name") and isinstance(part, str)
            else below(top, part)
            for name, part in value.items()
        }
    return [below(top, part) for part in value] if isinstance(value, list) else value


@pytest.mark.slow
@pytest.mark.parametrize("name", ["search", "hits"])
@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({"q": "how is a question parsed"}, ""),
        ({"q": "which lines match", "limit": 3, "lang": "python", "kind": ["function", "method"]}, ""),
        ({"q": "read -text", "path": "!**/rows.py"}, ""),
        ({"q": "small"}, "exact/small"),
        ({"q": "where are segments merged"}, "index"),
        ({"q": "where are segments merged"}, "index/core/store.py"),
    ],
)
def test_hits_are_those_of_one_machine(
    page: TestClient, machine: TestClient, code: Path, name: str, parameters: dict[str, Any], place: str
) -> None:
    top = str(code).strip("/")
    here, there = ({"in": place}, {"in": f"{top}/{place}"}) if place else ({}, {})
    found, expected = ask(page, name, **parameters, **there), ask(machine, name, **parameters, **here)
    if name == "hits":
        assert (found.pop("freshness"), bool(expected.pop("freshness"))) == ("", True)
    assert below(top, found) == expected


@pytest.mark.slow
def test_files_and_the_overview_are_those_of_one_machine(page: TestClient, machine: TestClient, code: Path) -> None:
    top = str(code).strip("/")
    for path in ("search/rank.py", "exact/small/7/one.py"):
        for name in ("file", "colors"):
            found = ask(page, name, path=f"{top}/{path}", **({"q": "rank a small one"} if name == "file" else {}))
            expected = ask(machine, name, path=path, **({"q": "rank a small one"} if name == "file" else {}))
            assert below(top, found) == expected
    found, expected = ask(page, "overview"), ask(machine, "overview")
    assert {one: found[one] for one in ("files", "chunks", "languages")} == {
        one: expected[one] for one in ("files", "chunks", "languages")
    }
    assert below(top, found["tree"])["children"] == expected["tree"]["children"]


def test_a_folder_of_repositories_can_be_searched(page: TestClient, code: Path) -> None:
    top = str(code).strip("/")

    def found(*places: str) -> set[str]:
        hits = ask(page, "search", q="a pattern of words", limit=200, **{"in": places})
        return {hit["path"].removeprefix(f"{top}/") for hit in hits}

    everything = found()
    assert {path.partition("/")[0] for path in everything} == {*SOURCES}
    assert found(top) == everything
    assert {path.partition("/")[0] for path in found(f"{top}/exact", f"{top}/search/")} == {"exact", "search"}
    assert found(f"{top}/search/rank.py", f"{top}/search/heads.py") == {"search/rank.py", "search/heads.py"}
    several = {"in": [f"{top}/search/rank.py", f"{top}/index"]}
    assert refused(page, "search", q="rows", **several)[2] == "several places can't be in several repositories"


def test_a_token_sees_only_its_repositories(page: TestClient, code: Path) -> None:
    top = str(code).strip("/")
    headers = {"Authorization": "Bearer some"}
    for name, parameters in (
        ("search", {"q": "Segment", "limit": 1000}),
        ("hits", {"q": "Segment", "lang": "python"}),
        ("overview", {}),
    ):
        text = page.get(f"/api/{name}", params=parameters, headers=headers).text
        assert f"{top}/index" not in text
        assert f"{top}/index" in page.get(f"/api/{name}", params=parameters).text
    assert page.get("/api/state", headers=headers).json()["folders"] == ["2 repositories"]
    for path in (f"{top}/index/core/store.py", f"{top}/nothing/store.py", f"{top}/search/nothing.py"):
        said = (404, "not-there", f"{path} is not in the repositories that you may read")
        assert refused(page, "file", "some", path=path) == said
        assert refused(page, "colors", "some", path=path) == said
    for place in ("index", "index/core/store.py", "nothing"):
        said = (404, "not-there", f"{top}/{place} is not in the repositories that you may read")
        assert refused(page, "search", "some", q="x", **{"in": f"{top}/{place}"}) == said
    assert page.get("/api/overview", headers={"Authorization": "Bearer none"}).json()["files"] == 0


@pytest.mark.parametrize("token", ["", "wrong"])
@pytest.mark.parametrize("name", ["search", "hits", "file", "colors", "overview", "state"])
def test_an_unknown_token_is_asked_for(page: TestClient, name: str, token: str) -> None:
    said = (401, "token-needed", "the token is missing or wrong")
    assert refused(page, name, token, q="x", path="x/y.py") == said


def test_who_has_a_token_is_said(page: TestClient) -> None:
    assert page.get("/api/state", headers={"Authorization": ""}).json()["error"]["hint"] == TOKEN_FROM


def test_the_page_itself_is_for_everyone_and_forbids_what_is_not_its_own(page: TestClient) -> None:
    response = page.get("/", headers={"Authorization": ""})
    assert (response.url.path, response.status_code) == ("/cluster/", 200)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert page.get("/static/app.js").status_code == 200
    for path in ("/static/../page.py", "/nothing/", "/api/nothing"):
        assert page.get(path).status_code == 404


def test_what_a_cluster_can_not_answer_is_said(page: TestClient) -> None:
    lacks = ask(page, "state")["lacks"]
    assert lacks
    for name in lacks:
        assert refused(page, name) == (404, "not-there", f"a cluster does not answer {name}")


def test_groups_that_do_not_answer_are_named(page: TestClient, groups: GroupsHere) -> None:
    kept, groups.groups = groups.groups, [groups.groups[0], None]
    try:
        answer = ask(page, "hits", q="Segment")
        assert answer["remarks"][0] == "1 of 2 groups did not answer; hits from their repositories are missing"
        assert (answer["freshness"], ask(page, "overview")["freshness"]) == ("1 group did not answer",) * 2
    finally:
        groups.groups = kept
